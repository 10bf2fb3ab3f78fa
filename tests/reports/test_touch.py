"""Every outcome of a step is placed: a new one must be, before a report can be made."""

from domain.step import Outcome
from domain.work_item import WorkKind
from reports.touch import HANDS_OVER, NO_ROOM, REACH, TOUCHES, UNDELIVERED, Reach, reach_of


def test_every_outcome_is_placed() -> None:
    """Reached, tried, not made or passed over; nothing is left out."""
    assert set(REACH) == set(Outcome)


def test_what_reached_nobody_earns_nothing() -> None:
    """An unanswered call, a refused message, work that nobody did and a rung passed over are no touches."""
    for outcome in (Outcome.NO_ANSWER, Outcome.REJECTED, Outcome.LAPSED, Outcome.PASSED_OVER, Outcome.OVERTAKEN):
        assert outcome.value not in TOUCHES
    assert reach_of(UNDELIVERED) is Reach.TRIED
    assert reach_of(NO_ROOM) is Reach.NOT_MADE


def test_legal_and_agency_touch_when_they_are_handed_over() -> None:
    """A visit or a call touches only by its result."""
    assert set(HANDS_OVER) == {WorkKind.LEGAL_REFERRAL.value, WorkKind.AGENCY_PLACEMENT.value}
