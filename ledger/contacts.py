"""What is learned about a contact point: it is new, the borrower's, bad, someone else's, or to be left alone.

Every change is an event: what it was, what it is, when, and the work item or message that it was learned from.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from domain.borrower import ContactKind, ContactState
from domain.event import EventKind
from domain.journey import JourneyState
from domain.receipt import ReceiptKind
from ledger import events
from ledger.database import keyring_of
from ledger.listings import loan_ids_of
from ledger.people import seal_for
from ledger.tables.borrower import ContactPointRow
from ledger.tables.inbox import InboxRow
from ledger.tables.journey import JourneyRow
from ledger.waking import wake

CHANGED_AS: dict[ContactState, EventKind] = {
    ContactState.OPTED_OUT: EventKind.OPTED_OUT,
    ContactState.VERIFIED: EventKind.CONTACT_VERIFIED,
}
"""The event of a change to a state; any other one is a contact point spoiled."""


def mark_contact(
    session: Session,
    contact_point_id: str,
    state: ContactState,
    *,
    journey: JourneyRow,
    now: datetime,
    work_item: str | None = None,
) -> None:
    """Change one contact point's state, with an event on the journey that found it out.

    work_item: the work in which a person found it out. `verified_at` is when a person last made sure, and is taken back
    with the verification.
    """
    point = session.get_one(ContactPointRow, contact_point_id)
    before = point.state
    point.state, point.changed_at = state.value, now
    if state is not ContactState.OPTED_OUT:
        point.verified_at = now if state is ContactState.VERIFIED else None
    events.append(
        session,
        CHANGED_AS.get(state, EventKind.CONTACT_SPOILED),
        loan_id=journey.loan_id,
        journey_id=journey.id,
        at=now,
        contact_point=point.id,
        state=state.value,
        before=before,
        **_by(work_item),
    )


def add_contact(
    session: Session,
    journey: JourneyRow,
    *,
    kind: ContactKind,
    text: str,
    state: ContactState,
    provenance: str,
    now: datetime,
    work_item: str | None = None,
) -> str | None:
    """Keep a number or address that somebody told us, and where it came from; its id, or None when it is known already.

    Whoever opted out stays so, also where the number or address comes in again under another borrower.
    """
    keyring = keyring_of(session)
    lookup = keyring.lookup(text)
    if point_with(session, journey.borrower_id, kind=kind, lookup=lookup) is not None:
        return None
    if has_opted_out(session, lookup):
        state = ContactState.OPTED_OUT
    point = ContactPointRow(
        borrower_id=journey.borrower_id,
        kind=kind.value,
        text_sealed=seal_for(session, journey.borrower_id, text),
        lookup=lookup,
        state=state.value,
        provenance=provenance,
        verified_at=now if state is ContactState.VERIFIED else None,
        added_at=now,
        changed_at=now,
    )
    session.add(point)
    session.flush()
    _tell_added(session, point, journey.loan_id, journey.id, now=now, work_item=work_item)
    return point.id


def tell_left_alone(session: Session, point_ids: Sequence[str], *, now: datetime) -> None:
    """Contact points that came in with a number or address whose owner has opted out: every loan of theirs tells of it.

    Those that may be used need no event; of these nothing else would tell that they may not.
    """
    query = select(ContactPointRow).where(col(ContactPointRow.id).in_(point_ids)).order_by(col(ContactPointRow.id))
    points = session.exec(query).all()
    of_person = loan_ids_of(session, {point.borrower_id for point in points})
    for point in points:
        for loan_id in of_person[point.borrower_id]:
            _tell_added(session, point, loan_id, None, now=now)


def point_with(session: Session, borrower_id: str, *, kind: ContactKind, lookup: bytes) -> ContactPointRow | None:
    """The borrower's contact point of that kind and text, if it is known."""
    return session.exec(
        select(ContactPointRow).where(
            ContactPointRow.borrower_id == borrower_id,
            ContactPointRow.kind == kind.value,
            ContactPointRow.lookup == lookup,
        )
    ).first()


def opt_out(session: Session, text: str, *, now: datetime) -> int:
    """Nobody is contacted at this number or address any more, on any loan; returns how many contact points that were.

    A mobile number that opts out of texts is left out of calls too: the person asked to be left alone at that number.
    Asking again changes nothing.
    """
    return _opt_out(session, keyring_of(session).lookup(text), now=now)


def opt_out_point(session: Session, contact_point_id: str, *, now: datetime) -> int:
    """The same for whatever number or address a contact point holds."""
    return _opt_out(session, session.get_one(ContactPointRow, contact_point_id).lookup, now=now)


def _tell_added(
    session: Session,
    point: ContactPointRow,
    loan_id: str,
    journey_id: str | None,
    *,
    now: datetime,
    work_item: str | None = None,
) -> None:
    events.append(
        session,
        EventKind.CONTACT_ADDED,
        loan_id=loan_id,
        journey_id=journey_id,
        at=now,
        contact_point=point.id,
        kind_of_contact=point.kind,
        state=point.state,
        provenance=point.provenance,
        **_by(work_item),
    )


def _by(work_item: str | None) -> dict[str, str]:
    return {} if work_item is None else {"work_item": work_item}


def has_opted_out(session: Session, lookup: bytes) -> bool:
    """Whether somebody asked to be left alone at this number or address, under whichever borrower it is kept."""
    marked = select(ContactPointRow.id).where(
        ContactPointRow.lookup == lookup, ContactPointRow.state == ContactState.OPTED_OUT.value
    )
    asked = select(InboxRow.event_id).where(InboxRow.contact_lookup == lookup, InboxRow.kind == ReceiptKind.STOP.value)
    return any(session.exec(query).first() is not None for query in (marked, asked))


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
    of_person = loan_ids_of(session, {point.borrower_id for point in points})
    working = {journey.loan_id: journey.id for journey in journeys}
    for point in points:
        if point.state == ContactState.OPTED_OUT.value:
            continue
        point.state, point.changed_at = ContactState.OPTED_OUT.value, now
        # On every loan, worked or not: the chains are all that tells of it if somebody changes the contact point.
        for loan_id in of_person[point.borrower_id]:
            journey_id = working.get(loan_id)
            events.append(
                session,
                EventKind.OPTED_OUT,
                loan_id=loan_id,
                journey_id=journey_id,
                at=now,
                contact_point=point.id,
                state=point.state,
            )
            if journey_id is not None:
                wake(session, journey_id, reason="the borrower opted out", now=now)
    return len(points)
