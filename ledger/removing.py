"""Writing over the texts that go, with the day and the rule in their place and an event on each loan concerned."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, select, update

from domain.borrower import ContactState
from domain.event import EventKind
from domain.receipt import ReceiptKind
from ledger import events
from ledger.listings import loan_ids_of
from ledger.removed import Removed, is_there
from ledger.retained_texts import Store, Text
from ledger.tables.attempt import AttemptRow
from ledger.tables.borrower import BorrowerRow, ContactPointRow
from ledger.tables.inbox import InboxRow
from ledger.tables.work_item import WorkItemRow

SEALED_IN: Mapping[Store, Any] = {
    Store.NAME: (BorrowerRow, "name_sealed"),
    Store.CONTACT_POINT: (ContactPointRow, "text_sealed"),
    Store.MESSAGE: (AttemptRow, "text_sealed"),
    Store.NOTE: (WorkItemRow, "note_sealed"),
}
"""The table and column of each store."""


@dataclass(frozen=True, slots=True)
class Going:
    """A text that goes, under a rule."""

    borrower_id: str
    text: Text
    rule: str


def remove(session: Session, going: Iterable[Going], *, now: datetime) -> None:
    """Write over these texts; nothing else of their rows changes, but for the look-up of a number that goes.

    Whoever opted out stays so: the look-up of such a number is kept, because without it nobody would know. What was
    written from a number that nobody has any more is kept without its sender.
    """
    rows: dict[tuple[Store, str], list[str]] = defaultdict(list)
    noted: Counter[tuple[str, str, str]] = Counter()
    going = list(going)
    loans = loan_ids_of(session, {each.borrower_id for each in going})
    for each in going:
        rows[each.text.store, each.rule].append(each.text.row_id)
        for loan_id in loans[each.borrower_id] if each.text.loan_id is None else [each.text.loan_id]:
            noted[loan_id, each.text.classes[0].value, each.rule] += 1
    for (store, rule), ids in rows.items():
        table, column = SEALED_IN[store]
        mark = Removed(now.astimezone(UTC).date(), rule).mark
        session.exec(update(table).where(col(table.id).in_(ids)).values({column: mark}))
        if store is Store.CONTACT_POINT:
            _forget_who_wrote(session, ids)
            _forget_lookups(session, ids)
    for (loan_id, record_class, rule), texts in sorted(noted.items()):
        events.append(
            session,
            EventKind.TEXT_REMOVED,
            loan_id=loan_id,
            journey_id=None,
            at=now,
            record_class=record_class,
            rule=rule,
            texts=texts,
        )


def _forget_who_wrote(session: Session, ids: list[str]) -> None:
    """The replies from these numbers, but for those of somebody who has the number still. A STOP keeps its digest."""
    of_these = select(ContactPointRow.lookup).where(col(ContactPointRow.id).in_(ids))
    elsewhere = select(ContactPointRow.id).where(
        ContactPointRow.lookup == InboxRow.contact_lookup, is_there(ContactPointRow.text_sealed)
    )
    session.exec(
        update(InboxRow)
        .where(
            col(InboxRow.contact_lookup).in_(of_these),
            ~elsewhere.exists(),
            col(InboxRow.kind) != ReceiptKind.STOP.value,
        )
        .values(contact_lookup=None)
    )


def _forget_lookups(session: Session, ids: list[str]) -> None:
    points = session.exec(
        select(ContactPointRow).where(
            col(ContactPointRow.id).in_(ids), ContactPointRow.state != ContactState.OPTED_OUT.value
        )
    ).all()
    for point in points:
        point.lookup = point.id.encode()  # unique, and a digest of nothing
