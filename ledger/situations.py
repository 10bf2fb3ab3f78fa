"""Putting one journey's situation together from the rows: the only place where policy's question is filled in."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, select

from domain.action import Action
from domain.arrangement import Arrangement, ArrangementState, Instalment
from domain.borrower import Borrower, BorrowerId, ContactKind, ContactPoint, ContactPointId, ContactState
from domain.hold import Hold, HoldReason, Rest
from domain.journey import ClosingReason
from domain.promise import Promise, PromiseState
from domain.step import Outcome, StepRecord
from domain.work_item import QUESTIONS, WorkItem, WorkItemId, WorkKind, WorkState
from ledger.holding import holds_on, over_since
from ledger.ladders import pinned_ladder
from ledger.positions import net_received, position_at
from ledger.removed import removed_from
from ledger.tables.agreement import ArrangementRow, PromiseRow
from ledger.tables.borrower import BorrowerRow, ContactPointRow
from ledger.tables.journey import JourneyRow, StepRow
from ledger.tables.loan import LoanRow
from ledger.tables.money import PaymentRow
from ledger.tables.work_item import WorkItemRow
from policy.situation import Situation

OPEN_WORK = (WorkState.OPEN.value, WorkState.TAKEN.value)


def situation_of(session: Session, journey: JourneyRow, *, now: datetime) -> Situation:
    """The journey as it stands at `now`."""
    loan = session.get_one(LoanRow, journey.loan_id)
    borrower = borrower_of(session, journey.borrower_id)
    holds = holds_on(session, loan)
    return Situation(
        ladder=pinned_ladder(session, journey.ladder_digest),
        borrower=borrower,
        position=position_at(session, loan, zone=ZoneInfo(borrower.timezone), now=now),
        opened_at=journey.opened_at,
        opening_minor=journey.opening_minor,
        opening_days_past_due=journey.opening_days_past_due,
        product=loan.product,
        segment=loan.segment,
        steps=_steps(session, journey.id),
        holds=tuple(Hold(HoldReason(r.reason), r.placed_at, r.until) for r in holds if over_since(r, now=now) is None),
        rested=tuple(Rest(r.placed_at, at) for r in holds if (at := over_since(r, now=now)) is not None),
        promise=_promise(session, loan.id, now=now),
        arrangement=_arrangement(session, loan.id, now=now),
        open_work=_open_work(session, journey.id),
        last_payment_at=session.exec(
            select(func.max(PaymentRow.received_at)).where(
                PaymentRow.loan_id == loan.id,
                col(PaymentRow.received_at) >= journey.opened_at,
                col(PaymentRow.received_at) <= now,
            )
        ).one(),
        closing=_closing(loan),
        draw_key=journey.id,
    )


def borrower_of(session: Session, borrower_id: str) -> Borrower:
    """A borrower and the contact points, oldest first; those whose text was removed are no way to reach anybody."""
    row = session.get_one(BorrowerRow, borrower_id)
    points = session.exec(
        select(ContactPointRow)
        .where(ContactPointRow.borrower_id == borrower_id)
        .order_by(col(ContactPointRow.changed_at), col(ContactPointRow.id))
    ).all()
    return Borrower(
        id=BorrowerId(row.id),
        timezone=row.timezone,
        language=row.language,
        jurisdiction=row.jurisdiction,
        contact_points=tuple(
            ContactPoint(ContactPointId(p.id), ContactKind(p.kind), ContactState(p.state), p.verified_at)
            for p in points
            if removed_from(p.text_sealed) is None
        ),
    )


def _steps(session: Session, journey_id: str) -> tuple[StepRecord, ...]:
    rows: Sequence[StepRow] = session.exec(
        select(StepRow)
        .where(StepRow.journey_id == journey_id)
        .order_by(col(StepRow.turn_no), col(StepRow.ended_at), col(StepRow.id))
    ).all()
    return tuple(
        StepRecord(
            turn=r.turn_no,
            rung=r.rung,
            action=Action(r.action),
            outcome=Outcome(r.outcome),
            ended_at=r.ended_at,
            until=r.until,
            reason=r.reason,
        )
        for r in rows
    )


def _promise(session: Session, loan_id: str, *, now: datetime) -> Promise | None:
    row = session.exec(
        select(PromiseRow)
        .where(PromiseRow.loan_id == loan_id, PromiseRow.state == PromiseState.OPEN.value)
        .order_by(col(PromiseRow.made_at).desc())
    ).first()
    return None if row is None else promise_from(session, row, now=now)


def promise_from(session: Session, row: PromiseRow, *, now: datetime) -> Promise:
    """A promise with what came in since it was made."""
    received = net_received(session, row.loan_id, since=row.made_at, until=now)
    return Promise(row.id, row.made_at, row.due_on, row.amount_minor, received, PromiseState(row.state))


def _arrangement(session: Session, loan_id: str, *, now: datetime) -> Arrangement | None:
    row = session.exec(
        select(ArrangementRow)
        .where(ArrangementRow.loan_id == loan_id, ArrangementRow.state == ArrangementState.ACTIVE.value)
        .order_by(col(ArrangementRow.agreed_at).desc())
    ).first()
    return None if row is None else arrangement_from(session, row, now=now)


def arrangement_from(session: Session, row: ArrangementRow, *, now: datetime) -> Arrangement:
    """An arrangement with what came in since it was agreed."""
    return Arrangement(
        id=row.id,
        agreed_at=row.agreed_at,
        instalments=tuple(Instalment(date.fromisoformat(i["due_on"]), int(i["amount_minor"])) for i in row.instalments),
        received_minor=net_received(session, row.loan_id, since=row.agreed_at, until=now),
        state=ArrangementState(row.state),
    )


def _open_work(session: Session, journey_id: str) -> WorkItem | None:
    row = session.exec(
        select(WorkItemRow).where(
            WorkItemRow.journey_id == journey_id,
            col(WorkItemRow.state).in_(OPEN_WORK),
            col(WorkItemRow.kind).not_in([kind.value for kind in QUESTIONS]),
        )
    ).first()
    if row is None:
        return None
    return WorkItem(
        id=WorkItemId(row.id),
        kind=WorkKind(row.kind),
        rung=row.rung,
        turn=row.turn_no,
        opened_at=row.opened_at,
        deadline_at=row.deadline_at,
        state=WorkState(row.state),
    )


def _closing(loan: LoanRow) -> ClosingReason | None:
    if loan.deceased:
        return ClosingReason.DECEASED
    return ClosingReason.WITHDRAWN if loan.withdrawn else None
