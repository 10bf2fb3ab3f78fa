"""A journey: one loan's life on one pinned ladder version."""

from enum import StrEnum
from typing import NewType

JourneyId = NewType("JourneyId", str)


class JourneyState(StrEnum):
    """A journey is open until it finishes; what it waits for is in its last turn.

    One of the past was told by an import and was never a journey of ours: nothing opens, wakes, queues or closes it.
    """

    OPEN = "open"
    CLOSED = "closed"
    PAST = "history"


class ClosingReason(StrEnum):
    """Why a journey ended. The last four are told of journeys of the past; no journey of ours ends so."""

    CURED = "cured"
    EXHAUSTED = "exhausted"
    LEGAL = "with_legal"
    AGENCY = "with_agency"
    WITHDRAWN = "withdrawn"
    DECEASED = "deceased"
    CHARGED_OFF = "charged_off"
    WRITTEN_OFF = "written_off"
    SOLD = "sold"
    SETTLED = "settled"


class Arm(StrEnum):
    """The part a loan plays in the standing experiment."""

    CHAMPION = "champion"
    CHALLENGER = "challenger"
    HOLDOUT = "holdout"


class WaitingFor(StrEnum):
    """What a waiting journey waits for; the value is the name of its state in the Prefect UI."""

    TIME = "Waiting"
    CALLBACK = "AwaitingCallback"
    VERIFICATION = "AwaitingVerification"
    VISIT = "AwaitingVisit"
    LEGAL = "AwaitingLegal"
    AGENCY = "AwaitingAgency"
    PROMISE = "AwaitingPromise"
    ARRANGEMENT = "AwaitingInstalment"
    HOLD = "OnHold"
