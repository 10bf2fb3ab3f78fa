"""A section of the report: parts with a plot, sentences and tables, all from the report's JSON."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reports.columns import BY
from reports.plots import Plot
from reports.sheets.table import Cell, Column, Table

DAYS = (0, 7, 14, 30, 60, 90, 120, 180, 270, 360, 540, 720)
"""The days that a page shows of a table that has one row a day."""


@dataclass(frozen=True, slots=True)
class Told:
    """What sections are made of: the report's JSON, and its tables by name."""

    report: Mapping[str, Any]
    tables: Mapping[str, Table]

    @property
    def currency(self) -> str:
        """The currency of every amount."""
        return str(self.report["currency"])

    def records(self, *path: str) -> list[dict[str, Any]]:
        """A list of records of the JSON; empty where the report has none."""
        found: Any = self.report
        for key in path:
            found = found.get(key) if isinstance(found, Mapping) else None
        return found if isinstance(found, list) else []

    def table(self, name: str) -> tuple[Table, ...]:
        """A table by its name; none where the report has none."""
        return (self.tables[name],) if name in self.tables else ()

    def columns(self, name: str, keys: Sequence[str]) -> tuple[Table, ...]:
        """A table with some of its columns; the workbook has all of them."""
        return tuple(table.only(*keys) for table in self.table(name))

    def split(self, name: str) -> tuple[Table, ...]:
        """The table that splits the cash so, without the exact cost, which is for machines and for the workbook."""
        return tuple(
            table.only(*(column.key for column in table.columns if column.key != "cost_millis"))
            for table in self.table(f"{BY}{name}")
        )

    def tables_like(self, beginning: str) -> tuple[Table, ...]:
        """All tables whose name begins like this."""
        return tuple(table for name, table in self.tables.items() if name.startswith(beginning))


@dataclass(frozen=True, slots=True)
class Part:
    """What belongs together on the page. claims: tables that are shown here in another form than their own."""

    heading: str = ""
    note: str = ""
    plot: Plot | None = None
    label: str = ""
    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    claims: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.tables or self.sentences or (self.plot and self.plot.has_something))


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the page; id is its address within it."""

    id: str
    title: str
    note: str = ""
    parts: Sequence[Part] = field(default=())

    @property
    def shown(self) -> tuple[Part, ...]:
        """The parts that have something to show."""
        return tuple(part for part in self.parts if not part.is_empty)

    @property
    def claimed(self) -> set[str]:
        """The names of the tables that stand here."""
        return {name for part in self.parts for name in (*part.claims, *(table.name for table in part.tables))}


def some_days(table: Table, *, key: str = "day") -> Table:
    """What stood on each of a few days, and at the end, of a table that has a row for each day of a change."""
    place = next(index for index, column in enumerate(table.columns) if column.key == key)
    days = [int(str(row[place])) for row in table.rows]
    ahead = [*days[1:], math.inf]
    rows = [
        row
        for row, this, following in zip(table.rows, days, ahead, strict=True)
        if following is math.inf or any(this <= day < following for day in DAYS)
    ]
    return Table(table.name, table.title, table.columns, tuple(rows), table.foot)


def pivoted(
    table: Table,
    *,
    rows: str,
    across: str,
    value: str,
    heading: Callable[[Cell], str],
    only: Sequence[Cell] = (),
    absent: Cell = None,
) -> Table:
    """The same figures with one row for each of `rows` and one column for each of `across`, as people read them.

    only: the columns to show, of those that there are; all of them where nothing is said. absent: what stands where
    there is no record.
    """
    place = {column.key: index for index, column in enumerate(table.columns)}
    at = {(row[place[rows]], row[place[across]]): row[place[value]] for row in table.rows}
    columns = list(dict.fromkeys(column for _, column in at))
    shown = [column for column in (only or columns) if column in columns]
    kind = table.columns[place[value]].kind
    return Table(
        table.name,
        table.title,
        (table.columns[place[rows]], *(Column(heading(column), kind, f"{value}: {column}") for column in shown)),
        tuple((name, *(at.get((name, c), absent) for c in shown)) for name in dict.fromkeys(name for name, _ in at)),
    )
