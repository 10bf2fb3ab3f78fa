"""A console with pages for staff in front of a lender's ledger, and a machine clock that the test moves."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from console.receipts import ReceiptSettings, create_receipts
from console.staff.application import StaffSettings, create_staff
from console.staff.drawing import ROOT
from domain.book import BookContact
from domain.borrower import ContactKind
from ledger.database import Ledger
from ledger.portfolios import portfolio_named
from tests.console.pretend_vendors import PUBLIC_URL
from tests.console.served import served
from tests.ledger.lender import EMAIL, Lender, a_loan

TOKEN = "made-up token of staff"
NEW_YORK_NUMBER = BookContact(ContactKind.MOBILE, "+12125550123")
LATE_IN_PHOENIX = datetime(2026, 5, 13, 3, 40, tzinfo=UTC)  # 12 May 20:40 in Phoenix, 23:40 in New York


@dataclass
class MachineClock:
    """Real time, as far as the pages know."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 24, 9, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now


@contextmanager
def staffed(lender: Lender, *, machine: MachineClock, is_secure: bool = False) -> Iterator[httpx.Client]:
    """The whole console over HTTP, with pages for staff."""
    settings = StaffSettings(token=TOKEN, is_secure=is_secure)
    app = create_receipts(lender.ledger, settings=ReceiptSettings(PUBLIC_URL), clock=lambda: lender.now)
    staff = create_staff(lender.ledger, settings=settings, clock=lambda: lender.now, machine_clock=machine)
    app.mount(ROOT, staff)
    with served(app) as client:
        yield client


def signed_in(client: httpx.Client) -> httpx.Client:
    """The client with a pass."""
    assert client.post("/staff/sign-in", data={"token": TOKEN}).status_code == 303
    return client


def late_in_phoenix(ledger: Ledger, *, number: str = "L-1") -> tuple[Lender, str]:
    """At 20:40 in Phoenix an agency is about to write to a borrower whose number is of New York; the journey's id."""
    lender = Lender(ledger, now=LATE_IN_PHOENIX)
    loan = a_loan(number, contacts=[NEW_YORK_NUMBER, EMAIL], timezone="America/Phoenix")
    journey = lender.opens(loan)
    with ledger.transaction() as session:
        portfolio = portfolio_named(session, "cards")
        portfolio.packs, portfolio.collector_role = ["us-federal-regf"], "third_party"
    turn = lender.turn(journey)
    lender.claims(lender.plans(turn), turn)
    lender.turn(journey, fence=turn.fence)
    return lender, journey
