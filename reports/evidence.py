"""What of the ledger counts as evidence for a report: what was on record at its as-of instant, and in its period."""

from typing import Any

from sqlalchemy import ColumnElement, Executable
from sqlmodel import Session, col

from reports.scope import Scope


def in_period(scope: Scope, column: Any) -> tuple[ColumnElement[bool], ...]:
    """That an instant lies in the period and was past at `as_of`."""
    return col(column) >= scope.starts_at, col(column) < scope.ends_at, col(column) <= scope.as_of


def on_record(scope: Scope, recorded: Any) -> ColumnElement[bool]:
    """That a row was on record at `as_of`: those without an instant of their own were so when they happened."""
    return col(recorded).is_(None) | (col(recorded) <= scope.as_of)


def rows(session: Session, query: Executable) -> list[Any]:
    """The rows of a query as plain tuples."""
    return list(session.connection().execute(query).all())
