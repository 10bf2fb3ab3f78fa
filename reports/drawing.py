"""Sections made ready for a template: every cell as text, with a link where somebody can open it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reports.plots import Plot
from reports.sections.section import Section
from reports.sheets.table import Cell, Column, Kind, Table, shown

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Spot:
    """A cell in its place. row: the first cell of its row; None in the foot. cells: all of its row."""

    table: Table
    column: Column
    row: Cell
    cell: Cell
    cells: tuple[Cell, ...]


Link = Callable[[Spot], str]
"""Where a cell leads; empty for nowhere."""


@dataclass(frozen=True, slots=True)
class DrawnCell:
    """A cell's text and where it leads; empty for nowhere."""

    text: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class DrawnTable:
    """A table as text. numbers: which columns are set to the right."""

    name: str
    caption: str
    headings: tuple[str, ...]
    numbers: tuple[bool, ...]
    rows: tuple[tuple[DrawnCell, ...], ...]
    foot: tuple[DrawnCell, ...] | None


@dataclass(frozen=True, slots=True)
class DrawnPart:
    """A part of a section. plot: None where there is nothing to draw, or nothing that a drawing would add."""

    heading: str
    note: str
    label: str
    plot: Plot | None
    sentences: tuple[str, ...]
    tables: tuple[DrawnTable, ...]


@dataclass(frozen=True, slots=True)
class DrawnSection:
    """A section, ready for the template."""

    id: str
    title: str
    note: str
    parts: tuple[DrawnPart, ...]


def nowhere(_spot: Spot) -> str:
    """A page that stands alone leads nowhere."""
    return ""


def drawn(sections: Iterable[Section], *, currency: str, link: Link = nowhere) -> list[DrawnSection]:
    """The sections as text."""
    return [
        DrawnSection(
            section.id,
            section.title,
            section.note,
            tuple(
                DrawnPart(
                    part.heading,
                    part.note,
                    part.label,
                    part.plot if part.plot and part.plot.has_something else None,
                    part.sentences,
                    tuple(drawn_table(table, currency=currency, link=link) for table in part.tables),
                )
                for part in section.shown
            ),
        )
        for section in sections
    ]


def plots_of(sections: Iterable[DrawnSection]) -> list[Plot]:
    """Every plot of the sections, in their order."""
    return [part.plot for section in sections for part in section.parts if part.plot]


@cache
def environment() -> Environment:
    """The templates of this floor."""
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)


def drawn_table(table: Table, *, currency: str, link: Link = nowhere) -> DrawnTable:
    """A table as text."""
    has_money = any(column.kind is Kind.MONEY for column in table.columns)
    return DrawnTable(
        table.name,
        f"{table.title}{f', money in {currency}' if has_money else ''}",
        tuple(column.heading for column in table.columns),
        tuple(column.kind is not Kind.TEXT for column in table.columns),
        tuple(_drawn_row(table, row, row[0], currency=currency, link=link) for row in table.rows),
        None if table.foot is None else _drawn_row(table, table.foot, None, currency=currency, link=link),
    )


def _drawn_row(table: Table, row: tuple[Cell, ...], name: Cell, *, currency: str, link: Link) -> tuple[DrawnCell, ...]:
    return tuple(
        DrawnCell()
        if cell is None and name is None
        else DrawnCell(
            shown(cell, column, currency=currency), "" if cell is None else link(Spot(table, column, name, cell, row))
        )
        for cell, column in zip(row, table.columns, strict=True)
    )
