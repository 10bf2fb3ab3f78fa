"""Mails that leave a quarter of an hour after they are judged, and can be cancelled until shortly before."""

from datetime import timedelta

import pytest

from domain.attempt import FailureClass
from domain.fate import Fate, Listed
from domain.message import Accepted, Message, Order
from domain.step import Outcome
from ledger.claiming import claim
from ledger.leaving_later import note_batch
from ledger.outcomes import record_accepted, record_failure
from ledger.reconciling import give_up_on, take_up
from ledger.replaying import replay
from ledger.tables.attempt import AttemptRow
from ledger.tables.decision import DecisionRow
from ledger.tables.journey import WakeUpRow
from ledger.tables.money import CostRow
from tests.ledger.lender import EMAIL, LEASE, NOW, Lender, a_loan

LEAVES_AFTER = timedelta(minutes=17)
CLOSES = NOW.replace(hour=19)
OPENS = NOW.replace(hour=8) + timedelta(days=1)
CANCELLED = Listed("sendgrid", is_settled=True)


def mails(lender: Lender) -> tuple[str, Message | Order | Outcome]:
    """A loan whose owner has an address only; the attempt's id, and what is to be handed over."""
    turn = lender.turn(lender.opens(a_loan(contacts=[EMAIL])))
    attempt_id = lender.plans(turn)
    with lender.ledger.transaction() as session:
        claimed = claim(session, attempt_id, fence=turn.fence, now=lender.now, leaves_after=LEAVES_AFTER)
    return attempt_id, claimed


def has_batch(lender: Lender, attempt_id: str) -> bool:
    """The run has an id to cancel the mail by, and writes it down."""
    with lender.ledger.transaction() as session:
        return note_batch(session, attempt_id, batch_id="batch-1")


def is_lost(lender: Lender, attempt_id: str) -> None:
    """Its run died, and its lease is over."""
    with lender.ledger.transaction() as session:
        give_up_on(session, attempt_id, now=lender.now, machine_now=lender.now + 2 * LEASE)


def attempt_of(lender: Lender) -> AttemptRow:
    """The one attempt."""
    (attempt,) = lender.rows(AttemptRow)
    return attempt


class TestWhatIsJudged:
    """The mail is allowed now, and must be when it leaves."""

    def test_a_mail_in_the_middle_of_the_day_leaves_later(self, lender: Lender) -> None:
        """It knows when."""
        _, claimed = mails(lender)
        assert isinstance(claimed, Message)
        assert claimed.leaves_at == attempt_of(lender).leaves_at == NOW + LEAVES_AFTER

    @pytest.mark.parametrize("minutes", [1, 16])
    def test_a_mail_that_would_leave_after_hours_waits_for_the_morning(self, lender: Lender, minutes: int) -> None:
        """The answer says why, and is given again when it is replayed."""
        lender.now = CLOSES - timedelta(minutes=minutes)
        attempt_id, claimed = mails(lender)
        assert claimed is Outcome.DEFERRED
        (decision,) = lender.rows(DecisionRow)
        assert (decision.rule, decision.until) == ("LEAVES-LATER", OPENS)
        assert "it would leave later than it is judged" in decision.message
        with lender.ledger.reading() as session:
            assert replay(session, attempt_id).differences == ()

    def test_a_mail_that_just_leaves_in_time_does(self, lender: Lender) -> None:
        """A minute before its last moment."""
        lender.now = CLOSES - LEAVES_AFTER - timedelta(minutes=1)
        assert isinstance(mails(lender)[1], Message)

    def test_a_mail_that_is_not_allowed_now_waits_for_its_own_reason(self, lender: Lender) -> None:
        """The later moment is not looked at."""
        lender.now = CLOSES + timedelta(minutes=1)
        assert mails(lender)[1] is Outcome.DEFERRED
        assert [row.rule for row in lender.rows(DecisionRow)] == ["HOUSE-HOURS"]


class TestWhatIsCancelled:
    """Nobody knows whether the vendor took it, and then it is certain that it does not leave."""

    def test_the_vendor_is_asked_by_the_id_that_was_written_down(self, lender: Lender) -> None:
        """By whichever process asks."""
        attempt_id, _ = mails(lender)
        assert has_batch(lender, attempt_id)
        is_lost(lender, attempt_id)
        with lender.ledger.transaction() as session:
            trace = take_up(session, attempt_id, now=NOW + timedelta(minutes=1))
        assert trace is not None
        assert isinstance(trace.contact, Message)
        assert (trace.contact.batch_id, trace.contact.leaves_at) == ("batch-1", NOW + LEAVES_AFTER)

    def test_its_step_may_be_taken_again(self, lender: Lender) -> None:
        """Nothing was charged, and the journey is woken."""
        attempt_id, _ = mails(lender)
        has_batch(lender, attempt_id)
        is_lost(lender, attempt_id)
        assert lender.asks(attempt_id, CANCELLED) is Fate.ABSENT
        assert (attempt_of(lender).state, lender.rows(CostRow)) == ("released", [])
        assert lender.rows(WakeUpRow)[-1].reason == "it was cancelled before it left"

    def test_an_answer_that_comes_after_that_changes_nothing(self, lender: Lender) -> None:
        """The vendor took it, and throws it away at its time."""
        attempt_id, _ = mails(lender)
        has_batch(lender, attempt_id)
        is_lost(lender, attempt_id)
        lender.asks(attempt_id, CANCELLED)
        with lender.ledger.transaction() as session:
            outcome = record_accepted(session, attempt_id, Accepted("sendgrid", "late"), now=lender.now)
        assert (outcome, attempt_of(lender).state) == (Outcome.OVERTAKEN, "released")
        assert lender.rows(CostRow) == []

    def test_a_run_that_was_given_up_on_hands_nothing_over(self, lender: Lender) -> None:
        """It was slow to get its batch id; its mail never left, and that is on record."""
        attempt_id, _ = mails(lender)
        is_lost(lender, attempt_id)
        assert not has_batch(lender, attempt_id)
        with lender.ledger.transaction() as session:
            record_failure(
                session, attempt_id, failure=FailureClass.NEVER_PROCESSED, code="not_handed_over", now=lender.now
            )
        assert (attempt_of(lender).state, attempt_of(lender).batch_id) == ("released", None)
