"""Opening a cell: the payments, reversals, costs and whatever else stands behind a row of a report, as tables."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from sqlmodel import Session

from reports.breakdown import Breakdown
from reports.columns import BY
from reports.drawing import DrawnTable, Link, Spot, drawn_table
from reports.effectiveness import Effectiveness
from reports.figures import words
from reports.sheets.table import table_of
from reports.tracing import Behind, trace

Behinds = Mapping[str, tuple[Behind, ...]]

ALL = "All"
"""The row of the whole."""
BEHIND = {
    "recovered_minor": "payments",
    "by_itself_minor": "payments",
    "reversals_minor": "reversals",
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
HIDDEN = frozenset({"id", "journey_id", "loan_id"})
"""Ids that lead somewhere or tell a person nothing."""
ADDS_UP = frozenset({"amount_minor", "amount_millis"})


def links_of(opens: Callable[..., str], splits: Collection[str]) -> Link:
    """Where the cells of a report's tables lead. opens: the address of a cell by its split and row."""

    def link(spot: Spot) -> str:
        split = spot.table.name.removeprefix(BY)
        if spot.table.name == split or split not in splits or spot.column is spot.table.columns[0]:
            return ""
        address = opens(by=split, row=str(ALL if spot.row is None else spot.row))
        return f"{address}#{BEHIND[spot.column.key]}" if spot.column.key in BEHIND else address

    return link


def whole(session: Session, found: Effectiveness) -> Behinds:
    """What the whole report is made of."""
    return trace(session, found, breakdown=Breakdown.LADDER, row=None)


def behind(found: Behinds, *, currency: str, root: str, portfolio: str) -> list[DrawnTable]:
    """A table for each thing that a row is made of, with what it sums to at its foot."""
    drawn = []
    for name, things in found.items():
        records = [_plain(thing.record) for thing in things]
        journeys = {
            str(record["loan_number"]): str(record["journey_id"]) for record in records if "journey_id" in record
        }
        kept = [{key: value for key, value in record.items() if key not in HIDDEN} for record in records]
        title = f"{words(name).capitalize()}: {len(records):,}"
        table = table_of(name, title, kept, currency=currency, foot=_foot(kept))
        drawn.append(drawn_table(table, currency=currency, link=_loans(journeys, root=root, portfolio=portfolio)))
    return drawn


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
