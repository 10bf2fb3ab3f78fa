"""The lender's own system is read by the fetching steps: what is good comes in, and no single row stops the others."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import httpx
import pytest

from connectors.loan_book import LoanBook
from ledger.tables.money import PaymentRow
from policy.treatment.reading import shipped_rules
from tasks import fetch_book
from tasks.fetch_book import LONG_AGO, OVERLAP, fetch_payments
from tasks.surroundings import Surroundings, surround
from tests.ledger.lender import LEASE, NOW, Lender

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
