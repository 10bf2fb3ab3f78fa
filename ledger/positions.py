"""Where a loan stands: the lender's last statement and the money received since, added up on demand."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, select

from domain.arrears import Position, Statement, position_of
from ledger.tables.loan import LoanRow
from ledger.tables.money import PaymentRow, ReversalRow


def position_at(session: Session, loan: LoanRow, *, zone: ZoneInfo, now: datetime) -> Position:
    """Arrears and days past due on the borrower's calendar at `now`, counting only money that came in by then."""
    since = end_of_statement(loan.as_of_on)
    received = net_received(session, loan.id, since=since, until=now)
    return position_of(statement_of(loan), received_minor=received, on=now.astimezone(zone).date())


def net_received(session: Session, loan_id: str, *, since: datetime, until: datetime) -> int:
    """Payments less reversals, in minor units, received from `since` (inclusive) to `until` (inclusive)."""
    paid = session.exec(
        select(func.coalesce(func.sum(PaymentRow.amount_minor), 0)).where(
            PaymentRow.loan_id == loan_id,
            col(PaymentRow.received_at) >= since,
            col(PaymentRow.received_at) <= until,
        )
    ).one()
    taken_back = session.exec(
        select(func.coalesce(func.sum(ReversalRow.amount_minor), 0)).where(
            ReversalRow.loan_id == loan_id,
            col(ReversalRow.reversed_at) >= since,
            col(ReversalRow.reversed_at) <= until,
        )
    ).one()
    return int(paid) - int(taken_back)


def statement_of(loan: LoanRow) -> Statement:
    """The lender's statement as a value."""
    return Statement(
        arrears_minor=loan.arrears_minor,
        instalment_minor=loan.instalment_minor,
        past_due_since_on=loan.past_due_since_on,
        as_of_on=loan.as_of_on,
    )


def end_of_statement(as_of_on: date) -> datetime:
    """A statement speaks for its whole day (UTC); money counts from the midnight after it."""
    return datetime.combine(as_of_on + timedelta(days=1), time(0), tzinfo=UTC)
