"""The outbox: a wake-up waits until a turn has seen it, and is asked for again until then."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlmodel import col, select

from domain.journey import JourneyState
from ledger.carriage import carried_by
from ledger.tables.journey import JourneyRow, WakeUpRow
from ledger.waking import NUDGE_AGAIN_AFTER, Sleeper, sleepers, wake, wake_open_journey_of, was_woken_since
from tests.ledger.lender import NOW, Lender
from tests.ledger.test_racing import at_once

AGAIN = NUDGE_AGAIN_AFTER.total_seconds()


def nudged(lender: Lender, *, seconds: float = 0, at_most: int = 200) -> list[Sleeper]:
    """Whom a worker would nudge now."""
    with lender.ledger.transaction() as session:
        return sleepers(session, machine_now=NOW + timedelta(seconds=seconds), at_most=at_most)


def ids(found: Sequence[Sleeper]) -> list[str]:
    """Their journeys."""
    return [sleeper.journey_id for sleeper in found]


def opens(lender: Lender) -> str:
    """A journey opens, which wakes it, and a run carries it."""
    return opens_some(lender, 1)[0]


def opens_some(lender: Lender, count: int) -> list[str]:
    """So many of them, in the order of their wake-ups."""
    lender.opens_one_for_each(range(count))
    with lender.ledger.transaction() as session:
        journeys = list(session.exec(select(WakeUpRow.journey_id).order_by(col(WakeUpRow.id))).all())
        for journey in journeys:
            carried_by(session, journey, flow_run_id=f"run of {journey}")
    return journeys


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
        journey = opens(lender)
        assert ids(nudged(lender)) == [journey]
        assert nudged(lender, seconds=AGAIN) == []
        assert ids(nudged(lender, seconds=AGAIN + 1)) == [journey]
        lender.turn(journey)
        assert nudged(lender, seconds=10 * AGAIN) == []

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
        journey = opens(lender)
        wakes(lender, journey)
        assert nudged(lender) == [Sleeper(journey, f"run of {journey}", "something happened")]

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

    def test_of_a_journey_that_is_over_is_nothing(self, lender: Lender) -> None:
        """No turn would ever see it: neither one that comes now, nor one that was left from before."""
        journey = opens(lender)
        ends(lender, journey)
        wakes(lender, journey)
        assert (len(lender.rows(WakeUpRow)), lender.journey(journey).wake_seq) == (1, 1)
        assert nudged(lender) == []


class TestManyWakeUps:
    """More than a worker nudges at one look."""

    def test_are_all_nudged_once_before_any_is_nudged_again(self, lender: Lender) -> None:
        """However long the first ones stay unseen; what comes in meanwhile goes before them."""
        first, second, third = opens_some(lender, 3)
        assert ids(nudged(lender, at_most=1)) == [first]
        assert ids(nudged(lender, at_most=1, seconds=AGAIN + 1)) == [second]
        wakes(lender, first)
        assert ids(nudged(lender, at_most=1, seconds=2 * AGAIN + 2)) == [third]
        assert ids(nudged(lender, at_most=1, seconds=3 * AGAIN + 3)) == [first]
        assert ids(nudged(lender, at_most=2, seconds=4 * AGAIN + 4)) == [first, second]

    def test_are_not_held_up_by_what_no_nudge_can_move(self, lender: Lender) -> None:
        """A journey that is over, and one that no run carries yet; that one waits for its run."""
        over, without_run, waiting = opens_some(lender, 3)
        ends(lender, over)
        with lender.ledger.transaction() as session:
            session.get_one(JourneyRow, without_run).flow_run_id = None
        assert ids(nudged(lender, at_most=1)) == [waiting]
        with lender.ledger.transaction() as session:
            carried_by(session, without_run, flow_run_id="a run")
        assert ids(nudged(lender, at_most=1)) == [without_run]

    def test_are_shared_by_workers_that_look_at_once(self, lender: Lender) -> None:
        """Nobody is nudged by two of them, and none comes away with nothing."""
        journeys = opens_some(lender, 4)
        found: list[str] = []
        at_once(*[lambda: found.extend(ids(nudged(lender, at_most=2))) for _ in range(2)])
        assert sorted(found) == sorted(journeys)


def ends(lender: Lender, journey: str) -> None:
    """As if it had been closed by a release that left its wake-ups as they were."""
    with lender.ledger.transaction() as session:
        session.get_one(JourneyRow, journey).state = JourneyState.CLOSED.value
