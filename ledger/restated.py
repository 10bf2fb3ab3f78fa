"""What a newer book changed of a loan: kept with its event, so that what was known before can be told again."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlmodel import Session, col, select

from domain.book import BookLoan
from domain.event import EventKind
from ledger.tables.journey import EventRow
from ledger.tables.loan import LoanRow

RESTATED: Final = (
    "balance_minor",
    "arrears_minor",
    "instalment_minor",
    "past_due_since_on",
    "as_of_on",
    "product",
    "segment",
    "attributes",
    "originated_on",
    "limitation_on",
    "validation_notice_on",
)
"""What the book says of a loan, by the columns that keep it."""
ONLY_TOLD: Final = frozenset({"as_of_on", "balance_minor", "attributes"})
"""What no turn looks at by itself; the day matters only where money counts beside the statement."""
JUDGED_ON: Final = ("product", "limitation_on", "validation_notice_on")
"""What the book says of a loan that a rule may look at."""
BEFORE: Final = "_before"


def restatable(loan: BookLoan) -> dict[str, Any]:
    """What a row of the book says, by RESTATED."""
    return {
        "balance_minor": loan.balance_minor,
        "arrears_minor": loan.statement.arrears_minor,
        "instalment_minor": loan.statement.instalment_minor,
        "past_due_since_on": loan.statement.past_due_since_on,
        "as_of_on": loan.statement.as_of_on,
        "product": loan.product,
        "segment": loan.segment,
        "attributes": loan.attributes,
        "originated_on": loan.originated_on,
        "limitation_on": loan.limitation_on,
        "validation_notice_on": loan.validation_notice_on,
    }


def changed_names(row: LoanRow, loan: BookLoan) -> set[str]:
    """What of RESTATED a row of the book says otherwise than the ledger."""
    fresh = restatable(loan)
    return {name for name in RESTATED if getattr(row, name) != fresh[name]}


def changed_from(loan: LoanRow, fresh: Mapping[str, Any]) -> dict[str, str]:
    """What a restatement's event tells of the values that it replaces; empty text where there was none."""
    changed = (name for name in JUDGED_ON if getattr(loan, name) != fresh[name])
    return {name + BEFORE: _written(getattr(loan, name)) for name in changed}


def told_before(session: Session, loans: Sequence[LoanRow], *, knowing: datetime) -> dict[str, dict[str, Any]]:
    """What the book had said of each loan by a moment, by the loans' ids and the names of JUDGED_ON."""
    told = {loan.id: {name: getattr(loan, name) for name in JUDGED_ON} for loan in loans}
    later = select(EventRow).where(
        col(EventRow.loan_id).in_(list(told)),
        EventRow.kind == EventKind.LOAN_RESTATED.value,
        col(EventRow.at) > knowing,
    )
    # The newest first: each one takes its own changes back.
    for event in session.exec(later.order_by(col(EventRow.seq).desc())).all():
        for name in JUDGED_ON:
            if name + BEFORE in event.facts:
                told[event.loan_id][name] = _read(name, event.facts[name + BEFORE])
    return told


def _written(value: str | date | None) -> str:
    return "" if value is None else str(value)


def _read(name: str, text: str) -> str | date | None:
    if name == "product":
        return text
    return date.fromisoformat(text) if text else None
