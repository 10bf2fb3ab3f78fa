"""Opening a cell: the payments, reversals and costs behind one row of a report."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from ledger.tables.journey import AssignmentRow, JourneyRow
from ledger.tables.loan import LoanRow
from ledger.tables.money import CostRow, PaymentRow, ReversalRow
from reports.attribution import attribute
from reports.breakdown import Breakdown
from reports.effectiveness import Effectiveness
from reports.evidence import NOT_ASSIGNED, in_period, on_record, reversals_of, rows
from reports.place import Place, place_of_credit, places_of
from reports.scope import Scope


class NoSuchRow(LookupError):
    """The report has no such row; its names are in the report's tables."""


@dataclass(frozen=True, slots=True)
class TracedMoney:
    """One payment, or one reversal of it, in minor units, by the lender's own name for it."""

    id: str
    source: str
    external_id: str
    loan_number: str
    amount_minor: int
    at: datetime


@dataclass(frozen=True, slots=True)
class TracedCost:
    """One cost: units times price, in thousandths of a minor unit; rung is empty for one outside any step."""

    id: str
    loan_number: str
    rung: str | None
    unit: str
    quantity: int
    price_millis: int
    amount_millis: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Trace:
    """What a row's recovered, reversals and cost are made of; each sums to its cell."""

    payments: tuple[TracedMoney, ...]
    reversals: tuple[TracedMoney, ...]
    costs: tuple[TracedCost, ...]


def trace(session: Session, effectiveness: Effectiveness, *, breakdown: Breakdown, row: str) -> Trace:
    """List what is behind a row, in order of time. Raises NoSuchRow."""
    if row not in {there.name for there in effectiveness.breakdowns[breakdown]}:
        raise NoSuchRow(f"the report has no row '{row}' by {breakdown.value}")
    scope, places = effectiveness.scope, places_of(session)
    attribution = attribute(session, scope)
    here = {
        credit.payment.id: credit
        for credit in attribution.credits
        if places.row(breakdown, place_of_credit(credit)) == row
    }
    paid = [key for key, credit in here.items() if scope.contains(credit.payment.received_at)]
    taken_back = [r.id for r in reversals_of(session, scope) if r.payment_id in here]
    costs = tuple(cost for cost, place in _costs(session, scope) if places.row(breakdown, place) == row)
    return Trace(
        payments=_payments(session, scope, set(paid)),
        reversals=_reversals(session, scope, set(taken_back)),
        costs=costs,
    )


def _payments(session: Session, scope: Scope, wanted: set[str]) -> tuple[TracedMoney, ...]:
    query = (
        select(
            col(PaymentRow.id),
            col(PaymentRow.source),
            col(PaymentRow.external_id),
            col(LoanRow.number),
            col(PaymentRow.amount_minor),
            col(PaymentRow.received_at),
        )
        .join(LoanRow, col(LoanRow.id) == col(PaymentRow.loan_id))
        .where(col(LoanRow.portfolio_id) == scope.portfolio_id, *in_period(scope, PaymentRow.received_at))
        .order_by(col(PaymentRow.received_at), col(PaymentRow.id))
    )
    return tuple(TracedMoney(*row) for row in rows(session, query) if row[0] in wanted)


def _reversals(session: Session, scope: Scope, wanted: set[str]) -> tuple[TracedMoney, ...]:
    query = (
        select(
            col(ReversalRow.id),
            col(ReversalRow.source),
            col(ReversalRow.external_id),
            col(LoanRow.number),
            col(ReversalRow.amount_minor),
            col(ReversalRow.reversed_at),
        )
        .join(LoanRow, col(LoanRow.id) == col(ReversalRow.loan_id))
        .where(col(LoanRow.portfolio_id) == scope.portfolio_id, *in_period(scope, ReversalRow.reversed_at))
        .order_by(col(ReversalRow.reversed_at), col(ReversalRow.id))
    )
    return tuple(TracedMoney(*row) for row in rows(session, query) if row[0] in wanted)


def _costs(session: Session, scope: Scope) -> list[tuple[TracedCost, Place]]:
    query = (
        select(
            col(CostRow.id),
            col(LoanRow.number),
            col(CostRow.rung),
            col(CostRow.unit),
            col(CostRow.quantity),
            col(CostRow.price_millis),
            col(CostRow.amount_millis),
            col(CostRow.incurred_at),
            col(JourneyRow.ladder_digest),
            func.coalesce(AssignmentRow.arm, NOT_ASSIGNED),
            col(CostRow.action),
        )
        .join(LoanRow, col(LoanRow.id) == col(CostRow.loan_id))
        .outerjoin(JourneyRow, col(JourneyRow.id) == col(CostRow.journey_id))
        .outerjoin(AssignmentRow, col(AssignmentRow.journey_id) == col(JourneyRow.id))
        .where(
            col(LoanRow.portfolio_id) == scope.portfolio_id,
            *in_period(scope, CostRow.incurred_at),
            on_record(scope, CostRow.recorded_at),
        )
        .order_by(col(CostRow.incurred_at), col(CostRow.id))
    )
    return [
        (TracedCost(*values), Place(digest, arm, values[2], action))
        for *values, digest, arm, action in rows(session, query)
    ]
