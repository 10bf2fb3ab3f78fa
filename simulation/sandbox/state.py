"""The sandbox's memory: one SQLite file, one connection, one lock."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS accept (
    id INTEGER PRIMARY KEY, attempt_id TEXT NOT NULL, channel TEXT NOT NULL, vendor_id TEXT NOT NULL UNIQUE,
    destination_hash TEXT NOT NULL, body_hash TEXT NOT NULL, segments INTEGER NOT NULL, accepted_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS accept_attempt ON accept (attempt_id);
CREATE TABLE IF NOT EXISTS message (
    sid TEXT PRIMARY KEY, recipient TEXT NOT NULL, sender TEXT NOT NULL, body TEXT NOT NULL, direction TEXT NOT NULL,
    status TEXT NOT NULL, error_code INTEGER, segments INTEGER NOT NULL, created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS desk_order (
    path TEXT NOT NULL, attempt_id TEXT NOT NULL, order_id TEXT NOT NULL, body_hash TEXT NOT NULL,
    PRIMARY KEY (path, attempt_id));
CREATE TABLE IF NOT EXISTS person (
    loan_number TEXT PRIMARY KEY, borrower_number TEXT NOT NULL, phone TEXT NOT NULL, email TEXT NOT NULL,
    portfolio TEXT NOT NULL, card TEXT NOT NULL, outstanding_minor INTEGER NOT NULL, registered_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS person_phone ON person (phone);
CREATE INDEX IF NOT EXISTS person_email ON person (email);
CREATE TABLE IF NOT EXISTS tally (
    loan_number TEXT NOT NULL, topic TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (loan_number, topic));
CREATE TABLE IF NOT EXISTS payment (
    external_id TEXT PRIMARY KEY, loan_number TEXT NOT NULL, portfolio TEXT NOT NULL, amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL, received_at TEXT NOT NULL, reverses TEXT);
CREATE TABLE IF NOT EXISTS stopped (address TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS batch (batch_id TEXT PRIMARY KEY, status TEXT, leaves_at TEXT);
CREATE TABLE IF NOT EXISTS due (
    id INTEGER PRIMARY KEY, due_at TEXT NOT NULL, sort_key TEXT NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS due_at ON due (due_at, sort_key, id);
"""


class State:
    """Opens the file and hands out transactions; instants are kept as UTC text that sorts."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, one at a time; a transaction inside a transaction joins it."""
        with self._lock:
            if self._connection.in_transaction:
                yield self._connection
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def setting(self, name: str) -> str | None:
        """A remembered setting; None when it was never set."""
        with self.transaction() as db:
            row = db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return row["value"] if row else None

    def remember(self, name: str, value: str) -> None:
        """Set a setting for good."""
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))

    def count_up(self, loan_number: str, topic: str) -> int:
        """The next number of a topic of a loan, from 1."""
        with self.transaction() as db:
            row = db.execute(
                "INSERT INTO tally VALUES (?, ?, 1)"
                " ON CONFLICT (loan_number, topic) DO UPDATE SET count = count + 1 RETURNING count",
                (loan_number, topic),
            ).fetchone()
        return int(row["count"])

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()


def stored(at: datetime) -> str:
    """An aware instant as text; the order of the texts is the order of the instants."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
