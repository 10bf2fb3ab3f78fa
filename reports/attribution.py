"""Crediting money to steps by last touch: every payment goes to exactly one place, so that every breakdown adds up.

A payment belongs to the loan's journey that had opened last when it was received; within it, to the last touch at or
before that instant. A journey that ended because nothing was owed any more, or because the loan left our hands, has no
claim on what comes in later.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from domain.journey import ClosingReason
from reports.evidence import Journey, Payment, Touch, journeys_of, payments_of, touches_of
from reports.scope import Scope

ENDS_THE_CLAIM = frozenset({ClosingReason.CURED, ClosingReason.WITHDRAWN, ClosingReason.DECEASED})


@dataclass(frozen=True, slots=True)
class Credit:
    """What a payment is credited to: a journey and its last touch, a journey untouched so far, or neither."""

    payment: Payment
    journey: Journey | None
    touch: Touch | None


@dataclass(frozen=True, slots=True)
class Attribution:
    """Every journey and every payment on record, each payment with what it is credited to."""

    journeys: Sequence[Journey]
    credits: Sequence[Credit]
    touched: frozenset[str]
    """Ids of journeys with at least one touch before the end of what is seen."""


def attribute(session: Session, scope: Scope) -> Attribution:
    """Credit every payment on record at the scope's `as_of` by last touch."""
    journeys = journeys_of(session, scope)
    touches = touches_of(session, scope)
    return Attribution(
        journeys=journeys,
        credits=last_touch(payments_of(session, scope), journeys=journeys, touches=touches),
        touched=frozenset(touch.journey_id for touch in touches if touch.at < scope.ends_at),
    )


def last_touch(payments: Sequence[Payment], *, journeys: Sequence[Journey], touches: Sequence[Touch]) -> list[Credit]:
    """Credit payments; journeys and touches are in order of time."""
    journeys_by_loan = defaultdict[str, list[Journey]](list)
    for journey in journeys:
        journeys_by_loan[journey.loan_id].append(journey)
    touches_by_journey = defaultdict[str, list[Touch]](list)
    for touch in touches:
        touches_by_journey[touch.journey_id].append(touch)
    return [
        _credit(payment, journeys=journeys_by_loan.get(payment.loan_id, ()), touches=touches_by_journey)
        for payment in payments
    ]


def _credit(payment: Payment, *, journeys: Sequence[Journey], touches: Mapping[str, Sequence[Touch]]) -> Credit:
    journey = _owner(journeys, at=payment.received_at)
    if journey is None:
        return Credit(payment, None, None)
    return Credit(payment, journey, _last(touches.get(journey.id, ()), at=payment.received_at))


def _owner(journeys: Sequence[Journey], *, at: datetime) -> Journey | None:
    index = bisect_right(journeys, at, key=lambda journey: journey.opened_at)
    if not index:
        return None
    journey = journeys[index - 1]
    is_over = journey.closed_at is not None and journey.closed_at < at and journey.closing_reason in ENDS_THE_CLAIM
    return None if is_over else journey


def _last(touches: Sequence[Touch], *, at: datetime) -> Touch | None:
    index = bisect_right(touches, at, key=lambda touch: touch.at)
    return touches[index - 1] if index else None
