"""What waits for people, with what a planner of their day needs to know."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from domain.work_item import WorkKind
from ledger.situations import OPEN_WORK
from ledger.tables.borrower import BorrowerRow
from ledger.tables.decision import DecisionRow
from ledger.tables.loan import LoanRow
from ledger.tables.work_item import WorkItemRow
from policy.compliance.verdict import Answer


@dataclass(frozen=True, slots=True)
class WaitingWork:
    """An open work item and the borrower's time zone.

    not_before: for a call that was refused, the moment named for it; refused_for_good: none was named.
    """

    id: str
    kind: WorkKind
    loan_number: str
    turn: int
    timezone: str
    opened_at: datetime
    deadline_at: datetime
    attempt_id: str | None
    not_before: datetime | None = None
    refused_for_good: bool = False


def waiting_work(session: Session) -> list[WaitingWork]:
    """All open work, by loan number and turn."""
    rows = session.exec(
        select(WorkItemRow, LoanRow.number, BorrowerRow.timezone)
        .join(LoanRow, col(LoanRow.id) == col(WorkItemRow.loan_id))
        .join(BorrowerRow, col(BorrowerRow.id) == col(LoanRow.borrower_id))
        .where(col(WorkItemRow.state).in_(OPEN_WORK))
        .order_by(col(LoanRow.number), col(WorkItemRow.turn_no))
    ).all()
    refused = _refused(session)
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
            not_before=refused.get(item.id),
            refused_for_good=item.id in refused and refused[item.id] is None,
        )
        for item, number, timezone in rows
    ]


def _refused(session: Session) -> dict[str, datetime | None]:
    """When each open item's call may be made, by the last answer to it; None where that was no, without a moment."""
    answers = session.exec(
        select(DecisionRow.work_item_id, DecisionRow.answer, DecisionRow.until)
        .join(WorkItemRow, col(WorkItemRow.id) == col(DecisionRow.work_item_id))
        .where(col(WorkItemRow.state).in_(OPEN_WORK))
        .order_by(col(DecisionRow.judged_at))
    ).all()
    last = {item_id: (answer, until) for item_id, answer, until in answers if item_id is not None}
    return {item_id: until for item_id, (answer, until) in last.items() if answer != Answer.ALLOWED.value}
