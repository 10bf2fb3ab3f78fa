"""Keeping what a step or an attempt was before it changes, so that a past day can be told as it was known then."""

from datetime import datetime

from sqlmodel import Session, col, select

from domain.attempt import AttemptState
from ledger.tables.attempt import AttemptRow
from ledger.tables.earlier_state import EarlierStateRow
from ledger.tables.journey import StepRow

COUNTED = frozenset({AttemptState.UNKNOWN.value, AttemptState.UNDELIVERED.value})
"""States that figures rest on and that may still change into another that they do not rest on."""


def keep_outcome(session: Session, step: StepRow, *, now: datetime) -> None:
    """Keep a step's outcome; call it before another one takes its place."""
    known_at = step.recorded_at or step.ended_at
    _keep(session, step.id, step.outcome, since=_last(session, step.id) or known_at, now=now)


def keep_state(session: Session, attempt: AttemptRow, *, now: datetime) -> None:
    """Keep an attempt's state if a figure may have rested on it; call it before it changes."""
    if attempt.state not in COUNTED:
        return
    known_at = attempt.receipt_at if attempt.state == AttemptState.UNDELIVERED.value else attempt.recorded_at
    if known_at is not None:
        _keep(session, attempt.id, attempt.state, since=known_at, now=now)


def _keep(session: Session, row_id: str, state: str, *, since: datetime, now: datetime) -> None:
    session.add(EarlierStateRow(row_id=row_id, state=state, since_at=since, until_at=now))


def _last(session: Session, row_id: str) -> datetime | None:
    """Until when the state before this one lasted."""
    return session.exec(
        select(EarlierStateRow.until_at)
        .where(EarlierStateRow.row_id == row_id)
        .order_by(col(EarlierStateRow.until_at).desc())
    ).first()
