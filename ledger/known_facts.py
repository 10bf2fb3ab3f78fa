"""Noting what was learned of a borrower, so that every later contact is judged on it, and none waits for it longer."""

from datetime import datetime

from sqlmodel import Session, col, select

from domain.journey import JourneyState
from ledger.steps import ask_again
from ledger.tables.journey import JourneyRow
from ledger.tables.known_fact import KnownFactRow
from ledger.waking import wake
from policy.compliance.given import mapping_of
from policy.compliance.history import Happening


def note_fact(session: Session, borrower_id: str, happening: Happening, *, known_at: datetime) -> str:
    """Keep a fact that became known at `known_at`; returns its id. It names contact points by id, never by number.

    Every open journey of the borrower is looked at again: the fact may be what a contact was put off for.
    """
    given = mapping_of(happening)
    row = KnownFactRow(borrower_id=borrower_id, at=happening.at, known_at=known_at, given=given)
    session.add(row)
    session.flush()
    journeys = session.exec(
        select(JourneyRow)
        .where(JourneyRow.borrower_id == borrower_id, JourneyRow.state == JourneyState.OPEN.value)
        .order_by(col(JourneyRow.id))
        .with_for_update(key_share=True)
    ).all()
    for journey in journeys:
        ask_again(session, journey.id, now=known_at)
        wake(session, journey.id, reason=f"it became known: {given['type']}", now=known_at)
    return row.id
