"""Money comes in once, cures or re-anchors a journey, wakes it, and is taken back by rows of its own."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from domain.arrangement import Instalment
from domain.book import BookPayment
from domain.cost import CostUnit
from domain.event import EventKind
from domain.journey import WaitingFor
from domain.work_item import Disposition, WorkKind
from ledger.payment_intake import newest_payment_at
from ledger.tables.agreement import PromiseRow
from ledger.tables.journey import WakeUpRow
from ledger.tables.money import CostRow, PaymentRow, ReversalRow
from policy.next_step import Wait
from tests.ledger.lender import NOW, Lender, a_loan

PAYMENT = BookPayment("L-1", "bank", "P-1", 30_000, "GBP", NOW)
REVERSAL = BookPayment("L-1", "bank", "R-1", 10_000, "GBP", NOW + timedelta(hours=1), reverses="P-1")
BEYOND_UTC = datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-12)))
BEFORE_UTC = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=12)))

REFUSED = {
    replace(PAYMENT, loan_number="L-9"): "has no loan 'L-9'",
    replace(PAYMENT, currency="EUR"): "the loan is in GBP",
    replace(PAYMENT, amount_minor=0): "not more than zero",
    replace(PAYMENT, amount_minor=1): "of another loan or amount",
    replace(PAYMENT, external_id="P-2", amount_minor=10**15 + 1): "more than any loan",
    replace(PAYMENT, external_id="P-2", received_at=datetime(2062, 1, 5, tzinfo=UTC)): "it is dated 2062-01-05",
    replace(PAYMENT, external_id="P-2", received_at=BEYOND_UTC): "it is dated 9999-12-31",
    replace(PAYMENT, external_id="P-2", received_at=BEFORE_UTC): "it is dated 0001-01-01",
    replace(PAYMENT, external_id="P\0"): "cannot be kept",
    replace(PAYMENT, external_id="P" * 201): "longer than 200",
    replace(PAYMENT, loan_number="L\0"): "has no loan",
    replace(REVERSAL, reverses="P-9"): "no payment 'P-9'",
    replace(REVERSAL, amount_minor=30_001): "more would be taken back",
}
"""Bookings that cannot be, and why."""


def was_woken(lender: Lender, journey_id: str) -> bool:
    """Something happened that no turn has seen."""
    row = lender.journey(journey_id)
    return row.wake_seq > row.seen_wake_seq


class TestBooking:
    """Each payment once."""

    def test_again_changes_nothing(self, lender: Lender) -> None:
        """The same file a second time, payments and reversals."""
        lender.opens()
        first, second = lender.books(PAYMENT, REVERSAL), lender.books(PAYMENT, REVERSAL)
        assert (first.new, first.known, second.new, second.known) == (2, 0, 0, 2)
        assert len(lender.rows(PaymentRow)) == len(lender.rows(ReversalRow)) == 1
        assert lender.events(EventKind.PAYMENT_RECEIVED) == lender.events(EventKind.PAYMENT_REVERSED) == 1

    def test_takes_a_reversal_that_stands_before_its_payment(self, lender: Lender) -> None:
        """The order of a file means nothing."""
        lender.opens()
        assert lender.books(REVERSAL, PAYMENT).new == 2

    def test_refuses_what_cannot_be_with_a_reason(self, lender: Lender) -> None:
        """And keeps the good ones."""
        lender.opens()
        taken = lender.books(PAYMENT, *REFUSED)
        assert len(taken.refused) == len(REFUSED)
        assert all(REFUSED[payment] in why for payment, why in taken.refused)
        assert taken.new == 1

    def test_knows_where_the_next_look_begins(self, lender: Lender) -> None:
        """The newest payment of the portfolio."""
        lender.opens()
        with lender.ledger.reading() as session:
            assert newest_payment_at(session, lender.portfolio(session), now=NOW) is None
        lender.books(PAYMENT, replace(PAYMENT, external_id="P-0", received_at=NOW - timedelta(days=1)))
        with lender.ledger.reading() as session:
            assert newest_payment_at(session, lender.portfolio(session), now=NOW) == NOW

    def test_does_not_look_from_a_day_that_has_not_come(self, lender: Lender) -> None:
        """A ledger of before holds a payment of 2062: money of this year is still asked for."""
        lender.opens()
        lender.books(PAYMENT)
        with lender.ledger.transaction() as session:
            strange = PaymentRow(
                loan_id=lender.loan().id,
                source="bank",
                external_id="P-2062",
                amount_minor=100,
                currency="GBP",
                received_at=datetime(2062, 1, 5, tzinfo=UTC),
                recorded_at=NOW,
            )
            session.add(strange)
        with lender.ledger.reading() as session:
            assert newest_payment_at(session, lender.portfolio(session), now=NOW) == NOW


class TestAJourneyAndMoney:
    """What a payment does."""

    def test_is_woken_and_cured(self, lender: Lender) -> None:
        """Everything is paid while the journey waits."""
        journey = lender.opens()
        lender.lives(journey, days=2)
        lender.receives(80_000)
        assert was_woken(lender, journey)
        lender.lives(journey, days=0)
        assert lender.journey(journey).closing_reason == "cured"

    def test_is_given_time_by_a_part(self, lender: Lender) -> None:
        """Day 4: the email of day 5 moves to day 9."""
        journey = lender.opens()
        lender.lives(journey, days=4)
        lender.receives(10_000)
        turn = lender.lives(journey, days=0)
        assert isinstance(turn.decision, Wait)
        assert turn.decision.until == NOW.replace(hour=9) + timedelta(days=9)

    def test_is_woken_by_money_that_was_received_before_it_opened(self, lender: Lender) -> None:
        """It was received after the statement and told to us late; nobody must be reminded of it."""
        journey = lender.opens()
        lender.lives(journey, days=1)
        lender.receives(80_000, at=NOW - timedelta(hours=3))
        assert was_woken(lender, journey)
        lender.lives(journey, days=0)
        assert lender.journey(journey).closing_reason == "cured"

    def test_does_not_count_what_the_statement_knew(self, lender: Lender) -> None:
        """A payment of the day of the statement is in its figures already."""
        journey = lender.opens()
        lender.receives(80_000, at=NOW - timedelta(days=1))
        lender.lives(journey, days=0)
        assert lender.journey(journey).state == "open"

    def test_does_not_count_money_of_tomorrow(self, lender: Lender) -> None:
        """A payment that is told before its day cures the loan on its day."""
        journey = lender.opens()
        lender.receives(80_000, at=NOW + timedelta(days=1))
        lender.lives(journey, days=0)
        assert lender.journey(journey).state == "open"
        lender.lives(journey, days=5)
        assert lender.journey(journey).closing_reason == "cured"

    def test_is_behind_again_when_money_is_taken_back(self, lender: Lender) -> None:
        """Paid, and the payment bounces before the journey is looked at."""
        journey = lender.opens()
        lender.lives(journey, days=1)
        payment = lender.receives(80_000)
        lender.receives(80_000, reverses=payment)
        lender.lives(journey, days=0)
        assert lender.journey(journey).state == "open"

    def test_keeps_a_promise_before_its_day(self, lender: Lender) -> None:
        """90 percent of what was promised come in early: the promise is kept, and the wait for it is over."""
        journey = lender.opens(ladder="standard_early_call")
        day = (NOW + timedelta(days=20)).date()
        lender.records(lender.has_work(journey), Disposition.PROMISE, promised=Instalment(day, 10_000))
        assert lender.lives(journey, days=0).decision.waiting_for is WaitingFor.PROMISE  # type: ignore[union-attr]
        lender.receives(9_000)
        assert [row.state for row in lender.rows(PromiseRow)] == ["kept"]
        assert lender.lives(journey, days=0).decision.waiting_for is WaitingFor.TIME  # type: ignore[union-attr]

    def test_breaks_a_promise_after_its_grace(self, lender: Lender) -> None:
        """Nothing comes: three days later, at nine, the promise is broken."""
        journey = lender.opens(ladder="standard_early_call")
        day = (NOW + timedelta(days=20)).date()
        lender.records(lender.has_work(journey), Disposition.PROMISE, promised=Instalment(day, 10_000))
        lender.lives(journey, days=19.9)
        assert [row.state for row in lender.rows(PromiseRow)] == ["open"]
        lender.lives(journey, days=1)
        (promise,) = lender.rows(PromiseRow)
        assert (promise.state, promise.settled_at) == ("broken", NOW.replace(hour=9) + timedelta(days=23))

    def test_wakes_nobody_else(self, lender: Lender) -> None:
        """The other loan of the same person sleeps on."""
        lender.opens(a_loan("L-1"), a_loan("L-2"))
        before = len(lender.rows(WakeUpRow))
        lender.receives(100, loan="L-2")
        assert len(lender.rows(WakeUpRow)) == before + 1


class TestAnAgency:
    """It earns its share of what comes in while it holds the loan."""

    def test_earns_its_commission_from_the_placement_on(self, lender: Lender) -> None:
        """Nothing for money before it, its share for money after it, also once the journey is closed."""
        journey = lender.opens(a_loan(arrears_minor=30_000), ladder="standard")
        lender.receives(1_000)
        item = lender.has_work(journey, WorkKind.AGENCY_PLACEMENT)
        lender.now += timedelta(hours=1)
        lender.receives(2_000)
        lender.records(item, Disposition.DONE)
        lender.lives(journey, days=0)
        assert lender.journey(journey).closing_reason == "with_agency"
        lender.receives(4_000)
        commission = [row.quantity for row in lender.rows(CostRow) if row.unit == CostUnit.AGENCY_COMMISSION.value]
        assert sorted(commission) == [2_000, 4_000]
