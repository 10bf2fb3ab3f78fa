"""`duecourse experiment export` and `value`: the ledger's own experiment, for others to judge, and proposals valued."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from deployments.cli.main import app
from domain.action import Action
from ledger.database import Ledger, open_ledger
from ledger.keyring import Keyring
from tests.cli.stage import key_text
from tests.conftest import on_sqlite
from tests.learning.book import PORTFOLIO, START, Book


def run(*arguments: object) -> Result:
    """One command."""
    return CliRunner().invoke(app, ["experiment", *map(str, arguments)])


def answer(*arguments: object) -> Any:
    """Its answer for programs."""
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Ledger:
    """Loans of two segments; on the rich ones the standard ladder brings 500 more, on the poor ones it does nothing."""
    ledger = open_ledger(
        on_sqlite(tmp_path_factory.mktemp("value"), template=sqlite_template), keyring=Keyring(bytes(range(32)))
    )
    rng, book = np.random.default_rng(9), Book()
    for number in range(1000):
        is_rich, is_standard = number % 2 == 0, rng.random() < 0.3
        loan = book.loan(
            at=START,
            arm="challenger" if is_standard else "champion",
            ladder="standard" if is_standard else "gentle",
            probability=0.3 if is_standard else 0.7,
            segment="rich" if is_rich else "poor",
        )
        loan.pays(int(rng.gamma(4, 250)) + 500 * (is_rich and is_standard), day=5)
        if is_standard:
            loan.costs(100, day=2)
        loan.step("friendly_reminder", day=0, turn=1).step("helpful_reminder", day=4, turn=2, action=Action.EMAIL)
    with ledger.transaction() as session:
        book.write(session)
    return ledger


@pytest.fixture(autouse=True)
def here(written: Ledger, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The commands find this ledger."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUECOURSE_LEDGER_URL", str(written.engine.url))
    monkeypatch.setenv("DUECOURSE_KEY", key_text(written))


class TestExport:
    """`experiment export`."""

    def test_writes_what_evaluate_reads(self, tmp_path: Path) -> None:
        """Every loan once, its own arm and probability, and the same difference as the report's."""
        told = answer("export", "--portfolio", PORTFOLIO, "--out", tmp_path / "e.csv", "--as-of", "2027-01-01")
        assert (told["loans"], told["days"], told["not_watched_long_enough"]) == (1000, 90, 0)
        judged = answer("evaluate", tmp_path / "e.csv")
        assert judged["rows"] == {"read": 1000, "used": 1000, "bad": []}
        (pair,) = judged["pairs"]
        assert (pair["arm"], pair["against"], pair["verdict"]) == ("challenger", "champion", "better")
        assert pair["ci_low"] < 250 < pair["ci_high"]

    def test_leaves_out_who_was_not_watched_so_long(self, tmp_path: Path) -> None:
        """Ten days after entry nobody has had ninety days, and everybody seven."""
        file = ("--out", tmp_path / "e.csv", "--portfolio", PORTFOLIO, "--as-of", "2026-01-15")
        assert answer("export", *file)["not_watched_long_enough"] == 1000
        assert answer("export", *file, "--days", 7)["loans"] == 1000


class TestWaits:
    """`duecourse waits`."""

    def test_tells_the_suggestions_and_the_hazards(self) -> None:
        """For programs, with the method and the word that nothing applies it; for people, as a table."""
        asked = ["waits", "--portfolio", PORTFOLIO, "--as-of", "2026-12-31"]
        told = json.loads(CliRunner().invoke(app, [*asked, "--json"]).stdout)
        first = next(each for each in told["wait_intervals"] if each["rung"] == "gentle v1: friendly_reminder")
        assert (first["segment"], first["wait_days"], first["next_rung"]) == ("all", 4, "helpful_reminder")
        assert told["never_applied_by_itself"] is True
        assert {each["rung"] for each in told["wait_hazards"]} >= {"gentle v1: friendly_reminder"}
        assert "Nothing applies a suggestion" in CliRunner().invoke(app, asked).output


class TestValue:
    """`experiment value`."""

    def test_of_a_ladder_for_everybody_is_what_was_planted(self) -> None:
        """1,000 and half of 500 gross; 100 less net."""
        told = answer("value", "--portfolio", PORTFOLIO, "--ladder", "standard", "--as-of", "2027-01-01")
        for name in ("doubly_robust", "snips"):
            gross, net = told["gross"][name], told["net_of_cost"][name]
            assert gross["ci_low"] < 1250 < gross["ci_high"]
            assert net["value_minor"] == pytest.approx(gross["value_minor"] - 100, abs=0.01)
        assert told["coverage"] == 1
        assert 200 < told["effective_sample_size"] < 400

    def test_of_rules_that_choose_well_is_better_than_what_was_done(self, tmp_path: Path) -> None:
        """The standard ladder for the rich alone."""
        rules = tmp_path / "rules.yaml"
        rules.write_text(
            "treatment: proposed\nversion: 1\nrules:\n"
            "  - {name: rich, when: segment == 'rich', arms: {champion: {ladder: standard, probability: 1}}}\n"
            "  - {name: others, arms: {champion: {ladder: gentle, probability: 1}}}\n",
            encoding="utf-8",
        )
        told = answer("value", "--portfolio", PORTFOLIO, "--rules", rules, "--as-of", "2027-01-01")
        assert told["verdict"] == "better"
        assert told["net_of_cost"]["gain"]["ci_low"] > 0

    def test_of_what_was_never_tried_says_so(self) -> None:
        """Nobody had the quiet ladder."""
        told = answer("value", "--portfolio", PORTFOLIO, "--ladder", "quiet", "--as-of", "2027-01-01")
        assert (told["coverage"], told["effective_sample_size"], told["verdict"]) == (0, 0, "insufficient_data")
        assert told["gross"]["snips"]["value_minor"] is None
        assert run("value", "--portfolio", PORTFOLIO, "--ladder", "quiet", "--as-of", "2027-01-01").exit_code == 0

    def test_of_an_arm_is_worked_out_from_a_file(self, tmp_path: Path) -> None:
        """The exported file gives what the ledger gives, up to what makes loans alike."""
        run("export", "--portfolio", PORTFOLIO, "--out", tmp_path / "e.csv", "--as-of", "2027-01-01")
        told = answer("value", tmp_path / "e.csv", "--arm", "challenger")
        assert told["gross"]["snips"]["ci_low"] < 1250 < told["gross"]["snips"]["ci_high"]

    def test_wants_to_know_what_is_proposed(self, tmp_path: Path) -> None:
        """Neither a ladder nor rules, or both."""
        assert run("value", "--portfolio", PORTFOLIO).exit_code != 0
        assert run("value", tmp_path / "e.csv").exit_code != 0
