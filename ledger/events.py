"""Appending what happened to a loan."""

from datetime import datetime

from sqlmodel import Session

from domain.event import EventKind
from ledger.tables.journey import EventRow


def append(
    session: Session, kind: EventKind, *, loan_id: str, journey_id: str | None, at: datetime, **facts: str | int | None
) -> None:
    """Add one event. `facts` must hold no personal data: ids, codes, amounts and days only."""
    session.add(EventRow(loan_id=loan_id, journey_id=journey_id, kind=kind.value, at=at, facts=facts))
