"""Appending what happened to a loan."""

from datetime import datetime

from sqlmodel import Session

from domain.event import EventKind
from ledger.evidence.pending import PendingEvent, pending_in


def append(
    session: Session, kind: EventKind, *, loan_id: str, journey_id: str | None, at: datetime, **facts: str | int | None
) -> None:
    """Add one event. `facts` must hold no personal data: ids, codes, amounts and days only.

    It enters the loan's chain when the transaction ends (`ledger.evidence.chaining`); until then nobody reads it.
    """
    ordered = dict(sorted(facts.items()))
    pending_in(session).events.append(PendingEvent(loan_id, journey_id, kind.value, at, ordered))
