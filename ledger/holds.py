"""Pausing a loan's journey, or those of all loans of a person, and letting them go on.

What a hold for a reason means is not decided here: the portfolio's packs say how far it reaches, how long it lasts and
how often it may be had.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from domain.event import EventKind
from domain.hold import HoldReason, HoldScope
from domain.journey import JourneyState
from domain.work_item import WorkKind, WorkState
from ledger import events
from ledger.closing import withdraw_review, withdraw_work
from ledger.holding import holds_of_person, holds_on, over_since, standing_on, zone_of_person
from ledger.marks import MARKS_OF
from ledger.tables.agreement import HoldRow
from ledger.tables.borrower import BorrowerRow
from ledger.tables.journey import JourneyRow
from ledger.tables.loan import LoanRow
from ledger.tables.work_item import WorkItemRow
from ledger.waking import wake
from policy.compliance.standing import Standing
from policy.compliance.standing_rule import day_after

LOOK_WITHIN = timedelta(days=3)
"""So soon somebody should look into a hold that a person has to do something about."""
NEEDS_LOOKING_INTO = frozenset(
    {
        HoldReason.HARDSHIP,
        HoldReason.VULNERABLE,
        HoldReason.REPRESENTED,
        HoldReason.BANKRUPTCY,
        HoldReason.MINOR,
    }
)
"""Somebody assesses it, writes to the lawyer, lodges the claim, or finds out how the loan came about."""


class NoSuchHold(LookupError):
    """There is no hold in force with that id."""


class HeldTooSoon(ValueError):
    """The packs do not grant this hold again so soon after the last one."""


class BeganBeforeTheLoan(ValueError):
    """A pause of a loan cannot have begun before the loan was made."""


class EndIsKnown(ValueError):
    """The event that ends this hold is known already; the journey rests until the days after it have run."""


def place_hold(
    session: Session,
    loan_id: str,
    *,
    reason: HoldReason,
    until: datetime | None,
    now: datetime,
    began_at: datetime | None = None,
    by: str | None = None,
) -> str:
    """Pause a loan from now on, and every linked loan where the packs say that it holds for the person.

    Open work is taken off the lists and the journeys are woken, so that they wait at once. until: no sooner than the
    packs say; None where they do not say either. began_at: since when its days count, where it became known only now;
    never later than now. Returns the hold's id; one that is in force already is not placed twice. Raises HeldTooSoon or
    BeganBeforeTheLoan.
    """
    loan = session.get_one(LoanRow, loan_id)
    began = now if began_at is None else min(began_at, now)
    began_on = began.astimezone(zone_of_person(session, loan)).date()
    if loan.originated_on is not None and began_on < loan.originated_on:
        raise BeganBeforeTheLoan(f"loan {loan.number} was made on {loan.originated_on}, after {began_on}")
    standing = _standing(session, loan, reason, now=began)
    journeys = _open_journeys(session, loan, scope=HoldScope.PERSON)
    # Locked, so that two at once do not both find that there is no such hold yet.
    session.exec(select(BorrowerRow.id).where(BorrowerRow.id == loan.borrower_id).with_for_update(key_share=True)).one()
    if standing is not None:
        _refuse_too_soon(session, loan, standing, reason, began_on=began_on, now=now)
    scope = HoldScope.DEBT if standing is None else HoldScope(standing.scope)
    ends = [end for end in (until, standing.until if standing is not None else None) if end is not None]
    hold = HoldRow(
        loan_id=loan_id,
        reason=reason.value,
        scope=scope.value,
        placed_at=now,
        began_at=began if began < now else None,
        placed_by=by,
        until=max(ends, default=None),
    )
    already = _in_force_already(session, loan, hold, now=now)
    if already is not None:
        return already
    session.add(hold)
    session.flush()
    touched = [j for j in journeys if scope is HoldScope.PERSON or j.loan_id == loan_id]
    for journey in touched:
        withdraw_work(session, journey, now=now)
    _note(session, EventKind.HOLD_PLACED, hold, loan, touched, now=now)
    needs_person = reason in NEEDS_LOOKING_INTO or (standing is not None and standing.needs_person)
    if needs_person and touched:
        _ask_somebody(session, hold, min(touched, key=lambda j: j.loan_id != loan_id), now=now)
    _wake(session, touched, reason=f"hold: {reason.value}", now=now)
    return hold.id


def lift_hold(session: Session, hold_id: str, *, now: datetime, by: str | None = None) -> datetime:
    """End a hold, given by its id or its beginning; returns the instant from which the journeys go on.

    That is now; or so many days later where the packs say that it lasts on after the event that ends it (a treatment).
    The journeys go on at the rung where they stood, after the rest of its spacing. Raises NoSuchHold or EndIsKnown.
    """
    found = session.exec(
        select(HoldRow)
        .where(col(HoldRow.id).startswith(hold_id, autoescape=True), col(HoldRow.lifted_at).is_(None))
        .limit(2)
    ).all()
    if len(found) != 1 or over_since(found[0], now=now) is not None:
        raise NoSuchHold(f"no single hold in force has an id that begins with '{hold_id}'")
    hold = found[0]
    loan = session.get_one(LoanRow, hold.loan_id)
    touched = _open_journeys(session, loan, scope=HoldScope(hold.scope))
    standing = _standing(session, loan, HoldReason(hold.reason), now=now)
    lasts_on = standing.days_after_end if standing is not None else 0
    if lasts_on and hold.event_at is not None:
        raise EndIsKnown(f"its end is known since {hold.event_at:%d %b %Y}; it lasts until {hold.until:%d %b %Y}")
    hold.lifted_by = by
    if lasts_on:
        hold.event_at, hold.until = now, day_after(now, days=lasts_on, zone=zone_of_person(session, loan))
    else:
        hold.lifted_at = now
    withdraw_review(session, hold.id, now=now)
    _note(session, EventKind.HOLD_LIFTED, hold, loan, touched, now=now)
    _wake(session, touched, reason="a hold was lifted", now=now)
    return hold.until if lasts_on and hold.until is not None else now


def holds_without_end(session: Session, *, placed_before: datetime) -> list[HoldRow]:
    """Holds that only a person can lift and that were placed before an instant."""
    return list(
        session.exec(
            select(HoldRow).where(
                col(HoldRow.lifted_at).is_(None), col(HoldRow.until).is_(None), col(HoldRow.placed_at) < placed_before
            )
        ).all()
    )


def _standing(session: Session, loan: LoanRow, reason: HoldReason, *, now: datetime) -> Standing | None:
    """What the portfolio's packs say of a hold for a reason; None where they say nothing."""
    marks = MARKS_OF.get(reason)
    return None if marks is None else standing_on(session, loan, marks[0], now=now)


def _refuse_too_soon(
    session: Session, loan: LoanRow, standing: Standing, reason: HoldReason, *, began_on: date, now: datetime
) -> None:
    if standing.limit is None:
        return
    zone = zone_of_person(session, loan)
    for earlier in holds_of_person(session, loan.borrower_id):
        if earlier.reason != reason.value:
            continue
        ended_at = over_since(earlier, now=now)
        if ended_at is None or began_on < standing.limit.after(ended_at.astimezone(zone).date()):
            when = "is in force" if ended_at is None else f"ended on {ended_at.astimezone(zone):%d %b %Y}"
            raise HeldTooSoon(
                f"a {reason.value.replace('_', ' ')} {when}, and another one comes no sooner than {standing.limit} "
                f"after its end ({', '.join(standing.citations)})"
            )


def _in_force_already(session: Session, loan: LoanRow, new: HoldRow, *, now: datetime) -> str | None:
    """A hold for the same reason that lasts as long; None where there is none."""
    for hold in holds_on(session, loan):
        lasts = hold.until is None or (new.until is not None and hold.until >= new.until)
        if hold.reason == new.reason and lasts and over_since(hold, now=now) is None:
            return hold.id
    return None


def _open_journeys(session: Session, loan: LoanRow, *, scope: HoldScope) -> Sequence[JourneyRow]:
    """The open journeys that a hold touches, locked in the order that everybody locks them in."""
    theirs = JourneyRow.loan_id == loan.id if scope is HoldScope.DEBT else JourneyRow.borrower_id == loan.borrower_id
    return session.exec(
        select(JourneyRow)
        .where(JourneyRow.state == JourneyState.OPEN.value, theirs)
        .order_by(col(JourneyRow.id))
        .with_for_update(key_share=True)
    ).all()


def _ask_somebody(session: Session, hold: HoldRow, journey: JourneyRow, *, now: datetime) -> None:
    """Put the hold on people's list: no machine decides what becomes of somebody in such a standing."""
    item = WorkItemRow(
        loan_id=journey.loan_id,
        journey_id=journey.id,
        hold_id=hold.id,
        kind=WorkKind.REVIEW_STANDING.value,
        rung=journey.rung or "",
        turn_no=journey.turn_no,
        state=WorkState.OPEN.value,
        opened_at=now,
        deadline_at=now + LOOK_WITHIN,
    )
    session.add(item)
    session.flush()
    events.append(
        session,
        EventKind.WORK_OPENED,
        loan_id=journey.loan_id,
        journey_id=journey.id,
        at=now,
        work_item=item.id,
        kind_of_work=item.kind,
    )


def _note(
    session: Session, kind: EventKind, hold: HoldRow, loan: LoanRow, touched: Sequence[JourneyRow], *, now: datetime
) -> None:
    """On every loan that the hold is on, so that each one's record tells why it rested."""
    loans = [loan.id]
    if hold.scope == HoldScope.PERSON.value:
        linked = select(LoanRow.id).where(LoanRow.borrower_id == loan.borrower_id).order_by(col(LoanRow.number))
        loans = list(session.exec(linked).all())
    journeys = {journey.loan_id: journey.id for journey in touched}
    for loan_id in loans:
        events.append(
            session, kind, loan_id=loan_id, journey_id=journeys.get(loan_id), at=now, hold=hold.id, reason=hold.reason
        )


def _wake(session: Session, journeys: Sequence[JourneyRow], *, reason: str, now: datetime) -> None:
    for journey in journeys:
        wake(session, journey.id, reason=reason, now=now)
