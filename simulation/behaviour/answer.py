"""How a borrower answers a person, and how a referral or a placement ends."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.arrangement import Instalment
from domain.work_item import Disposition, WorkKind
from simulation.behaviour.base_rates import BaseRates, Shares
from simulation.behaviour.chance import pick
from simulation.behaviour.debt import Debt
from simulation.behaviour.hours import local_hour, whole_hour
from simulation.behaviour.payment import PAYING_HOURS, Payment
from simulation.behaviour.traits import Life, LineState, Temper, Traits

MINUTES = {
    WorkKind.CALLBACK: (4, 14),
    WorkKind.VERIFY_CONTACTS: (5, 25),
    WorkKind.FIELD_VISIT: (45, 110),
    WorkKind.LEGAL_REFERRAL: (30, 90),
    WorkKind.AGENCY_PLACEMENT: (5, 15),
    WorkKind.RECONCILE_ATTEMPT: (5, 10),
    WorkKind.REVIEW_CONTACT: (5, 10),
    WorkKind.REVIEW_STANDING: (10, 30),
}
"""Least and most minutes of paid work an item takes; a callback that misses takes two to five."""
MISSED_MINUTES = (2, 5)
PROMISE_DAYS = (3, 12)
LATE_DAYS = (6, 12)
FIRST_INSTALMENT_DAYS = (5, 10)
INSTALMENT_EVERY = timedelta(days=14)
INSTALMENTS = (2, 6)
JUDGMENT_DAYS = (30, 90)


@dataclass(frozen=True, slots=True)
class PromisedAmount:
    """An amount in minor units and the day by which it is promised."""

    amount_minor: int
    due_on: date


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one piece of work, the minutes it took, and the money that will follow from it."""

    disposition: Disposition
    minutes: int
    promise: PromisedAmount | None = None
    instalments: tuple[Instalment, ...] = ()
    payments: tuple[Payment, ...] = ()


@dataclass(frozen=True, slots=True)
class _Meeting:
    """Everything that an answer depends on."""

    traits: Traits
    debt: Debt
    at: datetime
    draw: random.Random
    rates: BaseRates


def answer_to_person(
    traits: Traits,
    *,
    kind: WorkKind,
    nth: int,
    debt: Debt,
    at: datetime,
    draw: random.Random,
    rates: BaseRates,
) -> Answer:
    """What comes of the nth piece of work on a loan (from 1); each further one reaches the borrower less.

    The disposition is always one that fits the kind (`domain.work_item.DISPOSITIONS_FOR`).
    """
    meeting = _Meeting(traits=traits, debt=debt, at=at, draw=draw, rates=rates)
    disposition = _disposition(meeting, kind=kind, nth=nth)
    missed = disposition in {Disposition.NO_ANSWER, Disposition.MESSAGE_LEFT, Disposition.WRONG_NUMBER}
    least, most = MISSED_MINUTES if missed and kind is WorkKind.CALLBACK else MINUTES[kind]
    minutes = draw.randint(least, most)
    if debt.outstanding_minor <= 0:
        return Answer(disposition=disposition, minutes=minutes)
    match disposition:
        case Disposition.PROMISE:
            return _promise(meeting, minutes=minutes)
        case Disposition.ARRANGEMENT:
            return _arrangement(meeting, minutes=minutes)
        case Disposition.PAID:
            paid = Payment(at=whole_hour(at + timedelta(minutes=1)), amount_minor=debt.outstanding_minor)
            return Answer(disposition=disposition, minutes=minutes, payments=(paid,))
        case Disposition.DONE:
            return Answer(disposition=disposition, minutes=minutes, payments=_after_judgment(meeting))
        case _:  # every other word brings no money by itself
            return Answer(disposition=disposition, minutes=minutes)


def _disposition(meeting: _Meeting, *, kind: WorkKind, nth: int) -> Disposition:
    match kind:
        case WorkKind.CALLBACK:
            return _on_the_phone(meeting, nth=nth)
        case WorkKind.VERIFY_CONTACTS:
            return _looked_for(meeting)
        case WorkKind.FIELD_VISIT:
            return _at_the_door(meeting, nth=nth)
        case WorkKind.LEGAL_REFERRAL:
            return _referred(meeting, ends=meeting.rates.legal_ends)
        case WorkKind.AGENCY_PLACEMENT:
            return _referred(meeting, ends=meeting.rates.agency_ends)
        case WorkKind.RECONCILE_ATTEMPT | WorkKind.REVIEW_CONTACT | WorkKind.REVIEW_STANDING:
            return Disposition.DONE


def _on_the_phone(meeting: _Meeting, *, nth: int) -> Disposition:
    if meeting.traits.phone is LineState.DEAD:
        return Disposition.WRONG_NUMBER
    rates = meeting.rates
    missed = 1.0
    for dial in range(rates.dials_per_callback):
        worn = rates.contact_wears_off ** ((nth - 1) * rates.dials_per_callback + dial)
        missed *= 1 - meeting.traits.answers * worn
    if meeting.draw.random() >= missed:
        return _spoken(meeting)
    left = meeting.draw.random() < rates.message_left
    return Disposition.MESSAGE_LEFT if left else Disposition.NO_ANSWER


def _looked_for(meeting: _Meeting) -> Disposition:
    if meeting.traits.life is Life.DECEASED:  # the register says so
        return Disposition.DECEASED
    found = meeting.draw.random() < meeting.rates.verification_finds
    return Disposition.CONFIRMED if found else Disposition.NOT_FOUND


def _at_the_door(meeting: _Meeting, *, nth: int) -> Disposition:
    met = meeting.traits.at_home * meeting.rates.contact_wears_off ** (nth - 1)
    return _spoken(meeting) if meeting.draw.random() < met else Disposition.NO_ANSWER


def _spoken(meeting: _Meeting) -> Disposition:
    if meeting.traits.life is Life.DECEASED:  # a relative answers
        return Disposition.DECEASED
    if meeting.debt.outstanding_minor <= 0:
        return Disposition.PAID
    return Disposition(pick(meeting.draw, meeting.rates.says_to_person[meeting.traits.temper]))


def _referred(meeting: _Meeting, *, ends: Mapping[str, Shares]) -> Disposition:
    if meeting.traits.life is Life.DECEASED:
        return Disposition.DECEASED
    if meeting.debt.outstanding_minor <= 0:
        return Disposition.PAID
    side = "refusing" if meeting.traits.temper is Temper.REFUSING else "cooperative"
    return Disposition(pick(meeting.draw, ends[side]))


def _promise(meeting: _Meeting, *, minutes: int) -> Answer:
    draw, debt = meeting.draw, meeting.debt
    amount = debt.part(1.0 if draw.random() < meeting.rates.pays_in_full else 0.5)
    days = draw.randint(*PROMISE_DAYS)
    due_on = meeting.at.astimezone(ZoneInfo(debt.timezone)).date() + timedelta(days=days)
    hour = draw.choice(PAYING_HOURS)
    payments: tuple[Payment, ...] = ()
    if draw.random() < meeting.traits.keeps_promise:
        paid_at = local_hour(meeting.at, days=days - draw.randint(0, 1), hour=hour, timezone=debt.timezone)
        payments = (Payment(at=paid_at, amount_minor=amount),)
    elif draw.random() < meeting.rates.promise_half_kept:
        late = local_hour(meeting.at, days=days + draw.randint(*LATE_DAYS), hour=hour, timezone=debt.timezone)
        payments = (Payment(at=late, amount_minor=-(-amount // 2)),)
    return Answer(
        disposition=Disposition.PROMISE,
        minutes=minutes,
        promise=PromisedAmount(amount_minor=amount, due_on=due_on),
        payments=payments,
    )


def _arrangement(meeting: _Meeting, *, minutes: int) -> Answer:
    draw, debt = meeting.draw, meeting.debt
    count = min(draw.randint(*INSTALMENTS), debt.outstanding_minor)
    size, rest = divmod(debt.outstanding_minor, count)
    first = draw.randint(*FIRST_INSTALMENT_DAYS)
    day = meeting.at.astimezone(ZoneInfo(debt.timezone)).date()
    kept = count if draw.random() < meeting.traits.keeps_plan else draw.randrange(count)
    instalments: list[Instalment] = []
    payments: list[Payment] = []
    for number in range(count):
        after = timedelta(days=first) + number * INSTALMENT_EVERY
        amount = size + (rest if number == count - 1 else 0)
        instalments.append(Instalment(due_on=day + after, amount_minor=amount))
        if number < kept:
            paid_at = local_hour(meeting.at, days=after.days, hour=draw.choice(PAYING_HOURS), timezone=debt.timezone)
            payments.append(Payment(at=paid_at, amount_minor=amount))
    return Answer(
        disposition=Disposition.ARRANGEMENT,
        minutes=minutes,
        instalments=tuple(instalments),
        payments=tuple(payments),
    )


def _after_judgment(meeting: _Meeting) -> tuple[Payment, ...]:
    draw, debt = meeting.draw, meeting.debt
    if draw.random() >= meeting.rates.judgment_pays:
        return ()
    at = local_hour(meeting.at, days=draw.randint(*JUDGMENT_DAYS), hour=12, timezone=debt.timezone)
    return (Payment(at=at, amount_minor=debt.part(draw.uniform(0.3, 1.0))),)
