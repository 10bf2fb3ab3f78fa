"""Opening a cell: the payments, reversals, costs and whatever else stands behind a row of a report, as tables."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from sqlmodel import Session

from reports.breakdown import Breakdown
from reports.columns import BY
from reports.drawing import DrawnTable, Link, Spot, drawn_table
from reports.effectiveness import Effectiveness
from reports.figures import words
from reports.sheets.table import Table, table_of
from reports.tracing import Behind, trace

Behinds = Mapping[str, tuple[Behind, ...]]

ALL = "All"
"""The row of the whole."""
BEHIND = {
    "gross_recovered_minor": "payments",
    "recovered_minor": "payments",
    "by_itself_minor": "payments",
    "reversals_minor": "reversals",
    "loans_entered": "journeys",
    "cost_minor": "costs",
    "cost_per_unit": "costs",
    "steps": "steps",
    "attempts": "attempts",
    "promises": "promises",
    "promises_kept": "promises",
    "journeys": "journeys",
    "cured": "cures",
}
"""Which of the tables behind a row a column is made of; any other column opens at the top."""
FALLS = {"recovered": "payments", "reversed": "reversals"}
"""What the steps from gross to net are made of; net is made of all."""
SHOWN = 500
"""Rows of a kind that a page shows; the file has all of them."""
HIDDEN = frozenset({"id", "journey_id", "loan_id"})
"""Ids that lead somewhere or tell a person nothing."""
ADDS_UP = frozenset({"amount_minor", "amount_millis"})


def links_of(opens: Callable[..., str], splits: Collection[str]) -> Link:
    """Where the cells of a report's tables lead. opens: the address of a cell by its split and row."""

    def link(spot: Spot) -> str:
        if (place := _place(spot, splits)) is None:
            return ""
        split, row, behind = place
        address = opens(by=split, row=row)
        return f"{address}#{behind}" if behind else address

    return link


def _place(spot: Spot, splits: Collection[str]) -> tuple[str, str, str | None] | None:
    """The split, row and part behind a figure; None where no payments or steps are behind it."""
    row = ALL if spot.row is None else str(spot.row)
    match spot.table.name:
        case "headline":
            return Breakdown.LADDER, ALL, BEHIND.get(spot.column.key)
        case "waterfall" if spot.column is not spot.table.columns[0]:
            return Breakdown.LADDER, ALL, "costs" if row.startswith("cost") else FALLS.get(row)
        case "attribution" if spot.column.key == "last_touch_minor":
            return Breakdown.RUNG, row, "payments"
        case name if (split := name.removeprefix(BY)) != name and split in splits:
            is_name = spot.column is spot.table.columns[0]
            return None if is_name else (split, row, BEHIND.get(spot.column.key))
        case _:
            return None


def whole(session: Session, found: Effectiveness) -> Behinds:
    """What the whole report is made of."""
    return trace(session, found, breakdown=Breakdown.LADDER, row=None)


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
        _pile(name, [_plain(thing.record) for thing in things], currency=currency) for name, things in found.items()
    ]


def _pile(name: str, records: Sequence[dict[str, Any]], *, currency: str) -> Pile:
    journeys = {str(r["loan_number"]): str(r["journey_id"]) for r in records if "journey_id" in r}
    kept = [{key: value for key, value in record.items() if key not in HIDDEN} for record in records]
    count = f"{len(records):,}" if len(records) <= SHOWN else f"the first {SHOWN:,} of {len(records):,}"
    title = f"{words(name).capitalize()}: {count}"
    return Pile(table_of(name, title, kept, currency=currency, foot=_foot(kept)), journeys)


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
