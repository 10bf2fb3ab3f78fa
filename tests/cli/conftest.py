"""Stages in a folder of their own, with the environment that the command line reads."""

from pathlib import Path

import pytest

from ledger.database import Ledger
from tests.cli.stage import MONDAY, Driven, Stage, key_text
from tests.conftest import on_sqlite


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """An empty folder without a ledger, and no setting of the person who runs the tests."""
    _clean(monkeypatch, folder=tmp_path)
    return Stage(tmp_path)


@pytest.fixture
def ledger_url(tmp_path: Path, sqlite_template: Path) -> str:
    """On SQLite alone: commands say nothing of databases, and what they call is tested on both."""
    return on_sqlite(tmp_path, template=sqlite_template)


@pytest.fixture
def driven(ledger: Ledger, ledger_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Driven:
    """Two loans on a journey since Monday morning."""
    _clean(monkeypatch, folder=tmp_path)
    monkeypatch.setenv("DUECOURSE_LEDGER_URL", ledger_url)
    monkeypatch.setenv("DUECOURSE_KEY", key_text(ledger))
    stage = Driven(tmp_path, ledger)
    stage.set_time(MONDAY)
    stage.import_loans()
    stage.open(now=MONDAY)
    return stage


def _clean(monkeypatch: pytest.MonkeyPatch, *, folder: Path) -> None:
    for name in (
        "LEDGER_URL",
        "KEY",
        "KEY_FILE",
        "REAL_SENDS",
        "SANDBOX_URL",
        "PACKS",
        "LEASE_SECONDS",
        "EVIDENCE_KEY",
    ):
        monkeypatch.delenv(f"DUECOURSE_{name}", raising=False)
    monkeypatch.chdir(folder)
