"""Opening the ledger's database: SQLite in WAL mode on a laptop, PostgreSQL everywhere else."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlmodel import Session

from ledger.evidence.chaining import append_pending
from ledger.evidence.pending import PENDING, Pending, note_flushed
from ledger.keyring import Keyring
from ledger.sealed_under import keep_mark, refuse_other_keys

SQLITE_BUSY_MS = 30_000
ROWS_LOOKED_AT = 1000
"""Of each index, when SQLite counts: enough to tell a long table from a short one."""
KEY_IS_RIGHT = "key_is_right"


class WatchedSession(Session):
    """A session that notes what it writes, for the evidence chain."""


event.listen(WatchedSession, "before_flush", note_flushed)


@dataclass(frozen=True, slots=True)
class Ledger:
    """An open ledger: where every journey stands, and the keys to the names in it."""

    engine: Engine
    keyring: Keyring

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """All or nothing. On SQLite the write lock is taken at once, so that what is read is what is changed.

        At the end its events enter their loans' chains, with the rows that were written.
        """
        bound = self.engine.execution_options(sqlite_begin="IMMEDIATE")
        with WatchedSession(bound, expire_on_commit=False) as session, session.begin():
            session.info["keyring"], session.info[PENDING] = self.keyring, Pending()
            yield session
            append_pending(session)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A snapshot to read from; nothing is written."""
        with Session(self.engine, expire_on_commit=False) as session:
            session.info["keyring"] = self.keyring
            yield session

    def refresh_statistics(self) -> None:
        """Let the database count its rows, after many came in: a report's queries are planned by these counts."""
        with self.engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql(f"PRAGMA analysis_limit={ROWS_LOOKED_AT}")
            connection.exec_driver_sql("ANALYZE")

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def open_ledger(url: str, *, keyring: Keyring) -> Ledger:
    """Connect; the tables must be there already (`ledger.migrating.migrate`)."""
    return Ledger(engine=make_engine(url), keyring=keyring)


def make_engine(url: str) -> Engine:
    """An engine for a ledger's URL (`sqlite:///file` or `postgresql+psycopg://...`)."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20, hide_parameters=True)
    waits = {"timeout": SQLITE_BUSY_MS / 1000, "check_same_thread": False}
    engine = create_engine(url, connect_args=waits, hide_parameters=True)  # they hold what must not be logged
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def keyring_of(session: Session) -> Keyring:
    """The keys that came with the ledger this session belongs to.

    Raises KeyWasReplaced or WrongKey where the ledger is sealed under another key: with a wrong one a STOP would find
    nobody, and a new name could never be read again.
    """
    keyring: Keyring = session.info["keyring"]
    if keyring.master and KEY_IS_RIGHT not in session.info:
        refuse_other_keys(session, keyring)
        session.info[KEY_IS_RIGHT] = True
    return keyring


def sealing_keyring_of(session: Session, *, now: datetime) -> Keyring:
    """The same, for whoever seals the names of people who were not there before: the ledger then knows its key."""
    keyring = keyring_of(session)
    keep_mark(session, keyring, now=now)
    return keyring


def _prepare_sqlite(connection: DBAPIConnection, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own accord
    cursor = connection.cursor()
    # FULL: with less, a power loss takes back the last commits, and a claim among them would be made a second time.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={SQLITE_BUSY_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")
