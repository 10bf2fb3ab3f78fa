"""Replacing the master key: every borrower's key is wrapped anew, and every digest of a look-up carried on.

No text is sealed anew and no event is touched: texts lie under the borrowers' own keys, and the evidence chain binds
neither wrapped keys nor digests of look-ups.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, text, update
from sqlmodel import Session, SQLModel

from ledger.keyring import Keyring
from ledger.removed import removed_from
from ledger.tables.borrower import BorrowerRow, ContactPointRow
from ledger.tables.inbox import InboxRow
from ledger.tables.key_mark import KeyMarkRow
from ledger.tables.report_mail import ReportSubscriberRow

AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """How many borrowers' keys were wrapped anew, and how many digests carried on."""

    borrowers: int
    lookups: int


def replace_key(session: Session, old: Keyring, new: Keyring, *, by: str, now: datetime) -> Rekeyed:
    """Seal the ledger under another key, all of it or nothing. new: `old.successor(...)`.

    From the commit on, whoever still has the old key is told so and touches nothing (`ledger.database.keyring_of`).
    Raises CannotUnseal where the old key is not the one that the ledger is sealed under.
    """
    if session.get_bind().dialect.name == "postgresql":  # SQLite lets one write at a time anyway
        session.connection().execute(text("LOCK TABLE key_marks IN EXCLUSIVE MODE"))
    wrapped = _each(session, BorrowerRow, "data_key", lambda key: _wrapped_anew(key, old, new))
    _each(session, ReportSubscriberRow, "data_key", lambda key: _wrapped_anew(key, old, new))
    carried = _each(session, ContactPointRow, "lookup", new.relooked)
    carried += _each(session, InboxRow, "contact_lookup", new.relooked)
    carried += _each(session, ReportSubscriberRow, "lookup", new.relooked)
    session.add(KeyMarkRow(mark=new.mark, replaced_at=now, replaced_by=by))
    return Rekeyed(wrapped, carried)


def _wrapped_anew(data_key: bytes, old: Keyring, new: Keyring) -> bytes:
    """A key that was thrown away stays so, and so does that of a reader who has unsubscribed."""
    return data_key if not data_key or removed_from(data_key) is not None else old.rewrapped(data_key, under=new)


def _each(session: Session, table: type[SQLModel], name: str, change: Callable[[bytes], bytes]) -> int:
    """Change one column of every row that has something there; how many. Rows come in the order of their ids."""
    columns = table.__table__.columns  # type: ignore[attr-defined]  # SQLModel adds it to table classes
    key, column = columns["id"], columns[name]
    writes = update(table).where(key == bindparam("row_id")).values({name: bindparam("changed")})
    done, after = 0, ""
    while True:
        rows = session.connection().execute(
            select(key, column).where(key > after, column.is_not(None)).order_by(key).limit(AT_ONCE)
        )
        changed = [{"row_id": row_id, "changed": change(bytes(found))} for row_id, found in rows]
        if not changed:
            return done
        session.connection().execute(writes, changed)
        done, after = done + len(changed), changed[-1]["row_id"]
