"""Whatever the JSON has stands in some table, and every table stands somewhere on the page."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ledger.database import Ledger
from reports.as_json import as_json
from reports.effectiveness import effectiveness
from reports.reconciling import reconcile
from reports.sections.order import sections_of
from reports.sheets.table import Cell, Kind
from reports.sheets.tables import NOTES, notes_of, tables_of
from tests.conftest import on_sqlite
from tests.reports.chronicle import AS_OF, FIRST_DAY, LAST_DAY, write_spring
from tests.reports.whole_report import with_every_measure

NEW = {
    "moods": [{"name": "fair", "loans": 3, "share": 0.25, "asked_on": "2026-03-04", "seen_at": "2026-03-04T09:30:00"}],
    "weather": {"by_month": {"march": [{"name": "rain", "days": 12, "paid_minor": 345}]}, "rate": 0.5},
}


@pytest.fixture
def ledger_url(tmp_path: Path, sqlite_template: Path) -> str:
    """On SQLite alone: what the figures come from is tested on both."""
    return on_sqlite(tmp_path, template=sqlite_template)


@pytest.fixture
def report(ledger: Ledger) -> dict[str, Any]:
    """The spring's report with something under every key, and with lists that nobody has thought of."""
    with ledger.transaction() as session:
        write_spring(session)
        found = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        return with_every_measure(as_json(found, reconcile(session, found))) | NEW


def test_no_figure_of_the_json_is_without_a_table(report: dict[str, Any]) -> None:
    """Every number of every list, at any depth, is a cell of the table that is called by its path."""
    tables = {table.name: table for table in tables_of(report)}
    seen = 0
    for path, record in _records(report, ()):
        wanted = [value for value in record.values() if isinstance(value, int | float) and not isinstance(value, bool)]
        table = next(tables[name] for name in _names(path) if name in tables)
        cells = [
            _as_json(cell, column.kind, column.key)
            for row in table.rows
            for cell, column in zip(row, table.columns, strict=True)
        ]
        assert all(any(_is_same(cell, value) for cell in cells) for value in wanted), (path, wanted)
        seen += len(wanted)
    assert seen > 500
    assert {"moods", "weather", "weather_by_month_march"} <= set(tables)


def test_every_table_stands_on_the_page(report: dict[str, Any]) -> None:
    """In the section that wants it, or else among the further tables at the end."""
    sections = sections_of(report)
    claimed = set.union(*(section.claimed for section in sections))
    assert {table.name for table in tables_of(report)} <= claimed
    assert sections[-1].title == "Further tables"
    assert sections[-1].claimed == {"moods", "weather", "weather_by_month_march"}


def test_kinds_are_read_from_keys_and_values(report: dict[str, Any]) -> None:
    """Money, shares, days and instants are known for what they are."""
    (moods,) = (table for table in tables_of(report) if table.name == "moods")
    assert [column.kind for column in moods.columns] == [Kind.TEXT, Kind.COUNT, Kind.SHARE, Kind.DATE, Kind.INSTANT]
    assert moods.rows == (("fair", 3, 0.25, date(2026, 3, 4), datetime(2026, 3, 4, 9, 30)),)  # noqa: DTZ001 - as written
    (arms,) = (table for table in tables_of(report) if table.name == "incremental")
    kinds = {column.key: column.kind for column in arms.columns}
    assert kinds["ci_low"] is Kind.MONEY
    assert kinds["n"] is Kind.COUNT
    (curve,) = (table for table in tables_of(report) if table.name == "recovery_curves_ladder")
    assert {column.key: column.kind for column in curve.columns}["ci_low"] is Kind.SHARE


def test_the_notes_have_every_term_and_the_stamp(report: dict[str, Any]) -> None:
    """Whoever opens the workbook a year later knows what each word means and what it was made from."""
    notes = notes_of(report)
    assert set(report["glossary"].values()) <= set(notes.values())
    assert {f"Stamp: {name.replace('_', ' ')}" for name in report["stamp"]} <= set(notes)


def _records(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            if path or key not in NOTES:
                yield from _records(each, (*path, key))
    elif isinstance(value, list):
        for each in value:
            if isinstance(each, Mapping):
                yield path, each
                yield from _records(each, path)


def _names(path: tuple[str, ...]) -> list[str]:
    """The table of a list, or of the list around it when it stands within records."""
    return ["_".join(path[:length]) for length in range(len(path), 0, -1)]


def _as_json(cell: Cell, kind: Kind, key: str) -> Any:
    if kind is Kind.MONEY and isinstance(cell, Decimal):
        return cell * (100_000 if key.endswith("_millis") else 100)
    return cell


def _is_same(cell: Any, value: float) -> bool:
    return isinstance(cell, int | float | Decimal) and Decimal(str(cell)) == Decimal(str(value))
