"""What a portfolio spent in a period: by unit and by where it was booked, and row by row."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, case, func
from sqlalchemy import select as select_rows
from sqlmodel import Session, col

from ledger.tables.loan import LoanRow, PortfolioRow
from ledger.tables.money import CostRow

CHARGED = "charged by our steps"
ALLOCATED = "allocated"


@dataclass(frozen=True, slots=True)
class SpentOn:
    """One unit from one source: how many rows, and the amount in thousandths of a minor unit."""

    unit: str
    source: str
    rows: int
    amount_millis: int


@dataclass(frozen=True, slots=True)
class SpentRow:
    """One cost. corrects_id: the one that it corrects."""

    id: str
    loan_number: str
    unit: str
    quantity: int
    price_millis: int
    amount_millis: int
    incurred_at: datetime
    recorded_at: datetime
    source: str
    external_id: str | None
    corrects_id: str | None


def spent_on(session: Session, portfolio: PortfolioRow, *, from_on: date, to_on: date) -> list[SpentOn]:
    """Sums of the days (both included, UTC), by unit and source."""
    source = func.coalesce(CostRow.source, _kind())
    query = (
        select_rows(col(CostRow.unit), source, func.count(), func.sum(CostRow.amount_millis))
        .join(LoanRow, col(LoanRow.id) == col(CostRow.loan_id))
        .where(*_of(portfolio, from_on, to_on))
        .group_by(col(CostRow.unit), source)
        .order_by(col(CostRow.unit), source)
    )
    return [SpentOn(unit, told, int(rows), int(millis)) for unit, told, rows, millis in session.execute(query)]


def spent_rows(
    session: Session, portfolio: PortfolioRow, *, from_on: date, to_on: date, at_most: int
) -> list[SpentRow]:
    """The costs of the days one by one, the newest first."""
    query = (
        select_rows(
            col(CostRow.id),
            col(LoanRow.number),
            col(CostRow.unit),
            col(CostRow.quantity),
            col(CostRow.price_millis),
            col(CostRow.amount_millis),
            col(CostRow.incurred_at),
            func.coalesce(CostRow.recorded_at, CostRow.incurred_at),
            func.coalesce(CostRow.source, _kind()),
            col(CostRow.external_id),
            col(CostRow.corrects_id),
        )
        .join(LoanRow, col(LoanRow.id) == col(CostRow.loan_id))
        .where(*_of(portfolio, from_on, to_on))
        .order_by(col(CostRow.incurred_at).desc(), col(CostRow.id))
        .limit(at_most)
    )
    return [SpentRow(*row) for row in session.execute(query)]


def _kind() -> ColumnElement[str]:
    return case((col(CostRow.fixed_cost_id).is_(None), CHARGED), else_=ALLOCATED)


def _of(portfolio: PortfolioRow, from_on: date, to_on: date) -> tuple[ColumnElement[bool], ...]:
    starts = datetime.combine(from_on, time(0), tzinfo=UTC)
    ends = datetime.combine(to_on + timedelta(days=1), time(0), tzinfo=UTC)
    return (
        col(LoanRow.portfolio_id) == portfolio.id,
        col(CostRow.incurred_at) >= starts,
        col(CostRow.incurred_at) < ends,
    )
