"""An archive on each database."""

import pytest

from ledger.database import Ledger
from tests.ledger.lender import Lender
from tests.retention.archive import Archive


@pytest.fixture
def archive(ledger: Ledger) -> Archive:
    """A lender with nothing in the archive yet."""
    return Archive(Lender(ledger))
