"""The outbox: a wake-up waits until a turn has seen it, and is asked for again until then."""

from datetime import timedelta

import pytest

from ledger.tables.journey import WakeUpRow
from ledger.waking import NUDGE_AGAIN_AFTER, Sleeper, sleepers, wake, wake_open_journey_of, was_woken_since
from tests.ledger.lender import NOW, Lender


def nudged(lender: Lender, *, seconds: float = 0) -> list[Sleeper]:
    """Whom a worker would nudge now."""
    with lender.ledger.transaction() as session:
        return sleepers(session, machine_now=NOW + timedelta(seconds=seconds))


def wakes(lender: Lender, journey: str) -> None:
    """Something happened."""
    with lender.ledger.transaction() as session:
        wake(session, journey, reason="something happened", now=lender.now)


class DidFail(Exception):
    """Something went wrong after the wake-up was written."""


def wakes_and_fails(lender: Lender, journey: str) -> None:
    """Something happened, and could not be kept."""
    with lender.ledger.transaction() as session:
        wake(session, journey, reason="r", now=NOW)
        raise DidFail


class TestAWakeUp:
    """Written with the event that asks for it."""

    def test_is_asked_for_again_until_a_turn_has_seen_it(self, lender: Lender) -> None:
        """Not at once, but twenty seconds later, if nobody looked."""
        journey = lender.opens()
        again = NUDGE_AGAIN_AFTER.total_seconds()
        assert [s.journey_id for s in nudged(lender)] == [journey]
        assert nudged(lender, seconds=again) == []
        assert [s.journey_id for s in nudged(lender, seconds=again + 1)] == [journey]
        lender.turn(journey)
        assert nudged(lender, seconds=10 * again) == []

    def test_after_a_turn_ends_its_wait(self, lender: Lender) -> None:
        """The turn knows which wake-ups it saw."""
        journey = lender.opens()
        turn = lender.turn(journey)
        with lender.ledger.reading() as session:
            assert not was_woken_since(session, journey, seen_wake_seq=turn.seen_wake_seq)
        wakes(lender, journey)
        with lender.ledger.reading() as session:
            assert was_woken_since(session, journey, seen_wake_seq=turn.seen_wake_seq)

    def test_comes_once_for_many_reasons(self, lender: Lender) -> None:
        """Three events, one run to nudge, and the latest reason."""
        journey = lender.opens()
        wakes(lender, journey)
        assert nudged(lender) == [Sleeper(journey, None, "something happened")]

    def test_of_a_loan_without_a_journey_is_nothing(self, lender: Lender) -> None:
        """There is nobody to wake."""
        lender.opens()
        with lender.ledger.transaction() as session:
            wake_open_journey_of(session, "another loan", reason="r", now=NOW)
        assert len(lender.rows(WakeUpRow)) == 1

    def test_is_written_with_its_event_or_not_at_all(self, lender: Lender) -> None:
        """A transaction that fails leaves no wake-up behind."""
        journey = lender.opens()
        with pytest.raises(DidFail):
            wakes_and_fails(lender, journey)
        assert (len(lender.rows(WakeUpRow)), lender.journey(journey).wake_seq) == (1, 1)
