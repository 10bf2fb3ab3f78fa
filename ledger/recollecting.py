"""Recollecting what happened to a loan from all the rows that tell of it, and putting it in order."""

from collections.abc import Iterator
from datetime import date
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel, col, select

from domain.action import Action
from domain.arrangement import ArrangementState, Instalment
from domain.attempt import AttemptState
from domain.cost import CostUnit
from domain.event import EventKind
from domain.hold import HoldReason
from domain.promise import PromiseState
from domain.step import NOT_TAKEN, Outcome
from domain.work_item import Disposition, WorkKind, WorkState
from ledger import happenings as told
from ledger.answers import answers_on_calls, answers_to
from ledger.holding import holds_on
from ledger.people import contact_shown
from ledger.tables.agreement import ArrangementRow, PromiseRow
from ledger.tables.attempt import AttemptRow
from ledger.tables.call import CallRow
from ledger.tables.journey import EventRow, JourneyRow, StepRow, TurnRow
from ledger.tables.loan import LoanRow
from ledger.tables.money import CostRow, PaymentRow, ReversalRow
from ledger.tables.work_item import WorkItemRow
from policy.compliance.history import CONSUMER, CallOutcome, Direction

Row = TypeVar("Row", bound=SQLModel)

ORDER: tuple[type[told.Happening], ...] = (
    told.TurnTaken,
    told.AttemptMade,
    told.VerdictGiven,
    told.CallNoted,
    told.WorkOpened,
    told.WorkTaken,
    told.WorkEnded,
    told.StepEnded,
    told.CostIncurred,
    told.PromiseMade,
    told.ArrangementAgreed,
    told.HoldPlaced,
    told.HoldLifted,
    told.PromiseSettled,
    told.ArrangementSettled,
    told.PaymentReceived,
    told.PaymentReversed,
    told.Noted,
)
"""Within one turn and one instant: first the decision, then what came of it. Simulated time makes such ties common."""

CAUSES = (
    told.PaymentReceived,
    told.PaymentReversed,
    told.HoldLifted,
    told.PromiseMade,
    told.ArrangementAgreed,
    told.HoldPlaced,
)
CAUSING = frozenset({EventKind.LOAN_IMPORTED, EventKind.LOAN_RESTATED, EventKind.JOURNEY_OPENED})
"""What brings the next turn about: it stands before a turn of the same instant."""


def happenings_of(session: Session, loan: LoanRow) -> tuple[told.Happening, ...]:
    """Everything that happened to the loan, on all its journeys, oldest first."""
    found = [
        *_turns(session, loan),
        *_attempts(session, loan),
        *answers_on_calls(session, loan),
        *_calls(session, loan),
        *_steps(session, loan),
        *_costs(session, loan),
        *_work(session, loan),
        *_money(session, loan),
        *_agreements(session, loan),
        *_holds(session, loan),
        *_noted(session, loan),
    ]
    turns = [happening for happening in found if isinstance(happening, told.TurnTaken)]

    def place(happening: told.Happening) -> tuple[Any, ...]:
        turn = getattr(happening, "turn", None)
        if turn is None:
            is_cause = isinstance(happening, CAUSES) or getattr(happening, "event", None) in CAUSING
            before = [t.turn for t in turns if t.at < happening.at or (t.at == happening.at and not is_cause)]
            turn = max(before, default=0)
        # A rung was left out in the decision itself, before the rung that was taken instead.
        is_left_out = getattr(happening, "outcome", None) in NOT_TAKEN
        return happening.at, turn, 0 if is_left_out else ORDER.index(type(happening))

    return tuple(sorted(found, key=place))


def _of_journeys(session: Session, loan: LoanRow, table: type[Row]) -> list[Row]:
    mine = select(JourneyRow.id).where(JourneyRow.loan_id == loan.id)
    return list(session.exec(select(table).where(col(table.journey_id).in_(mine))).all())  # type: ignore[attr-defined]


def _of_loan(session: Session, loan: LoanRow, table: type[Row]) -> list[Row]:
    return list(session.exec(select(table).where(col(table.loan_id) == loan.id)).all())  # type: ignore[attr-defined]


def _turns(session: Session, loan: LoanRow) -> Iterator[told.Happening]:
    for row in _of_journeys(session, loan, TurnRow):
        yield told.TurnTaken(
            at=row.decided_at,
            turn=row.turn_no,
            decision=row.decision,
            rung=row.rung,
            action=Action(row.action) if row.action else None,
            reason=row.reason,
            until=row.until,
            waiting_for=row.waiting_for,
            arrears_minor=row.arrears_minor,
            days_past_due=row.days_past_due,
        )


def _attempts(session: Session, loan: LoanRow) -> Iterator[told.Happening]:
    for row in _of_journeys(session, loan, AttemptRow):
        action = Action(row.action)
        yield told.AttemptMade(
            at=row.planned_at,
            turn=row.turn_no,
            rung=row.rung,
            action=action,
            attempt_id=row.id,
            state=AttemptState(row.state),
            contact=contact_shown(session, row.contact_point_id) if row.contact_point_id else None,
            wording=row.wording,
            vendor=row.vendor,
            vendor_id=row.vendor_id,
            failure=row.failure,
            failure_code=row.failure_code,
            receipt_at=row.receipt_at,
        )
        yield from answers_to(session, row)


def _calls(session: Session, loan: LoanRow) -> Iterator[told.Happening]:
    """Calls with the borrower that name the loan, or no loan at all."""
    rows = session.exec(select(CallRow).where(CallRow.borrower_id == loan.borrower_id)).all()
    for row in rows:
        named = {*row.counted_to, *row.discussed}
        if named and loan.id not in named:
            continue
        yield told.CallNoted(
            at=row.at,
            call_id=row.id,
            direction=Direction(row.direction),
            to_borrower=row.recipient == CONSUMER,
            outcome=CallOutcome(row.outcome),
            recorded_at=row.recorded_at,
            by=row.by,
        )


def _steps(session: Session, loan: LoanRow) -> Iterator[told.Happening]:
    for row in _of_journeys(session, loan, StepRow):
        yield told.StepEnded(
            row.ended_at, row.turn_no, row.rung, Action(row.action), Outcome(row.outcome), row.reason, row.until
        )


def _costs(session: Session, loan: LoanRow) -> Iterator[told.Happening]:
    for row in _of_loan(session, loan, CostRow):
        yield told.CostIncurred(
            at=row.incurred_at,
            turn=row.turn_no,
            rung=row.rung,
            action=None if row.action is None else Action(row.action),
            unit=CostUnit(row.unit),
            quantity=row.quantity,
            amount_millis=row.amount_millis,
        )


def _work(session: Session, loan: LoanRow) -> Iterator[told.Happening]:
    for row in _of_loan(session, loan, WorkItemRow):
        kind = WorkKind(row.kind)
        yield told.WorkOpened(row.opened_at, row.turn_no, row.rung, row.id, kind, row.deadline_at)
        if row.taken_at is not None and row.taken_by is not None:
            yield told.WorkTaken(row.taken_at, row.turn_no, row.rung, row.id, kind, row.taken_by)
        if row.recorded_at is not None:
            is_done = row.state == WorkState.DONE.value
            yield told.WorkEnded(
                at=row.recorded_at,
                turn=row.turn_no,
                rung=row.rung,
                item_id=row.id,
                kind=kind,
                state=WorkState(row.state),
                disposition=Disposition(row.disposition) if row.disposition else None,
                minutes=row.minutes,
                by=row.taken_by if is_done else None,
            )


def _money(session: Session, loan: LoanRow) -> Iterator[told.Happening]:
    for payment in _of_loan(session, loan, PaymentRow):
        yield told.PaymentReceived(payment.received_at, payment.amount_minor, payment.source, payment.external_id)
    for reversal in _of_loan(session, loan, ReversalRow):
        yield told.PaymentReversed(reversal.reversed_at, reversal.amount_minor, reversal.source, reversal.external_id)


def _agreements(session: Session, loan: LoanRow) -> Iterator[told.Happening]:
    for promise in _of_loan(session, loan, PromiseRow):
        yield told.PromiseMade(promise.made_at, promise.amount_minor, promise.due_on)
        if promise.settled_at is not None:
            state = PromiseState(promise.state)
            yield told.PromiseSettled(promise.settled_at, promise.amount_minor, promise.due_on, state)
    for arrangement in _of_loan(session, loan, ArrangementRow):
        parts = (Instalment(date.fromisoformat(i["due_on"]), int(i["amount_minor"])) for i in arrangement.instalments)
        yield told.ArrangementAgreed(arrangement.agreed_at, tuple(parts))
        if arrangement.settled_at is not None:
            yield told.ArrangementSettled(arrangement.settled_at, ArrangementState(arrangement.state))


def _holds(session: Session, loan: LoanRow) -> Iterator[told.Happening]:
    for hold in holds_on(session, loan):
        yield told.HoldPlaced(hold.placed_at, hold.id, HoldReason(hold.reason), hold.until)
        if hold.lifted_at is not None:
            yield told.HoldLifted(hold.lifted_at, hold.id, HoldReason(hold.reason))
        elif hold.event_at is not None:
            yield told.HoldLifted(hold.event_at, hold.id, HoldReason(hold.reason))


def _noted(session: Session, loan: LoanRow) -> Iterator[told.Happening]:
    kinds = [kind.value for kind in told.NOTED]
    rows = session.exec(
        select(EventRow).where(EventRow.loan_id == loan.id, col(EventRow.kind).in_(kinds)).order_by(col(EventRow.id))
    ).all()
    for row in rows:
        yield told.Noted(row.at, EventKind(row.kind), row.facts)
