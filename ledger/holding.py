"""Which holds there are on a loan, and since when each of them is over."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, and_, col, or_, select

from domain.hold import HoldScope
from ledger.tables.agreement import HoldRow
from ledger.tables.loan import LoanRow


def holds_on(session: Session, loan: LoanRow) -> Sequence[HoldRow]:
    """Every hold that there ever was on a loan, the oldest first: its own, and those of the person."""
    linked = select(LoanRow.id).where(LoanRow.borrower_id == loan.borrower_id)
    of_person = and_(HoldRow.scope == HoldScope.PERSON.value, col(HoldRow.loan_id).in_(linked))
    return session.exec(
        select(HoldRow)
        .where(or_(HoldRow.loan_id == loan.id, of_person))
        .order_by(col(HoldRow.placed_at), col(HoldRow.id))
    ).all()


def holds_of_person(session: Session, borrower_id: str) -> Sequence[HoldRow]:
    """Every hold that there ever was on any loan of a person, the oldest first."""
    linked = select(LoanRow.id).where(LoanRow.borrower_id == borrower_id)
    return session.exec(
        select(HoldRow).where(col(HoldRow.loan_id).in_(linked)).order_by(col(HoldRow.placed_at), col(HoldRow.id))
    ).all()


def over_since(hold: HoldRow, *, now: datetime) -> datetime | None:
    """When a hold was over, lifted or run out; None while it is in force."""
    ends = [end for end in (hold.lifted_at, hold.until) if end is not None and end <= now]
    return min(ends, default=None)
