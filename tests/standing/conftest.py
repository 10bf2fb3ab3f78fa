"""A lender on each database, whose portfolio is worked under British rules besides the house's."""

import pytest

from ledger.database import Ledger
from tests.standing.household import Household


@pytest.fixture
def household(ledger: Ledger) -> Household:
    """A lender who has no loans yet."""
    return Household(ledger)
