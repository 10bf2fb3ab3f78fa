"""Holds pause a loan; lifted or run out, the journey goes on at the rung where it stood."""

from datetime import timedelta

import pytest

from domain.event import EventKind
from domain.hold import HoldReason
from ledger.holds import NoSuchHold, holds_without_end, lift_hold, place_hold
from ledger.tables.journey import WakeUpRow
from policy.next_step import Wait
from tests.ledger.lender import NOW, Lender


def holds(lender: Lender, *, days: int | None = None) -> str:
    """The loan is paused."""
    until = None if days is None else lender.now + timedelta(days=days)
    with lender.ledger.transaction() as session:
        return place_hold(session, lender.loan().id, reason=HoldReason.DISPUTE, until=until, now=lender.now)


def lifts(lender: Lender, hold: str) -> None:
    """A person ends the pause."""
    with lender.ledger.transaction() as session:
        lift_hold(session, hold, now=lender.now)


class TestAHold:
    """A pause."""

    def test_rests_until_it_is_lifted_and_resumes_at_the_same_rung(self, lender: Lender) -> None:
        """Held on day 1, lifted on day 40: the email had four days to go, and goes out on day 44."""
        journey = lender.opens()
        lender.lives(journey, days=1)
        hold = holds(lender)
        lender.lives(journey, days=39)
        assert lender.steps() == [("friendly_reminder", "sent")]
        assert lender.journey(journey).waiting_for == "OnHold"
        lifts(lender, hold[:10])
        lender.lives(journey, days=3)
        assert lender.steps()[1:] == []
        lender.lives(journey, days=1)
        assert lender.steps()[1:] == [("helpful_reminder", "sent")]
        assert lender.events(EventKind.HOLD_PLACED) == lender.events(EventKind.HOLD_LIFTED) == 1

    def test_with_an_end_is_over_by_itself(self, lender: Lender) -> None:
        """The journey waits until then, and the spacing of the next rung begins only then to run."""
        journey = lender.opens()
        lender.lives(journey, days=0)
        holds(lender, days=10)
        turn = lender.lives(journey, days=0)
        assert isinstance(turn.decision, Wait)
        assert turn.decision.until == NOW + timedelta(days=10)
        lender.lives(journey, days=14)
        assert len(lender.steps()) == 1
        lender.lives(journey, days=1)
        assert len(lender.steps()) == 2

    def test_wakes_the_journey_when_it_is_placed_and_when_it_is_lifted(self, lender: Lender) -> None:
        """So that it waits at once, and goes on at once."""
        lender.opens()
        lifts(lender, holds(lender))
        assert [row.reason for row in lender.rows(WakeUpRow)] == [
            "the journey opened",
            "hold: dispute",
            "a hold was lifted",
        ]

    def test_cannot_be_lifted_twice(self, lender: Lender) -> None:
        """Nor one that is not there."""
        lender.opens()
        hold = holds(lender)
        with pytest.raises(NoSuchHold):
            lifts(lender, "%")
        lifts(lender, hold)
        with pytest.raises(NoSuchHold):
            lifts(lender, hold)

    def test_without_an_end_is_found_when_it_has_rested_long(self, lender: Lender) -> None:
        """A person is asked again about those, and not about the ones that end by themselves."""
        lender.opens()
        endless = holds(lender)
        holds(lender, days=3)
        with lender.ledger.reading() as session:
            old = holds_without_end(session, placed_before=NOW + timedelta(seconds=1))
            young = holds_without_end(session, placed_before=NOW)
        assert ([row.id for row in old], young) == ([endless], [])
