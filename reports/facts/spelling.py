"""Instants and days as whole numbers, spelled for each database: it is they who turn a million of them."""

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class micros(FunctionElement[int]):  # noqa: N801 - it is written like a function of SQL
    """An instant in microseconds since 1970, UTC."""

    type = BigInteger()
    inherit_cache = True


class epoch_days(FunctionElement[int]):  # noqa: N801
    """A day in days since 1 January 1970."""

    type = BigInteger()
    inherit_cache = True


@compiles(micros, "postgresql")
def _micros_postgresql(element: micros, compiler: Any, **how: Any) -> str:
    # As a double, which is rounded to the right microsecond until the year 2106: EXTRACT's decimals take twice as long.
    return f"(date_part('epoch', {compiler.process(element.clauses, **how)}) * 1000000)::bigint"


@compiles(micros, "sqlite")
def _micros_sqlite(element: micros, compiler: Any, **how: Any) -> str:
    instant = compiler.process(element.clauses, **how)
    return f"(unixepoch({instant}) * 1000000 + CAST(substr({instant}, 21, 6) AS INTEGER))"


@compiles(epoch_days, "postgresql")
def _days_postgresql(element: epoch_days, compiler: Any, **how: Any) -> str:
    return f"({compiler.process(element.clauses, **how)} - DATE '1970-01-01')"


@compiles(epoch_days, "sqlite")
def _days_sqlite(element: epoch_days, compiler: Any, **how: Any) -> str:
    return f"CAST(julianday({compiler.process(element.clauses, **how)}) - 2440587.5 AS INTEGER)"
