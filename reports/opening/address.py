"""Where a figure stands: its table, the names of its row, and its key; for every table of the report's JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.columns import BY, FOOT
from reports.sheets.tables import Report, foot_of, records_of

ONE_ROW = ()
KEYS: Mapping[str, tuple[str, ...]] = {
    "headline": ONE_ROW,
    "assumptions": ONE_ROW,
    "npv": ONE_ROW,
    "roll": ONE_ROW,
    "reconciliation": ONE_ROW,
    "reconciliation_checks": ("what",),
    "cure": ("horizon_days",),
    "roll_money": ("from", "to"),
    "roll_counts": ("from", "to"),
    "liquidation": ("cohort", "age_days"),
    "time_to_cure": ("day",),
    "incremental": ("arm", "against"),
    "rung_holdouts": ("rung",),
    "wait_intervals": ("rung", "segment"),
    "wait_hazards": ("rung", "segment", "day"),
    "origination": ("by", "name"),
    "collectors": ("collector",),
    "waterfall": ("step",),
    "sankey": ("from", "to"),
    "outcomes": ("rung", "outcome"),
    "journeys_by_closing_reason": ("closing_reason",),
}
"""The columns that name a row of each table; all others of its numbers are figures."""
KEYS_OF_MANY: Mapping[str, tuple[str, ...]] = {
    BY: ("name",),
    "npv_by_": ("name",),
    "cure_by_": ("name", "horizon_days"),
    "roll_by_": ("name", "from", "to"),
    "liquidation_by_": ("name", "age_days"),
    "time_to_cure_by_": ("name", "day"),
    "attribution_": ("step",),
    "rates_": ("by", "name"),
}
"""The same of tables of which there are many, by how their names begin."""
CURVES = "recovery_curves_"
SHOWN = 20
"""Rows that an error names."""


class NoSuchRow(LookupError):
    """The report has no such row; its names are in the report's tables."""


class NoSuchTable(LookupError):
    """The report has no such table; they are called as the sheets of the workbook and the CSV files are."""


class NoSuchFigure(LookupError):
    """The row has no such figure; they are called as the keys of the JSON are."""


class NotPlaced(LookupError):
    """Nobody has said which columns name the rows of a table: `reports.opening.address.KEYS` does."""


@dataclass(frozen=True, slots=True)
class Address:
    """A row of a table, by the values of the columns that name it, as texts: `cure_by_arm`, (`holdout`, `30`)."""

    table: str
    row: tuple[str, ...] = ()


def keys_of(table: str) -> tuple[str, ...]:
    """The columns that name a table's rows. Raises NotPlaced."""
    if table in KEYS:
        return KEYS[table]
    if table.startswith(CURVES):
        return table.removeprefix(CURVES), "day"
    for beginning, keys in KEYS_OF_MANY.items():
        if table.startswith(beginning):
            return keys
    raise NotPlaced(f"which columns name the rows of {table}? reports.opening.address.KEYS does not say")


def row_of(table: str, record: Mapping[str, Any]) -> tuple[str, ...]:
    """What names a record of a table."""
    return tuple(str(record[key]) for key in keys_of(table))


def figures_of(table: str, record: Mapping[str, Any]) -> dict[str, int | float | None]:
    """The figures of a record: every number that does not name it, and what is empty where there could be one."""
    keys = keys_of(table)
    return {
        key: value
        for key, value in record.items()
        if key not in keys and not isinstance(value, bool) and (value is None or isinstance(value, int | float))
    }


class Records:
    """The records of a report by their addresses."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self.of_tables = records_of(report)
        self._placed: dict[str, dict[tuple[str, ...], dict[str, Any]]] = {}

    def at(self, address: Address) -> dict[str, Any]:
        """The record of a row; of a breakdown also of its foot. Raises NoSuchTable, NoSuchRow or NotPlaced."""
        records = self.of_tables.get(address.table)
        if records is None:
            raise NoSuchTable(f"the report has no table '{address.table}'; there are {_listed(sorted(self.of_tables))}")
        if address.table not in self._placed:
            self._placed[address.table] = {row_of(address.table, record): record for record in records}
        placed = self._placed[address.table]
        if address.row in placed:
            return placed[address.row]
        if address.table.startswith(BY) and address.row == (FOOT,):
            return foot_of(records, self._report)
        raise NoSuchRow(_not_there(address, list(placed)))


def _not_there(address: Address, rows: Sequence[tuple[str, ...]]) -> str:
    """In words: which row was asked for, and which there are."""
    named = [name if (name := " / ".join(row)) else "one row without a name" for row in rows[:SHOWN]]
    more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
    asked = " / ".join(address.row)
    if address.table.startswith(BY):
        split = address.table.removeprefix(BY)
        return f"the report has no row '{asked}' by {split}; there are {_listed(named)}{more}"
    called = " / ".join(keys_of(address.table)) or "nothing"
    return f"{address.table} has no row '{asked}'; its rows are named by {called}: {_listed(named)}{more}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
