"""A ledger for a past that is written in bulk, past the chains and invariants of a lender at work."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from ledger.database import open_ledger
from ledger.keyring import Keyring
from tests.conftest import on_sqlite


@pytest.fixture
def ledger_url(tmp_path: Path, sqlite_template: Path) -> str:
    """On SQLite alone: `tests/reports/test_learning.py` asks both databases the same."""
    return on_sqlite(tmp_path, template=sqlite_template)


@pytest.fixture
def past(ledger_url: str) -> Iterator[Session]:
    """A session on an empty ledger; nothing of it is kept."""
    ledger = open_ledger(ledger_url, keyring=Keyring(os.urandom(32)))
    with ledger.transaction() as session:
        yield session
        session.rollback()
    ledger.close()
