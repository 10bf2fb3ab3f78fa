"""Closing days: one signed statement a day about every chain that grew, so that no tail can be cut off unseen.

A statement covers the events above the last one's `upto_event` and up to its own: a Merkle root over the chains that
grew, each leaf `loan seq hash` with the last of its events, in the order of the loans' ids. Days that nobody closed in
time are made good one by one; `sealed_at` tells when that was.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, text
from sqlmodel import Session, col, select

from ledger.append_only import guards, wanted_guards
from ledger.database import Ledger
from ledger.evidence import merkle
from ledger.evidence.canonical import GENESIS, document
from ledger.evidence.put_away import file_of, put_away, put_away_text
from ledger.evidence.signing import name_of, pem_of
from ledger.inserting import insert_new
from ledger.tables.evidence import EvidenceRootRow
from ledger.tables.journey import EventRow


@dataclass(frozen=True, slots=True)
class Custody:
    """Who signs and where the roots are put away. key: asked for when a day is closed; raises what `signing` raises."""

    key: Callable[[], Ed25519PrivateKey]
    folder: Path


@dataclass(frozen=True, slots=True)
class Growth:
    """The chains that grew between two events: the last link of each, by loan, and how many events came."""

    heads: dict[str, tuple[int, str]]
    events: int

    @property
    def leaves(self) -> list[bytes]:
        """The hashed leaves in their order."""
        return [merkle.leaf(leaf_text(loan, *self.heads[loan])) for loan in sorted(self.heads)]


def close_days(ledger: Ledger, custody: Custody, *, now: datetime) -> list[date]:
    """Sign every UTC day that is over and has no root yet, and put the roots away; returns the days."""
    key = custody.key()
    with ledger.transaction() as session:
        cut = _settled_upto(session)
    closed = []
    with ledger.reading() as session:
        due = _days_due(session, cut=cut, today=now.astimezone(UTC).date())
    for day, upto in due:
        with ledger.transaction() as session:
            row = _statement(session, day, upto=upto, key=key, now=now)
            if insert_new(session, row):
                closed.append(day)
    with ledger.reading() as session:
        _put_away(session, custody.folder)
    put_away(custody.folder / f"key-{name_of(key.public_key())}.pub", pem_of(key.public_key()))
    return closed


def growth(connection: Connection, *, after: int, upto: int) -> Growth:
    """Which chains grew by the events above `after` and up to `upto`."""
    query = text("SELECT loan_id, seq, hash FROM events WHERE id > :after AND id <= :upto ORDER BY id")
    heads: dict[str, tuple[int, str]] = {}
    events = 0
    for loan, seq, hashed in connection.execute(query, {"after": after, "upto": upto}):
        heads[loan] = (seq, hashed)
        events += 1
    return Growth(heads, events)


def leaf_text(loan: str, seq: int, hashed: str) -> str:
    """What a leaf says."""
    return f"{loan} {seq} {hashed}"


def _settled_upto(session: Session) -> int:
    """The last event's id, when nobody is about to write one with a smaller id."""
    if session.get_bind().dialect.name == "postgresql":
        # Ids are given out before transactions end: wait for those that hold one.
        session.connection().execute(text("LOCK TABLE events IN SHARE MODE"))
    return int(session.connection().execute(text("SELECT COALESCE(MAX(id), 0) FROM events")).scalar_one())


def _days_due(session: Session, *, cut: int, today: date) -> list[tuple[date, int]]:
    """The days without a root, each with the last event that it covers."""
    last = session.exec(select(EvidenceRootRow).order_by(col(EvidenceRootRow.day).desc())).first()
    after = 0 if last is None else last.upto_event
    is_postgres = session.get_bind().dialect.name == "postgresql"
    on = "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD')" if is_postgres else "substr(at, 1, 10)"
    query = f"SELECT {on} AS day, MAX(id) FROM events WHERE id > :after AND id <= :cut GROUP BY 1 ORDER BY 1"  # noqa: S608
    ends = {
        date.fromisoformat(day): int(end)
        for day, end in session.connection().execute(text(query), {"after": after, "cut": cut})
    }
    first = min(ends, default=today) if last is None else last.day + timedelta(days=1)
    due = []
    day = first
    # What was appended late belongs to the first day that is still open.
    upto = max((end for on_day, end in ends.items() if on_day < first), default=after)
    while day < today:
        upto = max(upto, ends.get(day, 0))
        due.append((day, upto))
        day += timedelta(days=1)
    return due


def _statement(session: Session, day: date, *, upto: int, key: Ed25519PrivateKey, now: datetime) -> EvidenceRootRow:
    last = session.exec(select(EvidenceRootRow).order_by(col(EvidenceRootRow.day).desc())).first()
    after = 0 if last is None else last.upto_event
    grown = growth(session.connection(), after=after, upto=upto)
    told: dict[str, Any] = {
        "after_event": after,
        "chains": len(grown.heads),
        "day": day.isoformat(),
        "events": grown.events,
        "key": name_of(key.public_key()),
        "merkle_root": merkle.root(grown.leaves),
        "previous": GENESIS if last is None else hashlib.sha256(last.statement.encode()).hexdigest(),
        "sealed_at": now.astimezone(UTC).isoformat(),
        "upto_event": upto,
    }
    statement = document(told)
    return EvidenceRootRow(day=day, upto_event=upto, statement=statement, signature=key.sign(statement.encode()).hex())


def _put_away(session: Session, folder: Path) -> None:
    """Write the file of every root that has none."""
    folder.mkdir(parents=True, exist_ok=True)
    for row in session.exec(select(EvidenceRootRow).order_by(col(EvidenceRootRow.day))).all():
        put_away(folder / file_of(row.day), put_away_text(json.loads(row.statement), row.signature))


@dataclass(frozen=True, slots=True)
class RootsState:
    """How it stands with the roots, without proving them. missing_guards: triggers that should be on and are not."""

    last_day: date | None
    first_event_on: date | None
    missing_guards: frozenset[str]


def state_of_roots(session: Session) -> RootsState:
    """The last signed day, the day of the first event, and the triggers that are off."""
    connection = session.connection()
    last = session.exec(select(EvidenceRootRow).order_by(col(EvidenceRootRow.day).desc())).first()
    first = session.exec(select(EventRow.at).order_by(col(EventRow.id))).first()
    missing = wanted_guards(connection) - guards(connection)
    return RootsState(None if last is None else last.day, None if first is None else first.date(), frozenset(missing))
