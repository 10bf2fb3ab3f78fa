"""Inserting a row unless it is there: the statements that both databases spell differently."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from ledger.evidence.pending import note_row


def insert_new(session: Session, row: SQLModel) -> bool:
    """Insert, or do nothing when a unique key is taken already; True when the row is new."""
    is_postgres = session.get_bind().dialect.name == "postgresql"
    table = type(row).__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
    values = row.model_dump()
    statement = (postgresql.insert(table) if is_postgres else sqlite.insert(table)).values(values)
    # psycopg does not say how many rows such a statement wrote, so the row itself is asked for.
    key = next(iter(table.primary_key.columns))
    is_new = session.connection().execute(statement.on_conflict_do_nothing().returning(key)).first() is not None
    if is_new:
        note_row(session, row)
    return is_new


def insert_several(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Insert rows whose unique keys are free, in one statement; the ids of those that are new.

    Rows of a kind that is bound into a chain are bound by whoever calls this: the session does not see them.
    """
    if not rows:
        return set()
    is_postgres = session.get_bind().dialect.name == "postgresql"
    there = table.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
    statement = (postgresql.insert(there) if is_postgres else sqlite.insert(there)).on_conflict_do_nothing()
    found = session.connection().execute(statement.returning(there.c.id), list(rows))
    return set(found.scalars())
