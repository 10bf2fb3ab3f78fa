"""How a step ended."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.action import Action


class Outcome(StrEnum):
    """How one step of a journey ended, for better or worse.

    The first group ends a rung; the second asks for the rung again; the third is the rung never taken: not allowed, not
    fitting, or left out at random to learn what it brings.
    """

    SENT = "sent"
    UNKNOWN = "unknown"
    PROMISED = "promised"
    ARRANGED = "arranged"
    REFUSED = "refused"
    HARDSHIP = "hardship"
    DISPUTED = "disputed"
    MESSAGE_LEFT = "message_left"
    PAID = "paid"
    DONE = "done"
    RETURNED = "returned"
    HANDED_OVER = "handed_over"
    CONFIRMED = "confirmed"
    NOT_FOUND = "not_found"
    LAPSED = "lapsed"
    OVERTAKEN = "overtaken"

    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    BLOCKED = "blocked"

    FORBIDDEN = "forbidden"
    PASSED_OVER = "passed_over"
    WITHHELD = "withheld"


NOT_TAKEN = frozenset({Outcome.PASSED_OVER, Outcome.WITHHELD})
"""The decision itself left the rung out, beside what it then did or waited for: nobody tried anything."""


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step as the ledger remembers it: what policy reads to decide what comes next.

    until: for a deferral, the instant from which the same step may be tried again.
    """

    turn: int
    rung: str
    action: Action
    outcome: Outcome
    ended_at: datetime
    until: datetime | None = None
    reason: str = ""
