"""What a failed contact comes to: tried again later, another day or another way, or held back until it is mended."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import assert_never

from sqlalchemy import func
from sqlmodel import Session, col, select

from domain.action import Action
from domain.attempt import FailureClass
from domain.borrower import USABLE, ContactState
from domain.step import Outcome
from ledger.breakers import FIRST_PAUSE, Breaker, pause_after, trip
from ledger.contacts import mark_contact, opt_out_point
from ledger.scopes import EVERYTHING, country_scope, wording_scope
from ledger.senders import is_too_fast
from ledger.sweeps import ask_for_sweep
from ledger.tables.attempt import AttemptRow
from ledger.tables.borrower import ContactPointRow
from ledger.tables.journey import JourneyRow


class Handling(Enum):
    """What is done about a class of failure."""

    LATER = auto()
    SLOWER = auto()
    ANOTHER_DAY = auto()
    ANOTHER_WAY = auto()
    MEND_CHANNEL = auto()
    MEND_COUNTRY = auto()
    MEND_WORDING = auto()
    MEND_WEBHOOK = auto()
    ASK_FIRST = auto()


HANDLING: dict[FailureClass, Handling] = {
    FailureClass.NEVER_PROCESSED: Handling.LATER,
    FailureClass.AMBIGUOUS: Handling.ASK_FIRST,
    FailureClass.OPT_OUT: Handling.ANOTHER_WAY,
    FailureClass.BAD_NUMBER: Handling.ANOTHER_WAY,
    FailureClass.SOFT: Handling.ANOTHER_DAY,
    FailureClass.THROTTLE: Handling.SLOWER,
    FailureClass.CONTENT: Handling.MEND_WORDING,
    FailureClass.CONFIGURATION: Handling.MEND_CHANNEL,
    FailureClass.COUNTRY: Handling.MEND_COUNTRY,
    FailureClass.EXPIRED: Handling.ANOTHER_DAY,
    FailureClass.OUR_WEBHOOK: Handling.MEND_WEBHOOK,
    FailureClass.PERMANENT: Handling.ANOTHER_WAY,
}
"""Every class of failure; a test fails when one is missing here."""

SPOILS_CONTACT: dict[FailureClass, ContactState] = {
    FailureClass.OPT_OUT: ContactState.OPTED_OUT,
    FailureClass.BAD_NUMBER: ContactState.BAD,
}
WEBHOOK_MENDED_AFTER = timedelta(hours=1)
ANOTHER_DAY_AFTER = timedelta(days=1)
MOST_OTHER_DAYS = 2
"""So often a rung is planned again for another day; after that its next way is taken."""
OUT_OF_REACH_AFTER = 5
"""So many contacts in a row that found nobody at the vendor's let the channel rest, so that not each has to try."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """How the step ends: `deferred` until an instant, or `rejected`. breaker: what holds it back, if anything does."""

    outcome: Outcome
    told: str
    until: datetime | None = None
    breaker: Breaker | None = None

    def reason(self, opening: str) -> str:
        """Why, in words; what waits for a breaker is found by the breaker's own words."""
        return f"{opening}: {self.told}" if self.breaker is None else self.breaker.reason


def consequence(
    session: Session,
    attempt: AttemptRow,
    journey: JourneyRow,
    *,
    failure: FailureClass,
    code: str,
    vendor: str,
    now: datetime,
) -> Consequence:
    """What comes of a failure that is clear; contact points are marked and breakers opened on the way.

    `attempt.failure` bears the class already.
    """
    told = f"{failure.value.replace('_', ' ')} ({code})"
    handling = HANDLING[failure]
    match handling:
        case Handling.LATER:
            if not _is_out_of_reach(session, attempt, now=now):
                return Consequence(Outcome.DEFERRED, told, now + FIRST_PAUSE)
            breaker = _tripped(session, attempt, handling, vendor=vendor, code=code, now=now)
            return Consequence(Outcome.DEFERRED, told, breaker.again_at(now=now), breaker)
        case Handling.SLOWER:
            before = _failed_before(session, attempt, failures=(FailureClass.THROTTLE,))
            return Consequence(Outcome.DEFERRED, told, now + pause_after(before))
        case Handling.ANOTHER_DAY:
            before = _failed_before(session, attempt, failures=(FailureClass.SOFT, FailureClass.EXPIRED))
            if before >= MOST_OTHER_DAYS:
                return Consequence(Outcome.REJECTED, told)
            return Consequence(Outcome.DEFERRED, told, now + ANOTHER_DAY_AFTER)
        case Handling.ANOTHER_WAY:
            _spoil_contact(session, attempt, journey, failure=failure, now=now)
            return Consequence(Outcome.REJECTED, told)
        case Handling.MEND_CHANNEL | Handling.MEND_COUNTRY | Handling.MEND_WORDING:
            breaker = _tripped(session, attempt, handling, vendor=vendor, code=code, now=now)
            return Consequence(Outcome.DEFERRED, told, breaker.again_at(now=now), breaker)
        case Handling.MEND_WEBHOOK:
            ask_for_sweep(session, vendor, code=code, now=now)
            return Consequence(Outcome.DEFERRED, told, now + WEBHOOK_MENDED_AFTER)
        case Handling.ASK_FIRST:
            raise ValueError(failure)  # nobody knows yet: the vendor is asked before anything comes of it
        case other:
            assert_never(other)


def _tripped(
    session: Session, attempt: AttemptRow, mend: Handling, *, vendor: str, code: str, now: datetime
) -> Breaker:
    """That is not the contact's fault: the channel, country or wording rests until it is mended or there again."""
    scope = EVERYTHING
    if mend is Handling.MEND_COUNTRY:
        scope = country_scope(session, attempt)
    elif mend is Handling.MEND_WORDING:
        scope = wording_scope(attempt)
    return trip(
        session,
        Action(attempt.action),
        scope=scope,
        vendor=vendor,
        code=code,
        claimed_at=attempt.claimed_at,
        now=now,
    )


def _is_out_of_reach(session: Session, attempt: AttemptRow, *, now: datetime) -> bool:
    """Whether the last contacts by this channel, this one among them, all found nobody; "too many" is an answer."""
    ends = session.exec(
        select(AttemptRow.failure, AttemptRow.failure_code)
        .where(
            AttemptRow.action == attempt.action,
            col(AttemptRow.claimed_at).is_not(None),
            col(AttemptRow.recorded_at) <= now,
        )
        .order_by(col(AttemptRow.recorded_at).desc())
        .limit(OUT_OF_REACH_AFTER)
    ).all()
    return len(ends) == OUT_OF_REACH_AFTER and all(
        failure == FailureClass.NEVER_PROCESSED.value and not is_too_fast(FailureClass(failure), code or "")
        for failure, code in ends
    )


def _failed_before(session: Session, attempt: AttemptRow, *, failures: tuple[FailureClass, ...]) -> int:
    """How often this rung of the journey failed so before."""
    return session.exec(
        select(func.count()).where(
            AttemptRow.journey_id == attempt.journey_id,
            AttemptRow.rung == attempt.rung,
            AttemptRow.action == attempt.action,
            AttemptRow.id != attempt.id,
            col(AttemptRow.failure).in_([failure.value for failure in failures]),
        )
    ).one()


def _spoil_contact(
    session: Session, attempt: AttemptRow, journey: JourneyRow, *, failure: FailureClass, now: datetime
) -> None:
    """Mark the contact point that a failure speaks against.

    An opt-out holds for the number or address wherever it stands; a number that is bad for one may be somebody's.
    """
    if attempt.contact_point_id is None or failure not in SPOILS_CONTACT:
        return
    if failure is FailureClass.OPT_OUT:
        opt_out_point(session, attempt.contact_point_id, now=now)
        return
    point = session.get_one(ContactPointRow, attempt.contact_point_id)
    if ContactState(point.state) in USABLE:  # an opt-out must not be forgotten for a lesser reason
        mark_contact(session, point.id, SPOILS_CONTACT[failure], journey=journey, now=now)
