"""The texts that the ledger holds of people, with the days that their time is counted from."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import select as select_rows
from sqlmodel import Session, col, select

from domain.action import Action
from domain.work_item import WorkKind
from ledger.loan_pasts import LoanPast, loan_pasts
from ledger.removed import is_there
from ledger.tables.attempt import AttemptRow
from ledger.tables.borrower import BorrowerRow, ContactPointRow
from ledger.tables.journey import JourneyRow
from ledger.tables.work_item import WorkItemRow
from policy.compliance.record_class import RecordClass


class Store(StrEnum):
    """Where a text is kept, sealed."""

    NAME = "name"
    CONTACT_POINT = "contact_point"
    MESSAGE = "message"
    NOTE = "note"


NOTED_IN: Mapping[WorkKind, tuple[RecordClass, ...]] = {
    WorkKind.CALLBACK: (RecordClass.WORK_NOTES, RecordClass.CALLS),
    WorkKind.FIELD_VISIT: (RecordClass.WORK_NOTES, RecordClass.VISITS),
}
"""What a note is a record of, beside being a note."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text that is there. loan_id: None for what is the person's and no single loan's.

    classes: the classes of record that it belongs to; it is listed under the first.
    """

    store: Store
    row_id: str
    loan_id: str | None
    classes: tuple[RecordClass, ...]
    made_on: date


@dataclass(frozen=True, slots=True)
class Dossier:
    """A person's loans and texts; days are on the person's own calendar."""

    borrower_id: str
    zone: ZoneInfo
    loans: Mapping[str, LoanPast]
    texts: Sequence[Text] = field(default_factory=list)

    @property
    def classes(self) -> frozenset[RecordClass]:
        """The classes of which there are records, with a text or without."""
        of_loans: Iterable[frozenset[RecordClass]] = (past.classes for past in self.loans.values())
        return frozenset(each for text in self.texts for each in text.classes).union(*of_loans)


def dossiers(session: Session, borrower_ids: Collection[str], *, now: datetime) -> list[Dossier]:
    """The dossiers of these people as they stand at `now`, in the order of their ids."""
    borrowers = session.execute(
        select_rows(
            col(BorrowerRow.id),
            col(BorrowerRow.timezone),
            col(BorrowerRow.created_at),
            is_there(BorrowerRow.name_sealed),
        )
        .where(col(BorrowerRow.id).in_(borrower_ids))
        .order_by(col(BorrowerRow.id))
    ).all()
    zones = {borrower_id: ZoneInfo(zone) for borrower_id, zone, _, _ in borrowers}
    found: dict[str, list[Text]] = defaultdict(list)

    def add(borrower_id: str, store: Store, row_id: str, loan_id: str | None, *of: RecordClass, at: datetime) -> None:
        made_on = at.astimezone(zones[borrower_id]).date()
        found[borrower_id].append(Text(store, row_id, loan_id, of, made_on))

    for borrower_id, _, created_at, has_name in borrowers:
        if has_name:
            add(borrower_id, Store.NAME, borrower_id, None, RecordClass.BORROWER_IDENTITY, at=created_at)
    pasts = loan_pasts(session, zones, now=now)
    _contact_points(session, zones, add)
    _messages(session, zones, add)
    _notes(session, zones, add, agreed_in=frozenset[str]().union(*(past.agreed_in for past in pasts)))
    of_person: dict[str, dict[str, LoanPast]] = defaultdict(dict)
    for past in pasts:
        of_person[past.borrower_id][past.loan_id] = past
    return [Dossier(each, zones[each], of_person[each], found[each]) for each in zones]


def _contact_points(session: Session, of: Collection[str], add: Callable[..., None]) -> None:
    rows = session.execute(
        select_rows(col(ContactPointRow.id), col(ContactPointRow.borrower_id), col(ContactPointRow.changed_at))
        .where(col(ContactPointRow.borrower_id).in_(of), is_there(ContactPointRow.text_sealed))
        .order_by(col(ContactPointRow.id))
    )
    for row_id, borrower_id, changed_at in rows:
        add(borrower_id, Store.CONTACT_POINT, row_id, None, RecordClass.CONTACT_POINTS, at=changed_at)


def _messages(session: Session, of: Collection[str], add: Callable[..., None]) -> None:
    rows = session.execute(
        select_rows(
            col(AttemptRow.id),
            col(AttemptRow.borrower_id),
            col(JourneyRow.loan_id),
            col(AttemptRow.action),
            col(AttemptRow.planned_at),
            col(AttemptRow.claimed_at),
            col(AttemptRow.recorded_at),
            col(AttemptRow.receipt_at),
        )
        .join(JourneyRow, col(JourneyRow.id) == col(AttemptRow.journey_id))
        .where(col(AttemptRow.borrower_id).in_(of), is_there(AttemptRow.text_sealed))
        .order_by(col(AttemptRow.id))
    )
    for row_id, borrower_id, loan_id, action, *moments in rows:
        record = RecordClass.VISITS if action == Action.FIELD_VISIT.value else RecordClass.MESSAGES
        add(borrower_id, Store.MESSAGE, row_id, loan_id, record, at=max(at for at in moments if at is not None))


def _notes(session: Session, of: Collection[str], add: Callable[..., None], *, agreed_in: frozenset[str]) -> None:
    rows = session.exec(
        select(WorkItemRow, JourneyRow.borrower_id)
        .join(JourneyRow, col(JourneyRow.id) == col(WorkItemRow.journey_id))
        .where(col(JourneyRow.borrower_id).in_(of), is_there(WorkItemRow.note_sealed))
        .order_by(col(WorkItemRow.id))
    ).all()
    for item, borrower_id in rows:
        records = NOTED_IN.get(WorkKind(item.kind), (RecordClass.WORK_NOTES,))
        if item.id in agreed_in:
            # What was agreed by word of mouth is on record in the note of the call.
            records = (*records, RecordClass.AGREEMENTS)
        add(borrower_id, Store.NOTE, item.id, item.loan_id, *records, at=item.recorded_at or item.opened_at)
