"""Which steps can be credited with money: those that reached the borrower, or handed the loan to somebody."""

from enum import StrEnum

from domain.step import Outcome
from domain.work_item import WorkKind


class Reach(StrEnum):
    """How far a step came. Only a touch can be credited with money."""

    TOUCH = "reached the borrower or handed over"
    TRIED = "tried, reached nobody"
    NOT_MADE = "not made"
    PASSED_OVER = "passed over"


REACH: dict[Outcome, Reach] = {
    Outcome.SENT: Reach.TOUCH,
    Outcome.UNKNOWN: Reach.TOUCH,  # it may have arrived, and the ladder went on as if it had
    Outcome.PROMISED: Reach.TOUCH,
    Outcome.ARRANGED: Reach.TOUCH,
    Outcome.REFUSED: Reach.TOUCH,
    Outcome.HARDSHIP: Reach.TOUCH,
    Outcome.DISPUTED: Reach.TOUCH,
    Outcome.MESSAGE_LEFT: Reach.TOUCH,
    Outcome.PAID: Reach.TOUCH,
    Outcome.DONE: Reach.TOUCH,
    Outcome.HANDED_OVER: Reach.TOUCH,
    Outcome.CONFIRMED: Reach.TRIED,  # the address was looked into; the borrower was not spoken to
    Outcome.NOT_FOUND: Reach.TRIED,
    Outcome.NO_ANSWER: Reach.TRIED,
    Outcome.WRONG_NUMBER: Reach.TRIED,
    Outcome.REJECTED: Reach.TRIED,
    Outcome.RETURNED: Reach.TRIED,  # what touched was the handing over; see HANDS_OVER
    Outcome.LAPSED: Reach.NOT_MADE,
    Outcome.OVERTAKEN: Reach.NOT_MADE,
    Outcome.DEFERRED: Reach.NOT_MADE,
    Outcome.BLOCKED: Reach.NOT_MADE,
    Outcome.FORBIDDEN: Reach.NOT_MADE,
    Outcome.PASSED_OVER: Reach.PASSED_OVER,
    Outcome.WITHHELD: Reach.PASSED_OVER,  # left out at random, to learn what it brings
}

UNDELIVERED = "undelivered"
"""What the report calls a message that was sent and of which a receipt says that it did not arrive: tried, no touch."""

NO_ROOM = "deferred: capacity"
"""What the report calls a step that was put off because a sender had no room, and not because a rule said so."""

TOUCHES = tuple(outcome.value for outcome, reach in REACH.items() if reach is Reach.TOUCH)

NOT_STEPS = frozenset(outcome.value for outcome, reach in REACH.items() if reach is Reach.PASSED_OVER)
"""Outcomes of rungs that were never taken; they are no steps."""

HANDS_OVER = (WorkKind.LEGAL_REFERRAL.value, WorkKind.AGENCY_PLACEMENT.value)
"""Work that touches from the moment it is handed over: the step ends weeks later, and money may come in between."""


def reach_of(outcome: str) -> Reach:
    """How far a step came, by the name of its outcome in the report."""
    if outcome == NO_ROOM:
        return REACH[Outcome.DEFERRED]
    return Reach.TRIED if outcome == UNDELIVERED else REACH[Outcome(outcome)]
