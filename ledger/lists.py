"""What waits for people, with what a planner of their day needs to know."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from domain.work_item import WorkKind
from ledger.situations import OPEN_WORK
from ledger.tables.borrower import BorrowerRow
from ledger.tables.loan import LoanRow
from ledger.tables.work_item import WorkItemRow


@dataclass(frozen=True, slots=True)
class WaitingWork:
    """An open work item and the borrower's time zone."""

    id: str
    kind: WorkKind
    loan_number: str
    turn: int
    timezone: str
    opened_at: datetime
    deadline_at: datetime
    attempt_id: str | None


def waiting_work(session: Session) -> list[WaitingWork]:
    """All open work, by loan number and turn."""
    rows = session.exec(
        select(WorkItemRow, LoanRow.number, BorrowerRow.timezone)
        .join(LoanRow, col(LoanRow.id) == col(WorkItemRow.loan_id))
        .join(BorrowerRow, col(BorrowerRow.id) == col(LoanRow.borrower_id))
        .where(col(WorkItemRow.state).in_(OPEN_WORK))
        .order_by(col(LoanRow.number), col(WorkItemRow.turn_no))
    ).all()
    return [
        WaitingWork(
            id=item.id,
            kind=WorkKind(item.kind),
            loan_number=number,
            turn=item.turn_no,
            timezone=timezone,
            opened_at=item.opened_at,
            deadline_at=item.deadline_at,
            attempt_id=item.attempt_id,
        )
        for item, number, timezone in rows
    ]
