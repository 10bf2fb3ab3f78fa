"""A hold: a pause of a loan's journey, with a reason and an end or a day of review."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class HoldReason(StrEnum):
    """Why a journey rests. All but the last two are standings: what they stop, and for how long, the packs say."""

    DISPUTE = "dispute"
    HARDSHIP = "hardship"
    CEASE = "cease"
    BREATHING_SPACE = "breathing_space"
    MENTAL_HEALTH_CRISIS = "mental_health_crisis"
    DEBT_ADVICE = "debt_advice"
    REPRESENTED = "represented"
    BANKRUPTCY = "bankruptcy"
    MINOR = "minor"
    VULNERABLE = "vulnerable"
    HANDED_OVER = "handed_over"
    LENDER = "lender"


class HoldScope(StrEnum):
    """What rests: the one loan, or every loan of the person, those that come in later among them."""

    DEBT = "debt"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing is done from `placed_at` until `until`, or until a person lifts it where there is no end."""

    reason: HoldReason
    placed_at: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Rest:
    """The time of a hold that is over, however it ended."""

    began_at: datetime
    ended_at: datetime
