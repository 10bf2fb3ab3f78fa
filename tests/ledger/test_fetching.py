"""The lender's own system is read by the fetching steps: what is good comes in, and no single row stops the others."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import httpx
import pytest
from sqlmodel import Session, col, update

from connectors.loan_book import LoanBook
from domain.book import BookLoan
from ledger.contacts import opt_out
from ledger.loan_intake import LoansTaken, take_in_loans
from ledger.tables.borrower import BorrowerRow
from ledger.tables.loan import LoanRow, PortfolioRow
from ledger.tables.money import PaymentRow
from policy.treatment.reading import shipped_rules
from tasks import fetch_book
from tasks.fetch_book import LONG_AGO, OVERLAP, fetch_delinquencies, fetch_payments
from tasks.open_journeys import open_new_journeys
from tasks.surroundings import Surroundings, surround
from tests.ledger.lender import LEASE, NOW, Lender, a_loan

PAYMENT: dict[str, Any] = {
    "loan_number": "L-1",
    "source": "bank",
    "external_id": "P-1",
    "amount_minor": 10_000,
    "currency": "GBP",
    "received_at": "2026-01-05T09:00:00+00:00",
}


@dataclass
class Book:
    """The lender's own system: what it tells, and from when it was asked."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    asked: list[datetime] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """One page with everything."""
        self.asked.append(datetime.fromisoformat(request.url.params["since"]))
        return httpx.Response(200, content=json.dumps({"items": self.rows, "next": None}))


@pytest.fixture
def book(lender: Lender) -> Iterator[Book]:
    """Its rows are what a test says."""
    book = Book()
    with httpx.Client(transport=httpx.MockTransport(book.answer)) as http:
        around = Surroundings(
            ledger=lender.ledger,
            clock=lambda: lender.now,
            machine_clock=lambda: lender.now,
            lease=LEASE,
            messengers=MappingProxyType({}),
            desks=MappingProxyType({}),
            enrichment=None,
            loan_book=LoanBook("https://book.example", "token", http=http),
            public_url="https://lender.example",
            rules=shipped_rules(),
            experiment="test",
            vendors="nobody",
        )
        surround(lambda: around)
        yield book


class TestFetchingPayments:
    """Every quarter of an hour."""

    def test_asks_again_for_a_month_and_books_each_once(self, lender: Lender, book: Book) -> None:
        """The first time from the beginning, then from a month before the newest."""
        lender.opens()
        book.rows = [PAYMENT]
        assert [fetch_payments.fn("cards") for _ in range(2)] == [1, 0]
        newest = datetime.fromisoformat(PAYMENT["received_at"])
        assert book.asked == [LONG_AGO, newest - OVERLAP]

    def test_is_not_led_astray_by_one_bad_row(self, lender: Lender, book: Book) -> None:
        """A payment of 2062 is left out, and the money of this year is still asked for and booked."""
        lender.opens()
        book.rows = [PAYMENT, {**PAYMENT, "external_id": "P-2062", "received_at": "2062-01-05T09:00:00+00:00"}]
        assert fetch_payments.fn("cards") == 1
        book.rows.append({**PAYMENT, "external_id": "P-2"})
        assert fetch_payments.fn("cards") == 1
        assert book.asked[-1] < NOW
        assert sorted(row.external_id for row in lender.rows(PaymentRow)) == ["P-1", "P-2"]

    def test_writes_the_oldest_first_and_a_slice_at_a_time(
        self, lender: Lender, book: Book, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A reversal that the book tells of before its payment finds it, also across slices."""
        monkeypatch.setattr(fetch_book, "AT_ONCE", 2)
        lender.opens()
        lender.receives(100)
        times = [(NOW - timedelta(hours=hours)).isoformat() for hours in range(6)]
        payments = [{**PAYMENT, "external_id": f"P-{100 + n}", "received_at": at} for n, at in enumerate(times)]
        back = {**PAYMENT, "external_id": "R-1", "received_at": times[0], "reverses": "P-100"}
        book.rows = [back, *payments]
        assert fetch_payments.fn("cards") == 7


def row(number: str, **more: Any) -> dict[str, Any]:
    """A loan as the lender's own system tells it."""
    statement = {"arrears_minor": 80_000, "instalment_minor": 40_000, "past_due_since_on": "2025-12-20"}
    return {
        "number": number,
        "borrower_number": f"B-{number}",
        "borrower_name": "Ada Canary",
        "contacts": [{"kind": "mobile", "text": "+44 7400 123456", "is_verified": False}],
        "timezone": "Europe/London",
        "language": "en",
        "jurisdiction": "GB",
        "product": "card",
        "segment": "retail",
        "currency": "GBP",
        "balance_minor": 900_000,
        "statement": {**statement, "as_of_on": "2026-01-04"},
        **more,
    }


class TestFetchingLoans:
    """Every night."""

    def test_takes_in_the_good_ones_and_tells_of_the_others(
        self, lender: Lender, book: Book, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A zone that is none and another currency are logged by the loan's number, and no page is lost."""
        lender.takes_in()
        book.rows = [row("L-1", timezone="Mars/Olympus"), row("L-2"), row("L-3", currency="EUR"), row("L-4")]
        with caplog.at_level("WARNING"):
            assert fetch_delinquencies.fn("cards") == 2
        assert sorted(loan.number for loan in lender.rows(LoanRow)) == ["L-2", "L-4"]
        assert "'L-1'" in caplog.text
        assert "'L-3'" in caplog.text
        assert "7400" not in caplog.text

    def test_keeps_the_slices_that_were_written_before_a_failure(
        self, lender: Lender, book: Book, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The database goes away in the second slice; the repeat takes in what is missing."""
        slices = []

        def once_away(
            session: Session, portfolio: PortfolioRow, loans: Sequence[BookLoan], *, now: datetime
        ) -> LoansTaken:
            slices.append(len(loans))
            if len(slices) == 2:
                raise ConnectionError
            return take_in_loans(session, portfolio, loans, now=now)

        lender.takes_in()
        monkeypatch.setattr(fetch_book, "AT_ONCE", 2)
        monkeypatch.setattr(fetch_book, "take_in_loans", once_away)
        book.rows = [row(f"L-{n}") for n in range(5)]
        with pytest.raises(ConnectionError):
            fetch_delinquencies.fn("cards")
        assert len(lender.rows(LoanRow)) == 2
        assert fetch_delinquencies.fn("cards") == 3
        assert slices == [2, 2, 2, 2, 1]

    def test_lets_a_stop_find_a_number_however_it_was_written(self, lender: Lender, book: Book) -> None:
        """The book writes it with spaces, and the borrower's telephone does not."""
        lender.takes_in()
        book.rows = [row("L-1")]
        fetch_delinquencies.fn("cards")
        with lender.ledger.transaction() as session:
            assert opt_out(session, "+447400123456", now=NOW) == 1

    def test_is_followed_by_the_openings_of_all_but_a_bad_one(
        self, lender: Lender, book: Book, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A ledger of before may hold a loan whose zone is none: it is logged, and the others are worked."""
        lender.takes_in(*(a_loan(f"L-{n}", borrower=f"B-{n}") for n in range(3)))
        with lender.ledger.transaction() as session:
            session.exec(update(BorrowerRow).where(col(BorrowerRow.number) == "B-1").values(timezone="Mars/Olympus"))
        with caplog.at_level("WARNING"):
            assert open_new_journeys.fn("cards") == 2
        assert "loan 'L-1' cannot be worked" in caplog.text
        assert len(lender.journeys()) == 2
