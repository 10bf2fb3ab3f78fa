"""Closing a journey: nothing waits any more, and open work is taken off people's lists."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from domain.event import EventKind
from domain.journey import ClosingReason, JourneyState
from domain.work_item import WorkKind, WorkState
from ledger import events
from ledger.senders import leave_queue
from ledger.situations import OPEN_WORK
from ledger.tables.journey import JourneyRow
from ledger.tables.work_item import WorkItemRow

REVIEW = WorkKind.REVIEW_STANDING.value


def close_journey(session: Session, journey: JourneyRow, *, reason: ClosingReason, now: datetime) -> None:
    """End a journey for a reason; its open work items are withdrawn, except a question about an attempt's fate."""
    journey.state = JourneyState.CLOSED.value
    journey.closing_reason = reason.value
    journey.closed_at = now
    journey.due_at = journey.waiting_for = journey.waiting_reason = journey.lease_until = None
    leave_queue(session, journey.id)
    withdraw_work(session, journey, now=now)
    _nobody_rests_any_more(session, journey, now=now)
    events.append(
        session, EventKind.JOURNEY_CLOSED, loan_id=journey.loan_id, journey_id=journey.id, at=now, reason=reason.value
    )


def withdraw_question(session: Session, attempt_id: str, *, now: datetime) -> None:
    """The fate of an attempt became known by itself: nobody needs to find it out any more."""
    rows = session.exec(
        select(WorkItemRow)
        .where(
            WorkItemRow.attempt_id == attempt_id,
            col(WorkItemRow.state).in_(OPEN_WORK),
            WorkItemRow.kind == WorkKind.RECONCILE_ATTEMPT.value,
        )
        .with_for_update(skip_locked=True)  # whoever holds it records the answer just now, and waits for the attempt
    ).all()
    for row in rows:
        _withdraw(session, row, now=now)


def withdraw_work(session: Session, journey: JourneyRow, *, now: datetime) -> None:
    """Take the journey's open work off the lists; questions about an attempt's fate and about a hold stay."""
    stays = [WorkKind.RECONCILE_ATTEMPT.value, REVIEW]
    for row in _open_items(session, WorkItemRow.journey_id == journey.id, col(WorkItemRow.kind).not_in(stays)):
        _withdraw(session, row, now=now)


def withdraw_review(session: Session, hold_id: str, *, now: datetime) -> None:
    """A hold has ended: nobody needs to look into it any more."""
    for row in _open_items(session, WorkItemRow.hold_id == hold_id):
        _withdraw(session, row, now=now)


def _nobody_rests_any_more(session: Session, journey: JourneyRow, *, now: datetime) -> None:
    """Once no loan of the person is collected, nobody needs to look into their holds."""
    theirs = select(JourneyRow.id).where(JourneyRow.borrower_id == journey.borrower_id)
    others = theirs.where(JourneyRow.state == JourneyState.OPEN.value, JourneyRow.id != journey.id)
    if session.exec(others).first() is None:
        for row in _open_items(session, WorkItemRow.kind == REVIEW, col(WorkItemRow.journey_id).in_(theirs)):
            _withdraw(session, row, now=now)


def _open_items(session: Session, *which: ColumnElement[bool] | bool) -> Sequence[WorkItemRow]:
    return session.exec(select(WorkItemRow).where(col(WorkItemRow.state).in_(OPEN_WORK), *which)).all()


def _withdraw(session: Session, row: WorkItemRow, *, now: datetime) -> None:
    row.state, row.recorded_at = WorkState.WITHDRAWN.value, now
    events.append(
        session, EventKind.WORK_WITHDRAWN, loan_id=row.loan_id, journey_id=row.journey_id, at=now, work_item=row.id
    )
