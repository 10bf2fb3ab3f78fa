"""Receipts: kept once, applied by rank, so that repeats and disorder change nothing."""

from itertools import permutations

from domain.attempt import AttemptState, FailureClass
from domain.event import EventKind
from domain.receipt import Receipt, ReceiptKind
from ledger.outcomes import record_failure
from ledger.receipts import RANK, take_in
from ledger.tables.attempt import AttemptRow
from ledger.tables.borrower import ContactPointRow
from ledger.tables.inbox import InboxRow
from ledger.tables.journey import EventRow
from ledger.tables.money import CostRow
from tests.ledger.lender import MOBILE, Lender, a_loan

TOLD = (AttemptState.ACCEPTED, AttemptState.UNDELIVERED, AttemptState.DELIVERED)


def is_told(lender: Lender, attempt_id: str, state: AttemptState, *, event_id: str | None = None) -> bool:
    """The vendor tells of an attempt; whether that was news."""
    receipt = Receipt("vendor", event_id or f"{attempt_id}-{state}", ReceiptKind.STATUS, attempt_id, state)
    with lender.ledger.transaction() as session:
        return take_in(session, receipt, now=lender.now)


def state_of(lender: Lender, attempt_id: str) -> str:
    """How the attempt stands."""
    with lender.ledger.reading() as session:
        return session.get_one(AttemptRow, attempt_id).state


class TestAReceipt:
    """What a vendor tells afterwards."""

    def test_comes_to_the_same_in_any_order(self, lender: Lender) -> None:
        """Delivered is the last word, whenever it was said."""
        for order, journey in lender.opens_one_for_each(permutations(TOLD)).items():
            attempt = lender.begins_to_send(journey)
            for state in order:
                assert is_told(lender, attempt, state)
            assert (order, state_of(lender, attempt)) == (order, "delivered")
        assert len(lender.rows(CostRow)) == lender.events(EventKind.ATTEMPT_ACCEPTED) == 6

    def test_that_comes_again_is_dropped(self, lender: Lender) -> None:
        """By the vendor's own id of it."""
        attempt = lender.begins_to_send(lender.opens())
        lender.is_accepted(attempt)
        assert [is_told(lender, attempt, AttemptState.DELIVERED) for _ in range(3)] == [True, False, False]
        assert len(lender.rows(InboxRow)) == lender.events(EventKind.RECEIPT_APPLIED) == 1

    def test_tells_that_an_unknown_contact_did_arrive(self, lender: Lender) -> None:
        """The step is sent after all, it is charged, and nobody has to find out any more."""
        attempt = lender.begins_to_send(lender.opens())
        with lender.ledger.transaction() as session:
            record_failure(session, attempt, failure=FailureClass.AMBIGUOUS, code="timeout", now=lender.now)
        lender.asks_in_vain(attempt)
        is_told(lender, attempt, AttemptState.DELIVERED)
        assert state_of(lender, attempt) == "delivered"
        assert lender.steps() == [("friendly_reminder", "sent")]
        assert lender.events(EventKind.WORK_WITHDRAWN) == 1

    def test_of_a_contact_that_never_left_is_only_kept(self, lender: Lender) -> None:
        """It was planned and not claimed: whatever this is, it is not about us."""
        attempt = lender.plans(lender.turn(lender.opens()))
        is_told(lender, attempt, AttemptState.DELIVERED)
        assert state_of(lender, attempt) == "planned"
        assert len(lender.rows(InboxRow)) == 1

    def test_of_nothing_we_know_is_only_kept(self, lender: Lender) -> None:
        """An attempt of another house."""
        assert is_told(lender, "unknown", AttemptState.DELIVERED)
        assert lender.events(EventKind.RECEIPT_APPLIED) == 0

    def test_has_a_rank_for_every_state(self) -> None:
        """Classify or fail."""
        assert set(RANK) == set(AttemptState)


class TestAStop:
    """A borrower who wants to be left alone."""

    def test_holds_for_every_loan_and_never_for_less(self, lender: Lender) -> None:
        """By the number that it came from; a bad-number report later does not make it less."""
        journey = lender.opens(a_loan("L-1"), a_loan("L-2", borrower="B-2"))
        attempt = lender.begins_to_send(journey)
        with lender.ledger.transaction() as session:
            take_in(session, Receipt("vendor", "s", ReceiptKind.STOP, sender=MOBILE.text), now=lender.now)
        with lender.ledger.transaction() as session:
            record_failure(session, attempt, failure=FailureClass.BAD_NUMBER, code="30005", now=lender.now)
        assert {row.state for row in lender.rows(ContactPointRow) if row.kind == "mobile"} == {"opted_out"}
        assert lender.events(EventKind.OPTED_OUT) == 2

    def test_is_told_on_every_loan_of_the_person(self, lender: Lender) -> None:
        """Also on one that is settled and one that was never worked; only an open journey is woken."""
        journey = lender.opens(a_loan("L-1"))
        lender.receives(80_000)
        lender.lives(journey, days=1)
        lender.takes_in(a_loan("L-2"))
        for event_id in ("s", "again"):
            with lender.ledger.transaction() as session:
                take_in(session, Receipt("vendor", event_id, ReceiptKind.STOP, sender=MOBILE.text), now=lender.now)
        told = [row for row in lender.rows(EventRow) if row.kind == EventKind.OPTED_OUT.value]
        assert {row.loan_id for row in told} == {lender.loan("L-1").id, lender.loan("L-2").id}
        assert len(told) == 2
        assert {row.journey_id for row in told} == {None}

    def test_is_remembered_when_the_number_comes_in_again(self, lender: Lender) -> None:
        """Under another borrower, next month."""
        lender.opens()
        with lender.ledger.transaction() as session:
            take_in(session, Receipt("vendor", "s", ReceiptKind.STOP, sender=MOBILE.text), now=lender.now)
        lender.takes_in(a_loan("L-2", borrower="B-2"))
        assert {row.state for row in lender.rows(ContactPointRow) if row.kind == "mobile"} == {"opted_out"}
