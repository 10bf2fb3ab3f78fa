"""What is learned about a contact point: it is bad, belongs to someone else, or its owner wants to be left alone."""

from datetime import datetime

from sqlmodel import Session, col, select

from domain.borrower import ContactState
from domain.event import EventKind
from domain.journey import JourneyState
from ledger import events
from ledger.database import keyring_of
from ledger.tables.borrower import ContactPointRow
from ledger.tables.journey import JourneyRow
from ledger.waking import wake


def mark_contact(
    session: Session, contact_point_id: str, state: ContactState, *, journey: JourneyRow, now: datetime
) -> None:
    """Change one contact point's state, with an event on the journey that found it out."""
    point = session.get_one(ContactPointRow, contact_point_id)
    point.state, point.changed_at = state.value, now
    kind = EventKind.OPTED_OUT if state is ContactState.OPTED_OUT else EventKind.CONTACT_SPOILED
    events.append(
        session, kind, loan_id=journey.loan_id, journey_id=journey.id, at=now, contact_point=point.id, state=state.value
    )


def opt_out(session: Session, text: str, *, now: datetime) -> int:
    """Nobody is contacted at this number or address any more, on any loan; returns how many contact points that were.

    A mobile number that opts out of texts is left out of calls too: the person asked to be left alone at that number.
    Asking again changes nothing.
    """
    return _opt_out(session, keyring_of(session).lookup(text), now=now)


def opt_out_point(session: Session, contact_point_id: str, *, now: datetime) -> int:
    """The same for whatever number or address a contact point holds."""
    return _opt_out(session, session.get_one(ContactPointRow, contact_point_id).lookup, now=now)


def _opt_out(session: Session, lookup: bytes, *, now: datetime) -> int:
    # Journeys before contact points, and both in the order of their ids: as a claim does it, so that a STOP and a send
    # at the same moment wait for each other, and the one that comes second sees what the first one did.
    owners = select(ContactPointRow.borrower_id).where(ContactPointRow.lookup == lookup)
    journeys = session.exec(
        select(JourneyRow)
        .where(col(JourneyRow.borrower_id).in_(owners), JourneyRow.state == JourneyState.OPEN.value)
        .order_by(col(JourneyRow.id))
        .with_for_update(key_share=True)
    ).all()
    points = session.exec(
        select(ContactPointRow)
        .where(ContactPointRow.lookup == lookup)
        .order_by(col(ContactPointRow.id))
        .with_for_update()
    ).all()
    for point in points:
        if point.state == ContactState.OPTED_OUT.value:
            continue
        point.state, point.changed_at = ContactState.OPTED_OUT.value, now
        for journey in journeys:
            if journey.borrower_id != point.borrower_id:
                continue
            events.append(
                session,
                EventKind.OPTED_OUT,
                loan_id=journey.loan_id,
                journey_id=journey.id,
                at=now,
                contact_point=point.id,
                state=point.state,
            )
            wake(session, journey.id, reason="the borrower opted out", now=now)
    return len(points)
