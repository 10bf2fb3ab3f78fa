"""Taking in what a desk reports of an order: the work item ends as if a person had recorded it, once."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from domain.action import Action
from domain.attempt import AttemptState
from domain.disposition import WorkResult
from domain.receipt import Receipt, ReceiptKind
from domain.work_item import WorkKind
from ledger.receipts import take_in
from ledger.results import record_result
from ledger.tables.attempt import AttemptRow
from ledger.tables.work_item import WorkItemRow
from ledger.work import OPEN

KIND_FOR = {
    "field_desk": WorkKind.FIELD_VISIT,
    "legal_desk": WorkKind.LEGAL_REFERRAL,
    "agency_desk": WorkKind.AGENCY_PLACEMENT,
}
"""The work of each desk. None may speak of another one's orders."""


@dataclass(frozen=True, slots=True)
class DeskReport:
    """That an order was worked, and what came of it. event_id is unique for the desk; reference: our attempt id."""

    desk: str
    event_id: str
    reference: str
    result: WorkResult
    order_id: str | None = None


def take_in_report(session: Session, report: DeskReport, *, now: datetime) -> bool:
    """Keep a report and act on it; False when it was known, or is about no order of that desk.

    A report about an order of unknown fate settles it: what was worked was taken. One about work that is over changes
    nothing; a person was quicker.

    Raises:
        ResultDoesNotFit: such an order has no such result; nothing is kept, so that a mended report may come.
    """
    kind = KIND_FOR[report.desk]
    attempt = session.get(AttemptRow, report.reference)
    if attempt is None or attempt.action != Action(kind.value).value:
        return False
    taken = Receipt(
        report.desk,
        report.event_id,
        ReceiptKind.STATUS,
        attempt_id=report.reference,
        state=AttemptState.ACCEPTED,
        vendor_id=report.order_id,
    )
    if not take_in(session, taken, now=now):
        return False
    item = session.exec(
        select(WorkItemRow.id).where(
            WorkItemRow.attempt_id == report.reference,
            WorkItemRow.kind == kind.value,
            col(WorkItemRow.state).in_(OPEN),
        )
    ).first()
    if item is not None:
        record_result(session, item, replace(report.result, by=report.desk), now=now)
    return True
