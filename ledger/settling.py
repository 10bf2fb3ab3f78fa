"""What time settles: promises judged after their grace, arrangements that were missed or kept, work that nobody did.

It runs in the transaction of every turn, so that a decision never rests on something that time has overtaken.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from domain.action import Action
from domain.arrangement import ArrangementState
from domain.event import EventKind
from domain.promise import PromiseState
from domain.step import Outcome
from domain.work_item import QUESTIONS, WorkState
from ledger import events
from ledger.ladders import pinned_ladder
from ledger.refusals import refusal_throughout
from ledger.situations import OPEN_WORK, arrangement_from, promise_from
from ledger.steps import end_step
from ledger.tables.agreement import ArrangementRow, PromiseRow
from ledger.tables.borrower import BorrowerRow
from ledger.tables.journey import JourneyRow
from ledger.tables.work_item import WorkItemRow
from policy.ladders.ladder import Ladder
from policy.spacing import grace_ends


def settle(session: Session, journey: JourneyRow, *, now: datetime) -> int:
    """Settle what is due on one journey; returns how many promises, arrangements and work items changed."""
    # Whoever settles holds the journey, so that two at once do not both find the same promise open.
    session.exec(select(JourneyRow.id).where(JourneyRow.id == journey.id).with_for_update(key_share=True)).one()
    ladder = pinned_ladder(session, journey.ladder_digest)
    zone = ZoneInfo(session.get_one(BorrowerRow, journey.borrower_id).timezone)
    return (
        _promises(session, journey, ladder=ladder, zone=zone, now=now)
        + _arrangements(session, journey, ladder=ladder, zone=zone, now=now)
        + _work(session, journey, now=now)
    )


def _promises(session: Session, journey: JourneyRow, *, ladder: Ladder, zone: ZoneInfo, now: datetime) -> int:
    rows = session.exec(
        select(PromiseRow).where(PromiseRow.loan_id == journey.loan_id, PromiseRow.state == PromiseState.OPEN.value)
    ).all()
    settled = 0
    for row in rows:
        promise = promise_from(session, row, now=now)
        is_kept = promise.is_kept(share=ladder.kept_share)
        is_over = grace_ends(row.due_on, grace=ladder.promise_grace, hour=ladder.hour, zone=zone) <= now
        if not (is_kept or is_over):
            continue
        row.state = (PromiseState.KEPT if is_kept else PromiseState.BROKEN).value
        row.settled_at = now
        kind = EventKind.PROMISE_KEPT if is_kept else EventKind.PROMISE_BROKEN
        events.append(session, kind, loan_id=row.loan_id, journey_id=journey.id, at=now, promise=row.id)
        settled += 1
    return settled


def _arrangements(session: Session, journey: JourneyRow, *, ladder: Ladder, zone: ZoneInfo, now: datetime) -> int:
    rows = session.exec(
        select(ArrangementRow).where(
            ArrangementRow.loan_id == journey.loan_id, ArrangementRow.state == ArrangementState.ACTIVE.value
        )
    ).all()
    settled = 0
    for row in rows:
        arrangement = arrangement_from(session, row, now=now)
        local = now.astimezone(zone)
        fell_due_by = local.date() - ladder.promise_grace
        if local.time() < ladder.hour:
            fell_due_by -= timedelta(days=1)
        is_kept = arrangement.next_due_on() is None
        is_missed = arrangement.is_missed_by(fell_due_by)
        if not (is_kept or is_missed):
            continue
        row.state = (ArrangementState.KEPT if is_kept else ArrangementState.BROKEN).value
        row.settled_at = now
        kind = EventKind.ARRANGEMENT_KEPT if is_kept else EventKind.ARRANGEMENT_BROKEN
        events.append(session, kind, loan_id=row.loan_id, journey_id=journey.id, at=now, arrangement=row.id)
        settled += 1
    return settled


def _work(session: Session, journey: JourneyRow, *, now: datetime) -> int:
    rows = session.exec(
        select(WorkItemRow).where(
            WorkItemRow.journey_id == journey.id,
            col(WorkItemRow.state).in_(OPEN_WORK),
            col(WorkItemRow.deadline_at) <= now,
            col(WorkItemRow.kind).not_in([kind.value for kind in QUESTIONS]),
        )
    ).all()
    for row in rows:
        row.state = WorkState.LAPSED.value
        row.recorded_at = now
        end_step(
            session,
            journey,
            turn_no=row.turn_no,
            rung=row.rung,
            action=Action(row.kind),
            outcome=Outcome.LAPSED,
            reason=refusal_throughout(session, row, now=now) or "nobody recorded a result in time",
            now=now,
        )
        events.append(
            session, EventKind.WORK_LAPSED, loan_id=row.loan_id, journey_id=journey.id, at=now, work_item=row.id
        )
    return len(rows)
