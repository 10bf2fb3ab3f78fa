"""Writing a lender's past many rows at a time: one event in each loan's chain tells of all its rows."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from domain.event import EventKind
from ledger.evidence.chaining import first_link
from ledger.evidence.pending import PendingEvent, pending_in
from ledger.evidence.records import KIND_OF
from ledger.statements import statement_values
from ledger.tables.agreement import PromiseRow
from ledger.tables.borrower import BorrowerRow
from ledger.tables.evidence import ChainHeadRow
from ledger.tables.journey import AssignmentRow, EventRow, JourneyRow, LadderRow, StepRow
from ledger.tables.loan import LoanRow
from ledger.tables.money import CostRow, PaymentRow, ReversalRow
from ledger.tables.statement import StatementRow
from ledger.tables.work_item import WorkItemRow

BATCH = 5000
PARENTS_FIRST: tuple[type[SQLModel], ...] = (
    *(LadderRow, BorrowerRow, LoanRow, EventRow, ChainHeadRow, StatementRow, JourneyRow, AssignmentRow),
    *(StepRow, WorkItemRow, PromiseRow, PaymentRow, ReversalRow, CostRow),
)


class PastWriting:
    """The rows on their way into the tables."""

    def __init__(self, session: Session, *, now: datetime) -> None:
        self.session, self.now = session, now
        self.pending: dict[type[SQLModel], list[dict[str, Any]]] = {table: [] for table in PARENTS_FIRST}
        self.size = 0
        self.told: dict[str, PendingEvent] = {}
        self.counted = Counter[str]()

    def add(self, table: type[SQLModel], values: dict[str, Any], *, loan_id: str | None = None) -> None:
        """One more row; loan_id: of the loan that it is bound to, for a table whose rows are bound."""
        self.pending[table].append(values)
        self.size += 1
        self.counted[str(table.__tablename__)] += 1
        if loan_id is not None:
            kind = KIND_OF[table]
            self._event(loan_id).records[kind.record(values["id"])] = kind.digest([kind.values(values)])

    def add_loan(self, values: dict[str, Any], *, facts: Mapping[str, Any]) -> None:
        """A loan that is new: its chain begins with its coming in."""
        event, head = first_link(values["id"], EventKind.LOAN_IMPORTED, at=self.now, facts=dict(facts), loan=values)
        self.add(LoanRow, values)
        self.pending[EventRow].append(event)
        self.pending[ChainHeadRow].append(head)
        self.pending[StatementRow].append(statement_values(values["id"], values, now=self.now))

    def is_told(self, loan_id: str) -> None:
        """Something of a loan that is there already was changed: its chain says so too."""
        self._event(loan_id)

    def end_loan(self) -> None:
        """All rows of a loan were added; written when there are enough of them."""
        if self.size >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what is pending, parents first."""
        for table in PARENTS_FIRST:
            rows = self.pending[table]
            if rows:
                self.session.connection().execute(insert(table), rows)
                rows.clear()
        pending_in(self.session).events.extend(self.told.values())
        self.told.clear()
        self.size = 0

    def _event(self, loan_id: str) -> PendingEvent:
        found = self.told.get(loan_id)
        if found is None:
            found = self.told[loan_id] = PendingEvent(loan_id, None, EventKind.HISTORY_TOLD.value, self.now, {})
        return found
