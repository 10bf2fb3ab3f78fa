"""A hold: a pause of a loan's journey, with a reason and an end or a day of review."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class HoldReason(StrEnum):
    """Why a journey rests."""

    DISPUTE = "dispute"
    HARDSHIP = "hardship"
    CEASE = "cease"
    BREATHING_SPACE = "breathing_space"
    REPRESENTED = "represented"
    BANKRUPTCY = "bankruptcy"
    VULNERABLE = "vulnerable"
    HANDED_OVER = "handed_over"
    LENDER = "lender"


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing is done from `placed_at` until `until`, or until a person lifts it where there is no end."""

    reason: HoldReason
    placed_at: datetime
    until: datetime | None
