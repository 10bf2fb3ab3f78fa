"""Arithmetic with instants in SQL, the same on both databases: days after one, and days between two."""

from typing import Any

from sqlalchemy import ColumnElement, Float, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from ledger.tables.columns import UtcDateTime


class _DaysAfter(GenericFunction[Any]):
    type = UtcDateTime()
    inherit_cache = True
    name = "days_after"


class _DaysBetween(GenericFunction[float]):
    type = Float()
    inherit_cache = True
    name = "days_between"


class _WholeDaysBetween(GenericFunction[int]):
    type = Integer()
    inherit_cache = True
    name = "whole_days_between"


def days_after(at: Any, days: int) -> ColumnElement[Any]:
    """The instant so many whole days after another one."""
    return _DaysAfter(at, days)


def days_between(start: Any, end: Any) -> ColumnElement[float]:
    """From start to end in days and parts of days."""
    return _DaysBetween(start, end)


def whole_days_between(start: Any, end: Any) -> ColumnElement[int]:
    """The same in whole days, what is over left out; the end is not before the start."""
    return _WholeDaysBetween(start, end)


@compiles(_DaysAfter, "postgresql")
def _days_after_postgresql(element: _DaysAfter, compiler: SQLCompiler, **kw: Any) -> str:
    at, days = (compiler.process(part, **kw) for part in element.clauses)
    return f"({at} + {days} * INTERVAL '24 hours')"


@compiles(_DaysAfter, "sqlite")
def _days_after_sqlite(element: _DaysAfter, compiler: SQLCompiler, **kw: Any) -> str:
    # Spelled as instants are stored; the last six digits are those of a second's fraction, which SQLite would round.
    at, days = (compiler.process(part, **kw) for part in element.clauses)
    return f"(strftime('%Y-%m-%d %H:%M:%S', {at}, {days} || ' days') || substr({at}, 20))"


@compiles(_DaysBetween, "postgresql")
def _days_between_postgresql(element: _DaysBetween, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = (compiler.process(part, **kw) for part in element.clauses)
    return f"(EXTRACT(EPOCH FROM ({end} - {start})) / 86400.0)"


@compiles(_DaysBetween, "sqlite")
def _days_between_sqlite(element: _DaysBetween, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = (compiler.process(part, **kw) for part in element.clauses)
    return f"(julianday({end}) - julianday({start}))"


@compiles(_WholeDaysBetween, "postgresql")
def _whole_days_between_postgresql(element: _WholeDaysBetween, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = (compiler.process(part, **kw) for part in element.clauses)
    return f"CAST(FLOOR(EXTRACT(EPOCH FROM ({end} - {start})) / 86400.0) AS INTEGER)"


@compiles(_WholeDaysBetween, "sqlite")
def _whole_days_between_sqlite(element: _WholeDaysBetween, compiler: SQLCompiler, **kw: Any) -> str:
    # A day is not exact in SQLite's floating point: a tenth of a second is given to it.
    start, end = (compiler.process(part, **kw) for part in element.clauses)
    return f"CAST(julianday({end}) - julianday({start}) + 0.000001 AS INTEGER)"
