"""Noting what was learned of a borrower, so that every later contact is judged on it."""

from datetime import datetime

from sqlmodel import Session

from ledger.tables.known_fact import KnownFactRow
from policy.compliance.history import Marked


def note_fact(session: Session, borrower_id: str, happening: Marked, *, known_at: datetime) -> str:
    """Keep a fact that became known at `known_at`; returns its id. It names contact points by id, never by number."""
    given = {"type": happening.mark.value, "at": happening.at.isoformat(), "debts": sorted(happening.debts)}
    if happening.until is not None:
        given["until"] = happening.until.isoformat()
    row = KnownFactRow(borrower_id=borrower_id, at=happening.at, known_at=known_at, given=given)
    session.add(row)
    session.flush()
    return row.id
