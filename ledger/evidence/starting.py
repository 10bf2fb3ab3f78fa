"""Starting the chains of a ledger from before there were any: its events are linked, its rows bound as they stand."""

import json
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, text

from domain.event import EventKind
from ledger.evidence.canonical import GENESIS
from ledger.evidence.chaining import link_row
from ledger.evidence.pending import PendingEvent
from ledger.evidence.records import KINDS, Path
from ledger.evidence.spans import spans
from ledger.evidence.stored import Span, StoredEvent, events_in, parsed, rows_in
from ledger.tables.evidence import ChainHeadRow
from ledger.tables.journey import EventRow

SPELLED = "%Y-%m-%d %H:%M:%S.%f"


def start_chains(connection: Connection) -> None:
    """Link every event in the order in which it was written, and bind what every table holds now.

    Nothing is proved of what happened before: the chain tells from here on. The last event of each loan says so.
    """
    seen: set[str] = set()
    for span, _ in list(spans(connection)):
        _start(connection, span, seen)


def _start(connection: Connection, span: Span, seen: set[str]) -> None:
    events: dict[str, list[StoredEvent]] = defaultdict(list)
    for event in events_in(connection, span):
        events[event.loan_id].append(event)
    records = _records(connection, span, seen)
    rewritten, added, heads = [], [], []
    for loan_id in sorted({*events, *records}):
        ordered = sorted(events[loan_id], key=lambda event: int(event.event_id))
        head, at = (0, GENESIS), datetime.min.replace(tzinfo=UTC)
        for event in ordered:
            at = datetime.strptime(event.at, SPELLED).replace(tzinfo=UTC)
            facts = dict(sorted(parsed(event.facts).items()))
            row = link_row(PendingEvent(loan_id, event.journey_id, event.kind, at, facts), after=head)
            head = (row["seq"], row["hash"])
            rewritten.append(
                {"id": event.event_id, "facts": json.dumps(facts), **{n: row[n] for n in ("seq", "prev_hash", "hash")}}
            )
        if records[loan_id]:
            kept = PendingEvent(loan_id, None, EventKind.RECORDS_KEPT.value, at, {"before": "0003"}, records[loan_id])
            row = link_row(kept, after=head)
            head = (row["seq"], row["hash"])
            added.append(row)
        heads.append({"loan_id": loan_id, "seq": head[0], "hash": head[1]})
    if rewritten:
        cast = "CAST(:facts AS json)" if connection.dialect.name == "postgresql" else ":facts"
        change = f"UPDATE events SET facts = {cast}, seq = :seq, prev_hash = :prev_hash, hash = :hash WHERE id = :id"  # noqa: S608
        connection.execute(text(change), rewritten)
    if added:
        connection.execute(insert(EventRow), added)
    if heads:
        connection.execute(insert(ChainHeadRow), heads)


def _records(connection: Connection, span: Span, seen: set[str]) -> dict[str, dict[str, str]]:
    """The digests of all records by loan; a borrower's row goes to the first of their loans that comes by."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for kind in KINDS:
        grouped: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for row in rows_in(connection, kind, span):
            if kind.path is Path.BORROWER:
                if row.key in seen:
                    continue
                seen.add(row.key)
            grouped[row.loan_id, row.key].append(row.values)
        for (loan_id, key), rows in grouped.items():
            found[loan_id][kind.record(key)] = kind.digest(rows)
    return found
