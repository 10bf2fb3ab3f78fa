"""When a person made sure of an address: every time that counts at a moment, not only the last one."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from domain.borrower import ContactKind, ContactState
from domain.event import EventKind
from ledger.tables.borrower import ContactPointRow
from ledger.tables.journey import EventRow

FOUND_OUT = (EventKind.CONTACT_VERIFIED.value, EventKind.CONTACT_SPOILED.value, EventKind.OPTED_OUT.value)


def addresses_verified(
    session: Session, points: Sequence[ContactPointRow], debts: Sequence[str], *, at: datetime
) -> list[datetime]:
    """When the addresses among contact points were verified, up to a moment; a spoiled one is verified no more.

    debts: the person's loans, on which it stands who found out what.
    """
    addresses = [point for point in points if point.kind == ContactKind.ADDRESS.value]
    found: dict[str, list[EventRow]] = {point.id: [] for point in addresses}
    if any(point.changed_at != point.added_at for point in addresses):
        events = (
            select(EventRow)
            .where(col(EventRow.loan_id).in_(debts), col(EventRow.kind).in_(FOUND_OUT))
            .order_by(col(EventRow.at), col(EventRow.id))
        )
        for event in session.exec(events).all():
            if "before" in event.facts and event.facts.get("contact_point") in found:
                found[event.facts["contact_point"]].append(event)
    return sorted(when for point in addresses for when in _of(point, found[point.id], at=at))


def _of(point: ContactPointRow, events: Sequence[EventRow], *, at: datetime) -> list[datetime]:
    if not events:
        return [point.verified_at] if point.verified_at is not None and point.verified_at <= at else []
    was_verified_at_first = events[0].facts["before"] == ContactState.VERIFIED.value
    moments = [point.added_at] if was_verified_at_first and point.added_at is not None else []
    for event in events:
        if event.at > at:
            break
        if event.kind == EventKind.CONTACT_VERIFIED.value:
            moments.append(event.at)
        elif event.kind == EventKind.CONTACT_SPOILED.value:
            moments = []
    return moments
