"""Opening a cell: the payments, reversals, costs and whatever else stands behind a figure or a row, as tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from reports.columns import BY, FOOT, heading_of
from reports.drawing import DrawnTable, Link, Spot, drawn_table
from reports.figures import words
from reports.opening.address import Address, NotPlaced, keys_of, row_of
from reports.opening.ground import Ground
from reports.opening.opening import Opened
from reports.opening.part import Part, Unit
from reports.sheets.table import Table, shown, table_of
from reports.sheets.tables import Report, records_of, tables_of
from reports.tracing import Behind, rows_behind

Behinds = Mapping[str, tuple[Behind, ...]]

ALL = FOOT
"""The row of the whole."""
BESIDE = {"cured_by_": "cure_by_", "time_to_be_cured_by_": "time_to_cure_by_"}
"""Tables that a page shows with one column for each day, by the tables whose figures they show."""
ACROSS = frozenset({"rate", "cured", "share", "steps"})
"""Figures that a page shows with one column for each day or outcome; which one follows in the column's key."""
METHODS = "attribution"
"""The table that has a column for each way of crediting."""
SHOWN = 500
"""Rows of a kind that a page shows; the file has all of them."""
HIDDEN = frozenset({"id", "journey_id", "loan_id"})
"""Ids that lead somewhere or tell a person nothing."""
ADDS_UP = frozenset({"amount_minor", "amount_millis", "brings", "brings_minor", "brings_millis", "brings_days"})
BRINGS = {Unit.ROWS: "brings", Unit.MINOR: "brings_minor", Unit.MILLIS: "brings_millis", Unit.MICROS: "brings_days"}
DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a figure of a page is found in the report."""

    address: Address
    figure: str


def links_of(opens: Callable[[Place], str]) -> Link:
    """Where the cells of a report's tables lead. opens: the address of a page that opens a figure."""

    def link(spot: Spot) -> str:
        place = place_of(spot)
        return opens(place) if place is not None else ""

    return link


def place_of(spot: Spot) -> Place | None:
    """The figure that a cell shows; None where it names the row, or is a text and no figure."""
    name, key = spot.table.name, spot.column.key
    first = None if spot.row is None else str(spot.row)
    if name == METHODS:
        if not key.endswith("_minor"):
            return None
        method = f"{METHODS}_{key.removesuffix('_minor')}"
        return (
            Place(Address("headline"), "recovered_minor")
            if first is None
            else Place(Address(method, (first,)), "amount_minor")
        )
    figure, _, across = key.partition(": ")
    if across and figure == "steps" and not spot.cell:
        return None  # no step ended so: there is no such row, and nothing to open
    if across and figure in ACROSS and first is not None:
        return Place(Address(_beside(name), (first, across)), figure)
    if isinstance(spot.cell, str | date):
        return None
    try:
        keys = keys_of(name)
    except NotPlaced:
        return None
    if key in keys:
        return None
    if first is None:
        return Place(Address(name, (FOOT,)), key) if name.startswith(BY) else None
    at = {column.key: cell for column, cell in zip(spot.table.columns, spot.cells, strict=True)}
    return Place(Address(name, tuple(str(at[each]) for each in keys)), key)


def shown_in(table: str) -> str:
    """The table of the page in which a table of the report is shown."""
    for shown_as, beginning in BESIDE.items():
        if table.startswith(beginning):
            return shown_as + table.removeprefix(beginning)
    return METHODS if table.startswith(METHODS) else table


def _beside(name: str) -> str:
    for shown_as, table in BESIDE.items():
        if name.startswith(shown_as):
            return table + name.removeprefix(shown_as)
    return name


def named(address: Address) -> str:
    """A row in words: `Loans cured within days of entry, by arm: holdout, 30`."""
    return ", ".join(words(part) for part in address.row)


def text_of(report: Report, opened: Opened) -> str:
    """A figure as the report shows it."""
    table = next(table for table in tables_of(report) if table.name == opened.address.table)
    place = next(index for index, column in enumerate(table.columns) if column.key == opened.figure)
    rows = [row_of(table.name, record) for record in records_of(report)[table.name]]
    row = table.rows[rows.index(opened.address.row)] if opened.address.row in rows else table.foot or ()
    return shown(row[place], table.columns[place], currency=report["currency"])


def title_of(report: Report, opened: Opened) -> str:
    """What a figure is: its table, row and heading."""
    table = next(table for table in tables_of(report) if table.name == opened.address.table)
    row = f", {named(opened.address)}" if opened.address.row else ""
    return f"{table.title}{row}: {heading_of(opened.figure, table=table.name).lower()}"


@dataclass(frozen=True, slots=True)
class Pile:
    """One kind of thing that a row is made of: all of it, and the journey of each loan, as far as that is known."""

    table: Table
    journeys: Mapping[str, str]

    def drawn(self, *, currency: str, root: str, portfolio: str) -> DrawnTable:
        """The first of them, and what all of them sum to at the foot."""
        first = replace(self.table, rows=self.table.rows[:SHOWN])
        return drawn_table(first, currency=currency, link=_loans(self.journeys, root=root, portfolio=portfolio))


def piles(found: Behinds, *, currency: str) -> list[Pile]:
    """Everything that a row is made of."""
    return [
        _pile(name, words(name).capitalize(), [_plain(thing.record) for thing in things], currency=currency)
        for name, things in found.items()
    ]


def piles_of(ground: Ground, opened: Opened, *, currency: str, first: int | None) -> list[Pile]:
    """The parts of a figure, each row with what it brings. first: only so many rows of each; the foot is of all."""
    return [
        _part(f"part_{number}", ground, part, currency=currency, first=first)
        for number, part in enumerate((*opened.made.parts, *opened.made.beside), start=1)
    ]


def _part(name: str, ground: Ground, part: Part, *, currency: str, first: int | None) -> Pile:
    records = [_bringing(each, part) for each in rows_behind(ground, part, first=first)]
    pile = _pile(name, f"{part.name[0].upper()}{part.name[1:]}", records, currency=currency, of=len(part))
    if not records:
        return pile
    whole = part.sum / DAY if part.unit is Unit.MICROS else part.sum
    foot = table_of(name, "", [{"loan_number": "All", BRINGS[part.unit]: whole}], currency=currency)
    cells = {column.key: cell for column, cell in zip(foot.columns, foot.rows[0], strict=True)}
    return replace(pile, table=replace(pile.table, foot=tuple(cells.get(c.key) for c in pile.table.columns)))


def _bringing(behind: Behind, part: Part) -> dict[str, Any]:
    plain = _plain(behind.record)
    brings = behind.number / DAY if part.unit is Unit.MICROS else behind.number
    details = {key: value for key, value in plain.items() if key not in {"loan_number", "happened_at"}}
    first = {"loan_number": plain["loan_number"], "happened_at": plain["happened_at"]}
    return {**first, BRINGS[part.unit]: brings, **details}


def _pile(name: str, called: str, records: Sequence[dict[str, Any]], *, currency: str, of: int | None = None) -> Pile:
    """of: how many there are, where not all of them are here."""
    journeys = {str(r["loan_number"]): str(r["journey_id"]) for r in records if "journey_id" in r}
    kept = [{key: value for key, value in record.items() if key not in HIDDEN} for record in records]
    number = len(records) if of is None else of
    count = f"{number:,}" if number <= SHOWN else f"the first {SHOWN:,} of {number:,}"
    return Pile(table_of(name, f"{called}: {count}", kept, currency=currency, foot=_foot(kept)), journeys)


def _loans(journeys: Mapping[str, str], *, root: str, portfolio: str) -> Link:
    """A loan's number leads to its journey's page, or to its journeys where it is not known which one."""

    def link(spot: Spot) -> str:
        if spot.column.key != "loan_number":
            return ""
        if (journey := journeys.get(str(spot.cell), "None")) != "None":
            return f"{root}/journeys/{journey}"
        return f"{root}/?{urlencode({'loan': str(spot.cell), 'portfolio': portfolio, 'state': 'any'})}"

    return link


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    """Instants as the JSON writes them, under keys that say so."""
    return {
        ("happened_at" if key == "at" else key): value.isoformat() if isinstance(value, date) else value
        for key, value in record.items()
    }


def _foot(records: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    if not records:
        return None
    first = next(iter(records[0]))
    return {first: "All"} | {key: sum(record[key] for record in records) for key in records[0] if key in ADDS_UP}
