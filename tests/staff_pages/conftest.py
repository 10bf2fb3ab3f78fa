"""A ledger on SQLite for pages."""

from pathlib import Path

import pytest

from ledger.database import Ledger
from tests.conftest import on_sqlite
from tests.ledger.lender import Lender


@pytest.fixture
def ledger_url(tmp_path: Path, sqlite_template: Path) -> str:
    """On SQLite alone: pages say nothing of databases, and what they read is tested on both."""
    return on_sqlite(tmp_path, template=sqlite_template)


@pytest.fixture
def lender(ledger: Ledger) -> Lender:
    """A lender who has no loans yet."""
    return Lender(ledger)
