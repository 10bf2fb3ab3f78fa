"""A lender with an empty ledger, on each database."""

import pytest

from ledger.database import Ledger
from tests.ledger.lender import Lender


@pytest.fixture
def lender(ledger: Ledger) -> Lender:
    """A lender who has no loans yet."""
    return Lender(ledger)
