"""A step is put off before anything is written down for it, and it is known how often that was so."""

from datetime import timedelta

import pytest

from domain.event import EventKind
from domain.message import Message
from domain.step import Outcome
from ledger.putting_off import put_off, times_put_off
from ledger.senders import NoRoom
from ledger.tables.attempt import AttemptRow
from ledger.tables.journey import EventRow
from ledger.turns import LeaseWasLost, Turn
from policy.next_step import Act, Wait
from tests.ledger.lender import LEASE, Lender

FULL = "capacity: Prefect's limit duecourse-sms lets 0 of its contacts out at a time"
PAUSE = timedelta(seconds=30)


def puts_off(lender: Lender, turn: Turn, *, reason: str = FULL) -> Outcome | None:
    """There is no room for the turn's step."""
    assert isinstance(turn.decision, Act)
    rung, action = turn.decision.rung.name, turn.decision.action
    with lender.ledger.transaction() as session:
        full = NoRoom(lender.now + PAUSE, reason)
        return put_off(session, turn, rung=rung, action=action, full=full, now=lender.now)


def times(lender: Lender, turn: Turn) -> int:
    """How often in a row."""
    assert isinstance(turn.decision, Act)
    with lender.ledger.reading() as session:
        return times_put_off(session, turn, rung=turn.decision.rung.name, because="capacity: Prefect's limit")


def comes_again(lender: Lender, journey: str) -> Turn:
    """When it was told to."""
    lender.now += PAUSE
    return lender.turn(journey, fence=lender.fences[journey])


class TestAStepThatIsPutOff:
    """Because its channel stands."""

    def test_waits_with_its_reason_and_one_event_more(self, lender: Lender) -> None:
        """No attempt is written; then it leaves like any other."""
        journey = lender.opens()
        turn = lender.turn(journey)
        before = len(lender.rows(EventRow))
        assert puts_off(lender, turn) is Outcome.DEFERRED
        assert lender.rows(AttemptRow) == []
        assert [row.kind for row in lender.rows(EventRow)][before:] == [EventKind.STEP_ENDED.value]
        waits = lender.turn(journey, fence=turn.fence).decision
        assert isinstance(waits, Wait)
        assert (waits.until, waits.reason) == (lender.now + PAUSE, FULL)
        again = comes_again(lender, journey)
        assert isinstance(lender.claims(lender.plans(again), again), Message)

    def test_is_put_off_once_a_turn(self, lender: Lender) -> None:
        """A run that was repeated ends nothing twice."""
        turn = lender.turn(lender.opens())
        assert [puts_off(lender, turn), puts_off(lender, turn)] == [Outcome.DEFERRED, Outcome.DEFERRED]
        assert lender.steps(turn.journey_id) == [("friendly_reminder", "deferred")]

    def test_is_left_to_its_claim_where_its_contact_is_written_down(self, lender: Lender) -> None:
        """A run that died may even have sent it."""
        turn = lender.turn(lender.opens())
        lender.plans(turn)
        assert puts_off(lender, turn) is None
        assert lender.steps(turn.journey_id) == []

    def test_is_not_ours_to_put_off_once_another_run_holds_the_journey(self, lender: Lender) -> None:
        """Its lease was over."""
        journey = lender.opens()
        lost = lender.turn(journey)
        lender.turn(journey, machine_now=lender.now + 2 * LEASE)
        with pytest.raises(LeaseWasLost):
            puts_off(lender, lost)

    def test_is_counted_as_long_as_nothing_else_happens(self, lender: Lender) -> None:
        """Another reason begins anew."""
        journey = lender.opens()
        turn = lender.turn(journey)
        for count in range(3):
            assert times(lender, turn) == count
            puts_off(lender, turn)
            turn = comes_again(lender, journey)
        assert times(lender, turn) == 3
        puts_off(lender, turn, reason="capacity: sms takes 1 segment a second")
        assert times(lender, comes_again(lender, journey)) == 0
