"""Which holds there are on a loan, since when each of them is over, and what the packs say of one."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, and_, col, or_, select

from domain.hold import HoldScope
from ledger.packs import stack_of
from ledger.tables.agreement import HoldRow
from ledger.tables.borrower import BorrowerRow
from ledger.tables.loan import LoanRow, PortfolioRow
from policy.compliance.history import Mark
from policy.compliance.standing import Standing, standing_for


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


def standing_on(session: Session, loan: LoanRow, mark: Mark, *, now: datetime) -> Standing | None:
    """What the packs of a loan's portfolio say of a mark made now; None where they say nothing."""
    packs = stack_of(session.get_one(PortfolioRow, loan.portfolio_id))
    return standing_for(packs, mark, at=now, zone=zone_of_person(session, loan))


def zone_of_person(session: Session, loan: LoanRow) -> ZoneInfo:
    """Where the borrower of a loan lives."""
    return ZoneInfo(session.get_one(BorrowerRow, loan.borrower_id).timezone)
