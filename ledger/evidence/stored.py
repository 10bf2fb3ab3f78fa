"""Reading events and records as they lie in the database, so that not one changed byte is smoothed over.

Both databases answer with texts and numbers only, spelled as `ledger.evidence.canonical` says.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Connection, Date, DateTime, text

from ledger.evidence.canonical import document
from ledger.evidence.records import FLOATS, Kind, Path
from ledger.tables.columns import UtcDateTime
from ledger.tables.journey import EventRow

SOURCE: dict[Path, tuple[str, str]] = {
    Path.ITSELF: ('"{table}" AS kept', "kept.id"),
    Path.LOAN: ('"{table}" AS kept', "kept.loan_id"),
    Path.JOURNEY: ('"{table}" AS kept JOIN journeys AS j ON j.id = kept.journey_id', "j.loan_id"),
    Path.ATTEMPT: (
        '"{table}" AS kept JOIN attempts AS a ON a.id = kept.attempt_id JOIN journeys AS j ON j.id = a.journey_id',
        "j.loan_id",
    ),
    Path.BORROWER: ('"{table}" AS kept JOIN loans AS l ON l.borrower_id = kept.borrower_id', "l.id"),
}
"""Where the rows of a kind are, and what tells their loan. A borrower's row is found under each of their loans."""

EVENT_COLUMNS = ("loan_id", "seq", "id", "kind", "at", "journey_id", "facts", "records", "prev_hash", "hash")


@dataclass(frozen=True, slots=True)
class Span:
    """The loans with ids above `first` (or from it on, as `above` says) and up to `upto`; None for no end."""

    first: str
    upto: str | None
    above: str = ">"

    @classmethod
    def of(cls, loan_id: str) -> "Span":
        """One loan."""
        return cls(loan_id, loan_id, ">=")

    def within(self, loan: str) -> tuple[str, dict[str, str]]:
        """The condition that the loan of this name in a query is one of them, with its parameters."""
        if self.upto is None:
            return f"{loan} {self.above} :first", {"first": self.first}
        return f"{loan} {self.above} :first AND {loan} <= :upto", {"first": self.first, "upto": self.upto}


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it lies there; facts and records are the texts of their JSON. Nothing is sure of its type."""

    loan_id: Any
    seq: Any
    event_id: Any
    kind: Any
    at: Any
    journey_id: Any
    facts: Any
    records: Any
    prev_hash: Any
    hash: Any


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A bound row: its loan, its key, and its bound columns (empty ones left out)."""

    loan_id: Any
    key: Any
    values: dict[str, Any]


@contextmanager
def as_it_lies(connection: Connection) -> Iterator[Connection]:
    """Let SQLite hand out texts that are not text any more, rather than stop at them."""
    if connection.dialect.name != "sqlite":
        yield connection
        return
    driver: Any = connection.connection.dbapi_connection
    before = driver.text_factory
    driver.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        yield connection
    finally:
        driver.text_factory = before


def events_in(connection: Connection, span: Span) -> Iterator[StoredEvent]:
    """The events of these loans, by loan and number."""
    columns = EventRow.__table__.columns  # type: ignore[attr-defined]  # SQLModel adds it
    selected = ", ".join(_plain(connection, columns[name]) for name in EVENT_COLUMNS)
    where, bound = span.within("kept.loan_id")
    query = f"SELECT {selected} FROM events AS kept WHERE {where} ORDER BY kept.loan_id, kept.seq"  # noqa: S608
    for row in connection.execute(text(query), bound).all():
        yield StoredEvent(*row)


def rows_in(connection: Connection, kind: Kind, span: Span) -> Iterator[StoredRow]:
    """The bound rows of a kind of these loans."""
    there = set(connection.execute(text(f"SELECT * FROM {kind.name} LIMIT 0")).keys())  # noqa: S608 - our own names
    names = [name for name in kind.columns if name in there]
    columns = kind.row.__table__.columns  # type: ignore[attr-defined]  # SQLModel adds it
    source, loan = SOURCE[kind.path]
    where, bound = span.within(loan)
    where += "".join(f' AND kept."{name}" IS NOT NULL' for name in kind.only_with)
    selected = ", ".join((loan, f'kept."{kind.key}"', *(_plain(connection, columns[name]) for name in names)))
    query = f"SELECT {selected} FROM {source.format(table=kind.name)} WHERE {where}"  # noqa: S608 - our own names
    is_json = [isinstance(columns[name].type, JSON) for name in names]
    is_float = [name in FLOATS[kind.name] for name in names]
    for of_loan, key, *raw in connection.execute(text(query), bound).all():
        cells = zip(names, raw, is_json, is_float, strict=True)
        values = {n: v if type(v) is str and not j else _value(v, j, f) for n, v, j, f in cells if v is not None}
        yield StoredRow(of_loan, key, values)


def _value(raw: Any, is_json: bool, is_float: bool) -> Any:  # noqa: FBT001 - what the column is, a million times
    if isinstance(raw, bytes):
        return repr(raw)  # no bound column holds bytes: this one was changed
    if is_json:
        return parsed(raw)
    return float(raw) if is_float and isinstance(raw, int) else raw


def parsed(raw: Any) -> Any:
    """What a text of JSON says; the text itself where it is not spelled as the product spells it."""
    try:
        value = json.loads(raw)
    except (ValueError, TypeError):
        return repr(raw)
    return value if raw in {json.dumps(value), document(value)} else repr(raw)


def _plain(connection: Connection, column: Column[Any]) -> str:
    name = f'kept."{column.name}"'
    if connection.dialect.name != "postgresql":
        return name
    match column.type:
        case UtcDateTime() | DateTime():
            return f"to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
        case Date():
            return f"to_char({name}, 'YYYY-MM-DD')"
        case Boolean():
            return f"CAST({name} AS integer)"
        case JSON():
            return f"CAST({name} AS text)"
        case _:
            return name
