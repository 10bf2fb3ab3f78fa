"""The health address tells whether the ledger answers."""

from pathlib import Path

from console.receipts import ReceiptSettings, create_receipts
from ledger.database import open_ledger
from ledger.keyring import Keyring
from tests.console.pretend_vendors import PUBLIC_URL, PretendVendors
from tests.console.served import served
from tests.console.worked_loans import NOW


def test_it_is_well_with_a_ledger(vendors: PretendVendors) -> None:
    """An application that can read the ledger is healthy."""
    assert vendors.client.get("/health").status_code == 200


def test_it_is_unwell_without_one(tmp_path: Path) -> None:
    """An application in front of a database without tables takes nothing in, and says so."""
    ledger = open_ledger(f"sqlite:///{tmp_path / 'none.db'}", keyring=Keyring(bytes(32)))
    app = create_receipts(ledger, settings=ReceiptSettings(PUBLIC_URL), clock=lambda: NOW)
    with served(app) as client:
        answer = client.get("/health")
    ledger.close()
    assert answer.status_code == 503
    assert answer.json() == {"ledger": "does not answer"}
