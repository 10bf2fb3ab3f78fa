"""Pausing a loan's journey, and letting it go on."""

from datetime import datetime

from sqlmodel import Session, col, select

from domain.event import EventKind
from domain.hold import HoldReason
from domain.journey import JourneyState
from ledger import events
from ledger.closing import withdraw_work
from ledger.tables.agreement import HoldRow
from ledger.tables.journey import JourneyRow
from ledger.waking import wake_open_journey_of


class NoSuchHold(LookupError):
    """There is no hold in force with that id."""


def place_hold(session: Session, loan_id: str, *, reason: HoldReason, until: datetime | None, now: datetime) -> str:
    """Pause a loan from now on; open work is taken off the lists and the journey is woken, so that it waits at once."""
    hold = HoldRow(loan_id=loan_id, reason=reason.value, placed_at=now, until=until)
    session.add(hold)
    journey = session.exec(
        select(JourneyRow).where(JourneyRow.loan_id == loan_id, JourneyRow.state == JourneyState.OPEN.value)
    ).first()
    if journey is not None:
        withdraw_work(session, journey, now=now)
    events.append(
        session,
        EventKind.HOLD_PLACED,
        loan_id=loan_id,
        journey_id=None if journey is None else journey.id,
        at=now,
        hold=hold.id,
        reason=reason.value,
    )
    wake_open_journey_of(session, loan_id, reason=f"hold: {reason.value}", now=now)
    return hold.id


def lift_hold(session: Session, hold_id: str, *, now: datetime) -> None:
    """End a hold now; the journey goes on at the rung where it stood. Raises NoSuchHold."""
    found = session.exec(
        select(HoldRow)
        .where(col(HoldRow.id).startswith(hold_id, autoescape=True), col(HoldRow.lifted_at).is_(None))
        .limit(2)
    ).all()
    if len(found) != 1:
        raise NoSuchHold(f"no single hold in force has an id that begins with '{hold_id}'")
    hold = found[0]
    hold.lifted_at = now
    events.append(
        session, EventKind.HOLD_LIFTED, loan_id=hold.loan_id, journey_id=None, at=now, hold=hold.id, reason=hold.reason
    )
    wake_open_journey_of(session, hold.loan_id, reason="a hold was lifted", now=now)


def holds_without_end(session: Session, *, placed_before: datetime) -> list[HoldRow]:
    """Holds that only a person can lift and that were placed before an instant."""
    return list(
        session.exec(
            select(HoldRow).where(
                col(HoldRow.lifted_at).is_(None), col(HoldRow.until).is_(None), col(HoldRow.placed_at) < placed_before
            )
        ).all()
    )
