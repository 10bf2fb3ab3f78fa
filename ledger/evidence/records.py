"""Which rows are bound into the chain, by which of their columns, and how their loan is found.

Every column is bound that is not left out. A new column that may be empty changes no digest of an old row, because
empty columns do not count; a new one that is never empty must be left out, or all chains bound anew in its revision (a
test asks).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from sqlalchemy import Float
from sqlmodel import SQLModel

from ledger.evidence.canonical import digest, spelled
from ledger.tables.agreement import ArrangementRow, HoldRow, PromiseRow
from ledger.tables.attempt import AttemptRow, VerdictRow
from ledger.tables.call import CallRow
from ledger.tables.decision import DecisionRow
from ledger.tables.inbox import InboxRow
from ledger.tables.journey import AssignmentRow, JourneyRow, StepRow, TurnRow
from ledger.tables.known_fact import KnownFactRow
from ledger.tables.loan import LoanRow
from ledger.tables.money import CostRow, PaymentRow, ReversalRow
from ledger.tables.work_item import WorkItemRow


class Path(Enum):
    """How a row's loan is found: the row is the loan, names it, or names something that does.

    A row of a borrower is bound to one of the borrower's loans.
    """

    ITSELF = auto()
    LOAN = auto()
    JOURNEY = auto()
    ATTEMPT = auto()
    BORROWER = auto()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record. key: the column that names it; rows with the same key make one record.

    moments: columns that say when the row was written or changed. only_with: a row counts once these are filled.
    """

    row: type[SQLModel]
    path: Path
    columns: tuple[str, ...]
    left_out: frozenset[str]
    moments: tuple[str, ...]
    key: str = "id"
    only_with: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.row.__tablename__)

    def record(self, key: str) -> str:
        """What a record is called in an event."""
        return f"{self.name}/{key}"

    def values(self, row: dict[str, Any] | SQLModel) -> dict[str, Any]:
        """A row's bound columns, spelled; empty ones are left out."""
        given = row if isinstance(row, dict) else {name: getattr(row, name) for name in self.columns}
        values = {name: spelled(given[name]) for name in self.columns if given.get(name) is not None}
        for name in FLOATS[self.name] & values.keys():
            values[name] = float(values[name])
        return values

    def content(self, rows: Iterable[Mapping[str, Any]]) -> Any:
        """What a record says: the values of its row, or of its rows in the order of their ids."""
        ordered = sorted(rows, key=lambda values: str(values.get("id")))
        return ordered[0] if self.key == "id" else ordered

    def digest(self, rows: Iterable[Mapping[str, Any]]) -> str:
        """The digest of a record, over the values of its rows."""
        return digest(self.content(rows))


def _kind(
    row: type[SQLModel],
    path: Path,
    *,
    moments: tuple[str, ...],
    left_out: tuple[str, ...] = (),
    key: str = "id",
    only_with: tuple[str, ...] = (),
) -> Kind:
    names = tuple(sorted(column.name for column in row.__table__.columns))  # type: ignore[attr-defined]  # SQLModel adds it
    columns = tuple(name for name in names if name not in left_out)
    return Kind(row, path, columns, frozenset(left_out), moments, key, only_with)


KINDS: tuple[Kind, ...] = (
    _kind(LoanRow, Path.ITSELF, moments=("created_at",)),
    _kind(
        JourneyRow,
        Path.LOAN,
        moments=("opened_at", "closed_at"),
        # Where it stands and who carries it; every turn tells where it stood.
        left_out=(
            *("turn_no", "rung", "due_at", "waiting_for", "waiting_reason", "wake_seq", "seen_wake_seq"),
            *("fence", "lease_until", "flow_run_id"),
        ),
    ),
    _kind(AssignmentRow, Path.JOURNEY, moments=("assigned_at",)),
    _kind(TurnRow, Path.JOURNEY, moments=("decided_at", "carried_out_at")),
    _kind(StepRow, Path.JOURNEY, moments=("ended_at",)),
    _kind(
        AttemptRow,
        Path.JOURNEY,
        moments=("planned_at", "claimed_at", "recorded_at", "receipt_at"),
        # The text may be removed when its time has come; its digest stays, and proves it as long as it is there.
        left_out=("text_sealed", "fence"),
    ),
    _kind(VerdictRow, Path.ATTEMPT, moments=("judged_at",), key="attempt_id"),
    _kind(DecisionRow, Path.LOAN, moments=("judged_at",)),
    # What comes in is kept first and acted upon later; the key by which a sender is found may be forgotten.
    _kind(
        InboxRow,
        Path.ATTEMPT,
        moments=("received_at", "applied_at"),
        left_out=("contact_lookup",),
        only_with=("attempt_id", "applied_at"),
    ),
    # A note may be removed, and is sealed until then.
    _kind(WorkItemRow, Path.LOAN, moments=("opened_at", "taken_at", "recorded_at"), left_out=("note_sealed",)),
    _kind(CallRow, Path.BORROWER, moments=("known_at", "recorded_at")),
    _kind(KnownFactRow, Path.BORROWER, moments=("known_at",)),
    _kind(PromiseRow, Path.LOAN, moments=("made_at", "settled_at")),
    _kind(ArrangementRow, Path.LOAN, moments=("agreed_at", "settled_at")),
    _kind(HoldRow, Path.LOAN, moments=("placed_at", "event_at", "lifted_at")),
    _kind(PaymentRow, Path.LOAN, moments=("recorded_at",)),
    _kind(ReversalRow, Path.LOAN, moments=("recorded_at",)),
    _kind(CostRow, Path.LOAN, moments=("incurred_at",)),
)
"""Every kind of record, in the order in which they refer to each other."""

KIND_OF: Mapping[type[SQLModel], Kind] = {kind.row: kind for kind in KINDS}

FLOATS: Mapping[str, frozenset[str]] = {
    kind.name: frozenset(
        column.name
        for column in kind.row.__table__.columns  # type: ignore[attr-defined]  # SQLModel adds it
        if isinstance(column.type, Float)
    )
    for kind in KINDS
}
