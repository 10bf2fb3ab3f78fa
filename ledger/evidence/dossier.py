"""All that the ledger can prove of one loan: its chain, the rows that it tells of, the texts, the signed days."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, select

from ledger.evidence import merkle
from ledger.evidence.records import KINDS
from ledger.evidence.roots import growth, leaf_text
from ledger.evidence.stored import Span, StoredEvent, events_in, parsed, rows_in
from ledger.people import contact_text, unseal_for
from ledger.removed import TextRemoved
from ledger.tables.attempt import AttemptRow
from ledger.tables.evidence import EvidenceRootRow
from ledger.tables.journey import JourneyRow


@dataclass(frozen=True, slots=True)
class SaidText:
    """What was sent to the borrower or ordered from a desk.

    text: the exact text whose SHA-256 is on record, a JSON object; None where it was removed, and `removed` says when.
    contact: the number or address in the clear, or why it is not there.
    """

    attempt_id: str
    action: str
    planned_at: datetime
    state: str
    contact: str | None
    text: str | None
    removed: str | None

    @property
    def parts(self) -> dict[str, str]:
        """The text by its parts: subject and body of a message, the facts of an order."""
        return {} if self.text is None else {name: str(part) for name, part in json.loads(self.text).items() if part}


@dataclass(frozen=True, slots=True)
class Dossier:
    """events, records, roots: as they go into the bundle, one JSON object each. last_at: when the last event was."""

    events: list[dict[str, Any]]
    records: list[dict[str, Any]]
    texts: list[SaidText]
    roots: list[dict[str, Any]]
    last_at: datetime


def dossier_of(session: Session, loan_id: str) -> Dossier:
    """What there is of a loan."""
    connection, span = session.connection(), Span.of(loan_id)
    events = [_event(event) for event in events_in(connection, span)]
    return Dossier(
        events=events,
        records=list(_records(session, span, told={record for event in events for record in event["records"]})),
        texts=list(_texts(session, loan_id)),
        roots=list(_roots(session, loan_id)),
        last_at=datetime.fromisoformat(events[-1]["at"]).replace(tzinfo=UTC),
    )


def _event(event: StoredEvent) -> dict[str, Any]:
    return {
        "at": event.at,
        "facts": parsed(event.facts),
        "hash": event.hash,
        "journey": event.journey_id,
        "kind": event.kind,
        "loan": event.loan_id,
        "prev_hash": event.prev_hash,
        "records": parsed(event.records),
        "seq": event.seq,
    }


def _records(session: Session, span: Span, *, told: set[str]) -> Iterator[dict[str, Any]]:
    for kind in KINDS:
        grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in rows_in(session.connection(), kind, span):
            grouped[kind.record(str(row.key))].append(row.values)
        for record in sorted(told & grouped.keys()):
            yield {"record": record, "content": kind.content(grouped[record])}


def _texts(session: Session, loan_id: str) -> Iterator[SaidText]:
    rows = session.exec(
        select(AttemptRow)
        .join(JourneyRow, col(JourneyRow.id) == col(AttemptRow.journey_id))
        .where(JourneyRow.loan_id == loan_id)
        .order_by(col(AttemptRow.planned_at), col(AttemptRow.id))
    ).all()
    for row in rows:
        text, removed, contact = None, None, None
        try:
            text = unseal_for(session, row.borrower_id, row.text_sealed)
        except TextRemoved as gone:
            removed = str(gone)
        if row.contact_point_id is not None:
            try:
                contact = contact_text(session, row.contact_point_id)
            except TextRemoved as gone:
                contact = str(gone)
        yield SaidText(row.id, row.action, row.planned_at, row.state, contact, text, removed)


def _roots(session: Session, loan_id: str) -> Iterator[dict[str, Any]]:
    """The signed days on which this chain grew, each with the path from its last event of that day to the root."""
    after = 0
    for row in session.exec(select(EvidenceRootRow).order_by(col(EvidenceRootRow.day))).all():
        grown = growth(session.connection(), after=after, upto=row.upto_event)
        after = row.upto_event
        head = grown.heads.get(loan_id)
        if head is not None:
            yield {
                "leaf": leaf_text(loan_id, *head),
                "path": merkle.path(grown.leaves, sorted(grown.heads).index(loan_id)),
                "signature": row.signature,
                "statement": json.loads(row.statement),
            }
