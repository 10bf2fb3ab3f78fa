"""The rows behind a report, one by one: journeys, touches and money, as they were on record at the scope's `as_of`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, SelectBase, and_, case, func, select, union_all
from sqlmodel import Session, col

from domain.attempt import AttemptState
from ledger.tables.attempt import AttemptRow
from ledger.tables.journey import AssignmentRow, JourneyRow, StepRow
from ledger.tables.loan import LoanRow
from ledger.tables.money import PaymentRow, ReversalRow
from ledger.tables.work_item import WorkItemRow
from reports.scope import Scope
from reports.touch import HANDS_OVER, TOUCHES

NOT_ASSIGNED = "not assigned"


@dataclass(frozen=True, slots=True)
class Journey:
    """One journey as it was known: `closing_reason` is empty when it was open at the end of what is seen."""

    id: str
    loan_id: str
    ladder_digest: str
    arm: str
    opened_at: datetime
    opening_minor: int
    closing_reason: str | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Touch:
    """A step that reached the borrower or handed the loan over, at the instant from which it can be credited."""

    journey_id: str
    at: datetime
    rung: str
    action: str


@dataclass(frozen=True, slots=True)
class Payment:
    """Money received, in minor units."""

    id: str
    loan_id: str
    amount_minor: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Reversal:
    """Money taken back in the period, in minor units (positive), of a payment of any day."""

    id: str
    payment_id: str
    amount_minor: int
    reversed_at: datetime


def journeys_of(session: Session, scope: Scope) -> list[Journey]:
    """Every journey that opened before the end of what is seen, with its arm, in order of opening."""
    is_closed = and_(
        col(JourneyRow.closed_at) <= scope.as_of,
        col(JourneyRow.closed_at) < scope.ends_at,
        on_record(scope, JourneyRow.end_recorded_at),
    )
    query = (
        select(
            col(JourneyRow.id),
            col(JourneyRow.loan_id),
            col(JourneyRow.ladder_digest),
            func.coalesce(AssignmentRow.arm, NOT_ASSIGNED),
            col(JourneyRow.opened_at),
            col(JourneyRow.opening_minor),
            case((is_closed, col(JourneyRow.closing_reason)), else_=None),
            case((is_closed, col(JourneyRow.closed_at)), else_=None),
        )
        .join(LoanRow, col(LoanRow.id) == col(JourneyRow.loan_id))
        .outerjoin(AssignmentRow, col(AssignmentRow.journey_id) == col(JourneyRow.id))
        .where(
            col(LoanRow.portfolio_id) == scope.portfolio_id,
            col(JourneyRow.opened_at) <= scope.as_of,
            col(JourneyRow.opened_at) < scope.ends_at,
            on_record(scope, JourneyRow.recorded_at),
        )
        .order_by(col(JourneyRow.opened_at), col(JourneyRow.id))
    )
    return [Journey(*row) for row in rows(session, query)]


def touches_of(session: Session, scope: Scope) -> list[Touch]:
    """Every touch of the portfolio's journeys, in order of time."""
    steps: SelectBase = (
        select(col(StepRow.journey_id), col(StepRow.ended_at).label("at"), col(StepRow.rung), col(StepRow.action))
        .outerjoin(AttemptRow, undelivered(scope))
        .where(
            col(StepRow.outcome).in_(TOUCHES),
            col(StepRow.ended_at) <= scope.as_of,
            on_record(scope, StepRow.recorded_at),
            col(AttemptRow.id).is_(None),
        )
    )
    handed_over: SelectBase = select(
        col(WorkItemRow.journey_id),
        col(WorkItemRow.opened_at).label("at"),
        col(WorkItemRow.rung),
        col(WorkItemRow.kind).label("action"),
    ).where(col(WorkItemRow.kind).in_(HANDS_OVER), col(WorkItemRow.opened_at) <= scope.as_of)
    both = union_all(steps, handed_over).subquery()
    query = (
        select(both.c.journey_id, both.c.at, both.c.rung, both.c.action)
        .join(JourneyRow, col(JourneyRow.id) == both.c.journey_id)
        .join(LoanRow, col(LoanRow.id) == col(JourneyRow.loan_id))
        .where(col(LoanRow.portfolio_id) == scope.portfolio_id)
        .order_by(both.c.at, both.c.rung)
    )
    return [Touch(*row) for row in rows(session, query)]


def payments_of(session: Session, scope: Scope) -> list[Payment]:
    """Every payment on record, of any day (a reversal of this period may concern an old one), in order of time."""
    query = (
        select(col(PaymentRow.id), col(PaymentRow.loan_id), col(PaymentRow.amount_minor), col(PaymentRow.received_at))
        .join(LoanRow, col(LoanRow.id) == col(PaymentRow.loan_id))
        .where(col(LoanRow.portfolio_id) == scope.portfolio_id, col(PaymentRow.recorded_at) <= scope.as_of)
        .order_by(col(PaymentRow.received_at), col(PaymentRow.id))
    )
    return [Payment(*row) for row in rows(session, query)]


def reversals_of(session: Session, scope: Scope) -> list[Reversal]:
    """The period's reversals on record, in order of time."""
    query = (
        select(
            col(ReversalRow.id),
            col(ReversalRow.payment_id),
            col(ReversalRow.amount_minor),
            col(ReversalRow.reversed_at),
        )
        .join(LoanRow, col(LoanRow.id) == col(ReversalRow.loan_id))
        .where(
            col(LoanRow.portfolio_id) == scope.portfolio_id,
            col(ReversalRow.recorded_at) <= scope.as_of,
            *in_period(scope, ReversalRow.reversed_at),
        )
        .order_by(col(ReversalRow.reversed_at), col(ReversalRow.id))
    )
    return [Reversal(*row) for row in rows(session, query)]


def undelivered(scope: Scope) -> ColumnElement[bool]:
    """What joins a step to its attempt when a receipt known by `as_of` says that the message did not arrive."""
    return and_(
        col(AttemptRow.journey_id) == col(StepRow.journey_id),
        col(AttemptRow.rung) == col(StepRow.rung),
        col(AttemptRow.turn_no) == col(StepRow.turn_no),
        col(AttemptRow.state) == AttemptState.UNDELIVERED.value,
        col(AttemptRow.receipt_at) <= scope.as_of,
    )


def in_period(scope: Scope, column: Any) -> tuple[ColumnElement[bool], ...]:
    """That an instant lies in the period and was past at `as_of`."""
    return col(column) >= scope.starts_at, col(column) < scope.ends_at, col(column) <= scope.as_of


def on_record(scope: Scope, recorded: Any) -> ColumnElement[bool]:
    """That a row was on record at `as_of`: those without an instant of their own were so when they happened."""
    return col(recorded).is_(None) | (col(recorded) <= scope.as_of)


def rows(session: Session, query: Executable) -> list[Any]:
    """The rows of a query as plain tuples."""
    return list(session.connection().execute(query).all())
