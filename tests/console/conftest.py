"""A ledger with loans at work, the application in front of it, and vendors that post to it."""

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from console.receipts import ReceiptSettings, create_receipts
from ledger.database import Ledger
from tests.console.pretend_vendors import AUTH_TOKEN, PUBLIC_URL, PretendVendors, public_half
from tests.console.served import served
from tests.console.worked_loans import NOW, WorkedLoans
from tests.ledger.lender import Lender


@pytest.fixture
def loans(ledger: Ledger) -> WorkedLoans:
    """Loans at work."""
    return WorkedLoans(ledger)


@pytest.fixture
def vendors(ledger: Ledger) -> Iterator[PretendVendors]:
    """The vendors, with the application set up to know them."""
    key = ec.generate_private_key(ec.SECP256R1())
    settings = ReceiptSettings(PUBLIC_URL, twilio_auth_token=AUTH_TOKEN, sendgrid_public_key=public_half(key))
    app = create_receipts(ledger, settings=settings, clock=lambda: NOW)
    with served(app) as client:
        yield PretendVendors(client, key)


@pytest.fixture
def lender(ledger: Ledger) -> Lender:
    """A lender who has no loans yet."""
    return Lender(ledger)
