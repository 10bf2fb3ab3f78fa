"""Keeping each statement of the lender's book, so that what was known of a loan on a past day can be told again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from ledger.tables.columns import new_id
from ledger.tables.loan import LoanRow
from ledger.tables.statement import StatementRow

STATED: Final = (
    *("balance_minor", "arrears_minor", "instalment_minor", "past_due_since_on", "as_of_on"),
    *("product", "segment", "originated_on", "attributes"),
)
"""What of a loan's columns a statement tells."""


def statement_values(loan_id: str, stated: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """The row that keeps what was stated of a loan, as a mapping of columns; `stated` has at least STATED."""
    return {"id": new_id(), "loan_id": loan_id, "recorded_at": now, **{name: stated[name] for name in STATED}}


def keep_statement(session: Session, loan: LoanRow, *, now: datetime) -> None:
    """Keep what a loan's row says now; for whoever writes loans one by one."""
    session.add(StatementRow(**statement_values(loan.id, {name: getattr(loan, name) for name in STATED}, now=now)))
