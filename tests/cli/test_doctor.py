"""The doctor says what is wrong and what to do, whatever is down, and never faints."""

import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from deployments.doctor import examine
from deployments.finding import Finding, Light
from tests.cli.stage import MONDAY, Driven, Stage
from tests.conftest import LentDatabases


@pytest.fixture
def listening() -> Iterator[str]:
    """The address of something that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture(autouse=True)
def _no_prefect() -> Iterator[None]:
    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        yield


def lights(findings: list[Finding]) -> dict[str, Light]:
    """The light of each part that was looked at."""
    return {finding.about: finding.light for finding in findings}


def test_nothing_is_there_yet(bare: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Red where something must be done first, each with a remedy, and nothing is made by looking."""
    monkeypatch.setenv("DUECOURSE_SANDBOX_URL", "http://127.0.0.1:1")
    result = bare.run("doctor")
    assert result.exit_code == 1
    assert "duecourse import loans" in result.stdout
    assert "prefect server start" in result.stdout
    assert list(bare.folder.iterdir()) == []
    findings = examine()
    assert lights(findings) == {
        "settings": Light.GREEN,
        "key": Light.YELLOW,
        "ledger": Light.RED,
        "Prefect's API": Light.RED,
        "vendors": Light.RED,
    }
    assert all(finding.do for finding in findings if finding.light is not Light.GREEN)


def test_a_working_ledger_is_green_and_its_clock_is_told(
    driven: Driven, listening: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything about the ledger holds, and the sandbox answers."""
    monkeypatch.setenv("DUECOURSE_SANDBOX_URL", listening)
    found = {finding.about: finding for finding in examine()}
    for about in ("settings", "key", "ledger", "durability", "invariants", "clock", "prices", "packs", "vendors"):
        assert found[about].light is Light.GREEN, found[about]
    assert "simulated: it is 2026-01-05 02:00 UTC" in found["clock"].says


def test_journeys_that_nobody_carries_are_told(driven: Driven) -> None:
    """Without a flow run, and overdue once their time has passed."""
    driven.set_time(MONDAY + timedelta(hours=2))
    told = [finding.says for finding in examine() if finding.about == "journeys"]
    assert told == ["2 of 2 open journeys have no flow run", "2 of 2 open journeys are overdue"]


@pytest.mark.parametrize(
    ("name", "value", "about", "says"),
    [
        ("LEASE_SECONDS", "-1", "settings", "DUECOURSE_LEASE_SECONDS"),
        ("REAL_SENDS", "maybe", "settings", "DUECOURSE_REAL_SENDS"),
        ("LEDGER_URL", "postgresql+psycopg://u:secret@127.0.0.1:1/x", "ledger", "cannot be reached"),
        ("LEDGER_URL", "no address", "ledger", "cannot be reached"),
        ("KEY", "short", "key", "is not a key"),
        ("SANDBOX_URL", "http://127.0.0.1:1", "vendors", "nobody answers"),
        ("SANDBOX_URL", "http://[", "vendors", "is not an address"),
    ],
)
def test_a_wrong_setting_is_red_and_holds_no_secret(
    bare: Stage, monkeypatch: pytest.MonkeyPatch, name: str, value: str, about: str, says: str
) -> None:
    """The part that is wrong says why; a password in an address is not repeated."""
    monkeypatch.setenv(f"DUECOURSE_{name}", value)
    result = bare.run("doctor")
    assert result.exit_code == 1, result.output
    assert "secret" not in result.output
    finding = next(f for f in examine() if f.about == about)
    assert finding.light is Light.RED
    assert says in finding.says


def test_a_file_that_is_no_ledger_is_told(bare: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the doctor nor a command stumbles over it."""
    bare.write("notes.db", "these are notes and no database at all, long enough to be looked at as one\n" * 20)
    monkeypatch.setenv("DUECOURSE_LEDGER_URL", "sqlite:///notes.db")
    assert next(f for f in examine() if f.about == "ledger").light is Light.RED
    assert "file is not a database" in bare.refusal("journeys", "list")


def test_an_exposed_key_is_red(bare: Stage) -> None:
    """With the command that mends it."""
    bare.answer("key", "new", ".duecourse/ledger.key")
    Path(".duecourse/ledger.key").chmod(0o640)
    finding = next(f for f in examine() if f.about == "key")
    assert (finding.light, "chmod 600" in finding.do) == (Light.RED, True)


def test_real_sends_in_simulated_time_are_refused(driven: Driven, monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo's ledger must never reach real people."""
    monkeypatch.setenv("DUECOURSE_REAL_SENDS", "yes")
    found = examine()
    assert any(f.about == "clock" and f.light is Light.RED and "real people" in f.says for f in found)
    assert any("DUECOURSE_TWILIO_AUTH_TOKEN" in f.says for f in found if f.about == "vendors")


@pytest.mark.parametrize(("real", "light"), [("no", Light.YELLOW), ("yes", Light.RED)])
def test_a_database_that_may_forget_a_claim_is_told(
    bare: Stage, lent_databases: LentDatabases, monkeypatch: pytest.MonkeyPatch, real: str, light: Light
) -> None:
    """The tests' own is such a one, and is mended by its settings; SQLite is always told to keep what it commits."""
    url = lent_databases.take()
    monkeypatch.setenv("DUECOURSE_LEDGER_URL", url)
    monkeypatch.setenv("DUECOURSE_REAL_SENDS", real)
    (found,) = [f for f in examine() if f.about == "durability"]
    assert (found.light, found.says.count("fsync and full_page_writes and synchronous_commit off")) == (light, 1)
    monkeypatch.setenv("PGOPTIONS", "-c synchronous_commit=on")
    (found,) = [f for f in examine() if f.about == "durability"]
    assert "(fsync and full_page_writes off)" in found.says
    lent_databases.give_back(url)


def test_what_listens_in_prefects_place_is_not_taken_for_it(bare: Stage, listening: str) -> None:
    """A port that says nothing is red, and the doctor does not wait for ever."""
    with temporary_settings({PREFECT_API_URL: f"{listening}/api"}):
        finding = next(f for f in examine() if f.about == "Prefect's API")
    assert finding.light is Light.RED


def test_a_lease_that_outlives_the_time_to_cancel_a_mail_is_told(bare: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four minutes is in time, and without cancelling it does not matter."""
    monkeypatch.setenv("DUECOURSE_LEASE_SECONDS", "241")
    assert "too late to be cancelled" not in bare.run("doctor").stdout
    monkeypatch.setenv("DUECOURSE_MAIL_CANCELLABLE", "yes")
    told = " ".join(bare.run("doctor").stdout.split())
    assert "too late to be cancelled" in told
    assert "Set DUECOURSE_LEASE_SECONDS to 240 or less." in told
    monkeypatch.setenv("DUECOURSE_LEASE_SECONDS", "240")
    assert "too late to be cancelled" not in bare.run("doctor").stdout


def test_a_program_reads_the_same(bare: Stage) -> None:
    """JSON with a verdict and every line."""
    result = bare.run("doctor", "--json")
    assert result.exit_code == 1
    answer: Any = json.loads(result.stdout)
    assert answer["well"] is False
    assert {"light", "about", "says", "do"} == set(answer["findings"][0])
