"""The lender's own system is read page by page, and nothing of it is half understood."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from connectors.book_row import LeftOut
from connectors.failure import ChannelMisconfigured, VendorBusy
from connectors.loan_book import LoanBook
from connectors.retrying import patiently
from domain.book import BookContact
from domain.borrower import ContactKind
from domain.work_item import Disposition, WorkKind
from simulation.sandbox.control import FaultKind, PretendBorrower, Vendor
from simulation.sandbox.loan_book_api import PAGE_SIZE
from simulation.sandbox.settings import DESK_TOKEN
from tests.connectors.conftest import NOW, Clients, Sandbox

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
TODAY = (NOW + timedelta(days=400)).date()


def never(left_out: LeftOut) -> None:
    """Every row of the sandbox's book is good."""
    raise AssertionError(left_out)


def _borrower(number: int, portfolio: str) -> PretendBorrower:
    return PretendBorrower(
        loan_number=f"{portfolio}-{number:04}",
        borrower_number=f"B-{number}",
        phone=f"+1212555{number:04}",
        email=f"b{number}@example.org",
        arrears_minor=40_000,
        instalment_minor=20_000,
        currency="USD",
        days_past_due=40,
        portfolio=portfolio,
        timezone="America/New_York",
    )


@pytest.fixture
def book(sandbox: Sandbox, http: httpx.Client) -> LoanBook:
    """The loan book of the sandbox."""
    return LoanBook(sandbox.url, DESK_TOKEN, http=http, retrying=patiently(sleep=lambda _: None))


def test_a_delinquent_loan_comes_with_its_borrower_and_statement(sandbox: Sandbox, book: LoanBook) -> None:
    """Every field of the lender's row arrives as a value of the domain."""
    sandbox.remote.register([_borrower(1, "single")])
    [loan] = book.delinquencies(portfolio="single", since=SINCE, today=TODAY, left_out=never)
    assert loan.number == "single-0001"
    assert BookContact(kind=ContactKind.MOBILE, text="+12125550001") in loan.contacts
    assert loan.statement.arrears_minor == 40_000
    assert (loan.statement.as_of_on - loan.statement.past_due_since_on).days == 40
    assert "+1212" not in repr(loan)


def test_pages_are_followed_to_the_end(sandbox: Sandbox, book: LoanBook) -> None:
    """More loans than one page holds come complete, each once."""
    count = PAGE_SIZE * 2 + 3
    sandbox.remote.register([_borrower(n, "paged") for n in range(count)])
    numbers = [loan.number for loan in book.delinquencies(portfolio="paged", since=SINCE, today=TODAY, left_out=never)]
    assert numbers == [f"paged-{n:04}" for n in range(count)]


def test_money_and_what_is_taken_back_arrive_in_order(sandbox: Sandbox, book: LoanBook) -> None:
    """Over a year of a big portfolio some payments bounce, and each reversal names its payment."""
    sandbox.remote.register([_borrower(n, "paying") for n in range(300)])
    sandbox.remote.advance(now=NOW + timedelta(days=400))
    rows = list(book.payments(portfolio="paying", since=SINCE))
    assert rows == sorted(rows, key=lambda row: row.received_at)
    by_id = {row.external_id: row for row in rows}
    assert len(by_id) == len(rows) > 50
    backs = [row for row in rows if row.reverses]
    assert backs
    for back in backs:
        assert back.reverses is not None
        assert by_id[back.reverses].amount_minor == back.amount_minor > 0


def test_only_what_came_since_is_told(sandbox: Sandbox, book: LoanBook) -> None:
    """`since` is an instant, and includes itself."""
    sandbox.remote.register([_borrower(n, "since") for n in range(200)])
    at = sandbox.remote.health().now
    for number in range(200):
        told = sandbox.remote.answer(f"since-{number:04}", kind=WorkKind.FIELD_VISIT, at=at)
        if told.disposition is Disposition.PAID:
            break
    sandbox.remote.advance(now=at + timedelta(hours=2))
    [payment, *_] = book.payments(portfolio="since", since=at)
    assert payment in list(book.payments(portfolio="since", since=payment.received_at))
    assert payment not in list(book.payments(portfolio="since", since=payment.received_at + timedelta(seconds=1)))


@pytest.mark.parametrize(
    "kind", [FaultKind.BROKEN_BEFORE, FaultKind.TIMEOUT_BEFORE, FaultKind.RESET, FaultKind.REDIRECT]
)
def test_a_reading_may_be_repeated_after_any_unclear_answer(
    kind: FaultKind, sandbox: Sandbox, clients: Clients
) -> None:
    """Reading changes nothing, so it is simply asked for again."""
    sandbox.remote.register([_borrower(1, "again")])
    sandbox.remote.fault(Vendor.LOAN_BOOK, kind=kind)
    retrying = patiently(sleep=lambda _: None)
    book = LoanBook(sandbox.url, DESK_TOKEN, http=clients.for_fault(kind), retrying=retrying)
    assert len(list(book.delinquencies(portfolio="again", since=SINCE, today=TODAY, left_out=never))) == 1


def test_a_system_that_stays_down_is_busy(sandbox: Sandbox, book: LoanBook) -> None:
    """After a few tries the caller learns that it may come back later."""
    sandbox.remote.fault(Vendor.LOAN_BOOK, kind=FaultKind.BROKEN_BEFORE, times=4)
    with pytest.raises(VendorBusy):
        list(book.payments(portfolio="down", since=SINCE))


def test_an_unknown_token_is_our_own_setting(sandbox: Sandbox, http: httpx.Client) -> None:
    """A book that does not know us is reported to operations."""
    with pytest.raises(ChannelMisconfigured):
        list(LoanBook(sandbox.url, "wrong", http=http).payments(portfolio="x", since=SINCE))


PAYMENT = {
    "loan_number": "L-1",
    "source": "bank",
    "external_id": "1",
    "amount_minor": 100,
    "currency": "USD",
    "received_at": "2026-01-05T09:00:00+00:00",
}


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b'{"items": []}',
        json.dumps({"items": [{**PAYMENT, "amount_minor": 10.5}], "next": None}).encode(),
        json.dumps({"items": [{**PAYMENT, "received_at": "2026-01-05T09:00:00"}], "next": None}).encode(),
        json.dumps({"items": [PAYMENT], "next": "same"}).encode(),
    ],
    ids=["page", "list", "no next", "part of a cent", "no offset", "cursor in a circle"],
)
def test_an_answer_outside_the_protocol_is_reported_and_not_quoted(body: bytes) -> None:
    """Money in fractions, instants without offset and endless pages are refused; rows are in no error's text."""

    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=body)

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        book = LoanBook("http://book.lender.example", "token", http=http)
        with pytest.raises(ChannelMisconfigured) as caught:
            list(book.payments(portfolio="x", since=SINCE))
    assert "L-1" not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_portfolio_name_cannot_leave_its_place_in_the_address() -> None:
    """Slashes and question marks in a name are escaped."""
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path.decode())
        return httpx.Response(200, json={"items": [], "next": None})

    reader: Callable[[httpx.Request], httpx.Response] = answer
    with httpx.Client(transport=httpx.MockTransport(reader)) as http:
        list(LoanBook("http://book.lender.example", "token", http=http).payments(portfolio="a/../b?c", since=SINCE))
    assert seen[0].startswith("/v1/portfolios/a%2F..%2Fb%3Fc/payments?")
