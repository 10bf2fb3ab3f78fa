"""A lender's file of payments becomes money received and money taken back, each once."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.book import BookPayment
from tests.book_file.lender import PAYMENT, Lender

WIDE_FIELDS = {"loan_number": "loan"}
WIDE = [
    {"amount": "jan", "received_at": {"derive": "as_of - days(1)"}, "external_id": {"template": "{loan}-1"}},
    {
        "amount": "dec",
        "received_at": {"derive": "as_of - months(1)"},
        "external_id": {"template": "{loan}-12"},
        "keep": "dec > 0",
    },
]


class TestAPayment:
    """What becomes of a good row."""

    def test_has_what_its_row_says(self, lender: Lender) -> None:
        """A day without a time is noon in the lender's zone."""
        received_at = datetime(2026, 1, 5, 17, tzinfo=UTC)
        assert lender.payment().payments == [BookPayment("A1", "bank", "P1", 5000, "USD", received_at)]

    def test_may_take_another_back(self, lender: Lender) -> None:
        """Its amount is positive then, however the lender writes it."""
        for amount in ("50.00", "-50.00", "(50.00)"):
            (payment,) = lender.payment(id="P2", amount=amount, reverses="P1").payments
            assert (payment.amount_minor, payment.reverses) == (5000, "P1")

    def test_moves_with_the_day_that_is_asked_for(self, lender: Lender) -> None:
        """By whole days of the lender's calendar, whatever summer time does to the hours."""
        path = lender.csv(PAYMENT | {"at": "2026-01-05 09:30"})
        (payment,) = lender.payments(path, as_of=date(2026, 7, 31)).payments
        assert payment.received_at == datetime(2026, 7, 5, 13, 30, tzinfo=UTC)

    def test_may_be_one_of_several_in_a_row(self, lender: Lender) -> None:
        """Each with an id of its own; those that the mapping leaves out are no payments."""
        path = lender.csv({"loan": "A1", "jan": "10", "dec": "20"}, {"loan": "A2", "jan": "30", "dec": "0"})
        read = lender.payments(path, fields=WIDE_FIELDS, payments=WIDE)
        assert not read.rejects
        assert [(p.external_id, p.amount_minor, p.received_at.date()) for p in read.payments] == [
            ("A1-1", 1000, date(2026, 1, 30)),
            ("A1-12", 2000, date(2025, 12, 31)),
            ("A2-1", 3000, date(2026, 1, 30)),
        ]


class TestARow:
    """What is refused."""

    @pytest.mark.parametrize(
        ("cells", "column", "reason"),
        [
            ({"amount": "-50"}, "amount", "map reverses:"),
            ({"amount": "0"}, "amount", "is zero"),
            ({"amount": ""}, "amount", "is empty"),
            ({"amount": "fifty"}, "amount", "not a number"),
            ({"at": ""}, "at", "is empty"),
            ({"at": "2026-02-01"}, "at", "lies after"),
            ({"at": "1905-01-01"}, "at", "before the file's day"),
            ({"at": "2026-01-05 26:00"}, "at", "no time of day"),
            ({"id": ""}, "id", "external_id is required"),
            ({"loan": ""}, "loan", "loan_number is required"),
            ({"loan": "=A1"}, "loan", "formula"),
        ],
    )
    def test_that_cannot_be_a_payment_is_told(
        self, lender: Lender, cells: dict[str, str], column: str, reason: str
    ) -> None:
        """With its line, column and reason."""
        read = lender.payment(**cells)
        assert reason in read.reason
        assert [(r.line, r.column) for r in read.rejects] == [(2, column)]

    def test_that_says_an_id_again_is_told_where_it_stood_first(self, lender: Lender) -> None:
        """An id counts within its source: two banks may both have a P1."""
        rows = [PAYMENT | {"bank": "one"}, PAYMENT | {"bank": "two"}, PAYMENT | {"bank": "one"}]
        fields = {"loan_number": "loan", "external_id": "id", "amount": "amount", "received_at": "at", "source": "bank"}
        read = lender.payments(lender.csv(*rows), fields=fields)
        assert [p.source for p in read.payments] == ["one", "two"]
        assert [(r.line, r.column, r.value) for r in read.rejects] == [(4, "id", "P1")]
        assert "stands in line 2 already" in read.rejects[0].reason

    def test_with_one_bad_payment_of_several_keeps_the_others(self, lender: Lender) -> None:
        """Each stands for itself."""
        read = lender.payments(
            lender.csv({"loan": "A1", "jan": "oops", "dec": "20"}), fields=WIDE_FIELDS, payments=WIDE
        )
        assert [p.external_id for p in read.payments] == ["A1-12"]
        assert [r.column for r in read.rejects] == ["jan"]

    @given(st.dictionaries(st.sampled_from(sorted(PAYMENT)), st.text(st.characters(codec="utf-8"), max_size=20)))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_with_anything_in_it_is_a_payment_or_a_reject(self, lender: Lender, cells: dict[str, str]) -> None:
        """Never a traceback, and never both; a row with nothing in it at all is no row."""
        read = lender.payment(**cells)
        assert len(read.payments) + len(read.rejects) == any((PAYMENT | cells).values())
