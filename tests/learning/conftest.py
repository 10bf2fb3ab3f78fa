"""A ledger for a past that is written in bulk, past the chains and invariants of a lender at work."""

import os
from collections.abc import Iterator

import pytest
from sqlmodel import Session

from ledger.database import open_ledger
from ledger.keyring import Keyring


@pytest.fixture
def past(ledger_url: str) -> Iterator[Session]:
    """A session on an empty ledger; nothing of it is kept."""
    ledger = open_ledger(ledger_url, keyring=Keyring(os.urandom(32)))
    with ledger.transaction() as session:
        yield session
        session.rollback()
    ledger.close()
