"""Asking the ledger: rows as plain tuples, and arithmetic with instants in SQL, the same on both databases."""

from typing import Any

from sqlalchemy import ColumnElement, Executable
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlmodel import Session, col

from ledger.tables.columns import UtcDateTime
from reports.scope import Scope


class _DaysAfter(GenericFunction[Any]):
    type = UtcDateTime()
    inherit_cache = True
    name = "days_after"


def days_after(at: Any, days: int) -> ColumnElement[Any]:
    """The instant so many whole days after another one."""
    return _DaysAfter(at, days)


def in_period(scope: Scope, column: Any) -> tuple[ColumnElement[bool], ...]:
    """That an instant lies in the period and was past at `as_of`."""
    return col(column) >= scope.starts_at, col(column) < scope.ends_at, col(column) <= scope.as_of


def rows(session: Session, query: Executable) -> list[Any]:
    """The rows of a query, whose columns are told by name."""
    return list(session.connection().execute(query).all())


@compiles(_DaysAfter, "postgresql")
def _days_after_postgresql(element: _DaysAfter, compiler: SQLCompiler, **kw: Any) -> str:
    at, days = (compiler.process(part, **kw) for part in element.clauses)
    return f"({at} + {days} * INTERVAL '24 hours')"


@compiles(_DaysAfter, "sqlite")
def _days_after_sqlite(element: _DaysAfter, compiler: SQLCompiler, **kw: Any) -> str:
    # Spelled as instants are stored; the last six digits are those of a second's fraction, which SQLite would round.
    at, days = (compiler.process(part, **kw) for part in element.clauses)
    return f"(strftime('%Y-%m-%d %H:%M:%S', {at}, {days} || ' days') || substr({at}, 20))"
