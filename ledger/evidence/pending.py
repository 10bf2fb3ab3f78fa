"""What a transaction has appended and changed so far, and what the end of it will bind into the chains."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import inspect
from sqlmodel import Session, SQLModel

from ledger.evidence.records import KIND_OF, Kind

PENDING = "evidence"


@dataclass(slots=True)
class PendingEvent:
    """An event on its way into its loan's chain."""

    loan_id: str
    journey_id: str | None
    kind: str
    at: datetime
    facts: dict[str, Any]
    records: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Pending:
    """The events of a transaction in their order, and the rows that were written in it, by kind and key."""

    events: list[PendingEvent] = field(default_factory=list)
    rows: dict[tuple[Kind, str], SQLModel] = field(default_factory=dict)


def pending_in(session: Session) -> Pending:
    """What is pending in a transaction of `Ledger.transaction`."""
    return cast("Pending", session.info[PENDING])


def note_row(session: Session, row: SQLModel) -> None:
    """A row was written by a statement of its own, which the session does not see."""
    kind = KIND_OF.get(type(row))
    if kind is not None:
        pending_in(session).rows[kind, getattr(row, kind.key)] = row


def note_flushed(session: Session, *_: object) -> None:
    """Note what the session is about to write: new rows, and rows of which a bound column changed."""
    pending: Pending | None = session.info.get(PENDING)
    if pending is None:
        return
    for row in session.new:
        kind = KIND_OF.get(type(row))
        if kind is not None:
            pending.rows[kind, getattr(row, kind.key)] = row
    for row in session.dirty:
        kind = KIND_OF.get(type(row))
        if kind is not None and _is_changed(row, kind):
            pending.rows[kind, getattr(row, kind.key)] = row


def _is_changed(row: SQLModel, kind: Kind) -> bool:
    attributes = inspect(row).attrs
    return any(attributes[name].history.has_changes() for name in kind.columns)
