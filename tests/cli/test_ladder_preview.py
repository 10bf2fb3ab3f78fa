"""A ladder's preview: what it would do, before anybody publishes it."""

import base64
import json
import os
from pathlib import Path

import pytest

from ledger.database import open_ledger
from ledger.keyring import Keyring
from ledger.simulated_clock import set_simulated_now
from policy.ladders.shipped import FOLDER
from tests.cli.stage import Driven, Stage
from tests.learning.book import AS_OF
from tests.learning.test_waits import a_year

GENTLE = (FOLDER / "gentle.yaml").read_text(encoding="utf-8")
SOONER = GENTLE.replace("after: 5 days", "after: 2 days", 1).replace("version: 1", "version: 2")
FAST = ("--journeys", "20", "--days", "45")


@pytest.fixture
def learned(bare: Stage, ledger_url: str, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A portfolio with a past of 600 loans on `gentle`: early calls bring more than waiting does."""
    key = os.urandom(32)
    ledger = open_ledger(ledger_url, keyring=Keyring(key))
    with ledger.transaction() as session:
        a_year(wait=5, early=0.005, late=0.005, after=0.05, cost=20, loans=500, minor=10_000).write(session)
        set_simulated_now(session, AS_OF)
    ledger.close()
    monkeypatch.setenv("DUECOURSE_LEDGER_URL", ledger_url)
    monkeypatch.setenv("DUECOURSE_KEY", base64.b64encode(key).decode())
    bare.write("sooner.yaml", SOONER)
    return bare


class TestWithoutAPortfolio:
    """Only the timeline."""

    def test_shows_what_somebody_silent_would_see(self, bare: Stage) -> None:
        """Each step with its day and its hour where the borrower lives, and no figure."""
        told = bare.answer("ladder", "preview", "gentle", "--zone", "Asia/Shanghai")
        assert [(step["day"], step["rung"], step["action"]) for step in told["proposed_timeline"]] == [
            (0, "friendly_reminder", "sms"),
            (5, "helpful_reminder", "email"),
            (10, "check_in", "chat"),
            (18, "callback", "callback"),
            (21, "callback", "callback"),
            (26, "offer_of_help", "email"),
            (40, "still_here", "sms"),
        ]
        assert all(step["local_time"].endswith("09:00") for step in told["proposed_timeline"])
        assert "Give --portfolio" in bare.run("ladder", "preview", "gentle").stdout

    def test_tells_every_mistake_of_a_file_with_its_line_and_remedy(self, bare: Stage) -> None:
        """As `ladder check` does."""
        bare.write("bad.yaml", GENTLE.replace("action: sms", "action: smoke", 1))
        told = bare.refusal("ladder", "preview", "bad.yaml")
        assert "bad.yaml:12: rung 'friendly_reminder': 'action': unknown action 'smoke'; write one of" in told


class TestWithAPortfolio:
    """Both ladders are lived by its loans."""

    def test_says_what_a_sooner_step_would_bring(self, learned: Stage, tmp_path: Path) -> None:
        """With intervals, steps, contacts and cures, as JSON, on the screen and on a page of its own."""
        told = learned.answer("ladder", "preview", "sooner.yaml", "--portfolio", "autumn", *FAST)
        figures = {(row["figure"], row["ladder"]): row for row in told["figures"]}
        for ladder in ("present", "proposed", "difference"):
            recovered, cost, net = (figures[name, ladder]["value_minor"] for name in ("recovered", "cost", "net"))
            assert net == pytest.approx(recovered - cost, abs=0.001)
        difference = figures["net", "difference"]
        assert difference["ci_low"] < difference["value_minor"] < difference["ci_high"]
        assert difference["value_minor"] > 0
        assert told["steps_per_loan"]["difference"] == pytest.approx(
            told["steps_per_loan"]["proposed"] - told["steps_per_loan"]["present"], abs=0.001
        )
        assert (told["present"], told["proposed"], told["loans"]) == ("gentle v1", "gentle v2", 20)
        assert {row["horizon_days"] for row in told["cured"]} == {30}
        known = {rung["rung"]: rung["known"] for rung in told["rungs"]}
        assert known["helpful_reminder"] == "by the rung of that name"
        assert known["still_here"] == "by other rungs of its action"
        assert known["callback"].startswith("not at all")
        shown = learned.run("ladder", "preview", "sooner.yaml", "--portfolio", "autumn", *FAST, "--html", "p.html")
        assert "Simulated: nothing was published" in shown.stdout
        page = (tmp_path / "p.html").read_text(encoding="utf-8")
        assert told["sentences"][0] in page
        assert json.dumps("timeline-of-ladders") in page

    def test_is_the_same_each_time(self, learned: Stage) -> None:
        """The same seed gives the same figures, and another one others."""
        command = ("ladder", "preview", "sooner.yaml", "--portfolio", "autumn", "--journeys", "10", "--days", "14")
        once = learned.answer(*command)
        assert learned.answer(*command)["figures"] == once["figures"]
        assert learned.answer(*command, "--seed", "9")["figures"] != once["figures"]

    def test_is_refused_where_there_is_nothing_to_compare_or_to_learn_from(self, learned: Stage) -> None:
        """The same ladder twice, names that nobody knows, and a portfolio that is not there."""
        assert "the ladder to compare with too" in learned.refusal(
            "ladder", "preview", "gentle", "--portfolio", "autumn"
        )
        assert "did you mean" in learned.refusal("ladder", "preview", "gentl", "--portfolio", "autumn")
        assert "there is no portfolio" in learned.refusal("ladder", "preview", "standard", "--portfolio", "spring")


def test_a_portfolio_without_payments_is_told_so(driven: Driven) -> None:
    """With what to do about it."""
    told = driven.refusal("ladder", "preview", "quiet", "--portfolio", "cards")
    assert "only 0 payments came while a journey was open" in told
    assert "duecourse import history" in told
    assert "--pretend" in told


def test_a_sample_portfolio_can_be_lived_by_base_rates(bare: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before any journey has opened; what it brings is told to be pretence."""
    monkeypatch.setenv("DUECOURSE_LEDGER_URL", f"sqlite:///{bare.folder}/ledger.db")
    sample = bare.answer("sample-portfolio", "--loans", "30", "--as-of", "2026-11-02")
    bare.answer("import", "loans", sample["loans_file"], "--mapping", sample["loans_mapping"], "--portfolio", "sample")
    command = ("ladder", "preview", "gentle", "--portfolio", "sample", "--journeys", "12", "--days", "40")
    assert "no journey of portfolio 'sample' has opened yet" in bare.refusal(*command)
    told = bare.answer(*command, "--against", "quiet", "--pretend")
    assert "Nothing here was learned from the portfolio" in told["sentences"][0]
    figures = {(row["figure"], row["ladder"]): row["value_minor"] for row in told["figures"]}
    assert figures["recovered", "proposed"] > figures["recovered", "present"] > 0
    assert told["steps_per_loan"]["proposed"] > told["steps_per_loan"]["present"]
