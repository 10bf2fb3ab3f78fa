"""The workbook and the CSV files hold the figures of the JSON, and the same bytes every time."""

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from deployments.reporting import write_sheets, write_tables
from ledger.database import Ledger
from reports.as_json import as_json
from reports.effectiveness import effectiveness
from reports.reconciling import reconcile
from reports.sheets.csv_files import write_csv_files
from reports.sheets.table import Kind, table_of
from tests.conftest import on_sqlite
from tests.reports.chronicle import AS_OF, FIRST_DAY, LAST_DAY, write_spring


@pytest.fixture
def ledger_url(tmp_path: Path, sqlite_template: Path) -> str:
    """On SQLite alone: what the figures come from is tested on both."""
    return on_sqlite(tmp_path, template=sqlite_template)


@pytest.fixture
def reported(ledger: Ledger) -> dict[str, Any]:
    """The report on the portfolio that `write_spring` wrote."""
    with ledger.transaction() as session:
        write_spring(session)
        found = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        return as_json(found, reconcile(session, found))


def test_every_figure_of_a_breakdown_stands_in_the_workbook_in_major_units(
    reported: dict[str, Any], tmp_path: Path
) -> None:
    """In major units, as a reader opens it: headings, numbers, formats, filters, and notes that say what they mean."""
    write_sheets(reported, tmp_path / "r.xlsx")
    book = load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames[:3] == ["Notes", "Contents", "headline"]
    notes = {str(name): text for name, text in book["Notes"].iter_rows(values_only=True)}
    assert notes["Currency"] == "CNY"
    assert {"Period", "As on record at", "Reconciles", "last touch"} <= set(notes)
    for name, rows in reported["by"].items():
        sheet = book[f"by_{name}"]
        headings, *lines, foot = sheet.iter_rows(values_only=True)
        assert foot[0] == "All"
        assert sheet.auto_filter.ref.endswith(str(len(rows) + 1)), "sorting leaves the foot where it is"
        assert sheet.auto_filter.ref
        assert sheet.freeze_panes == "B2"
        for row, line in zip(rows, lines, strict=True):
            shown = dict(zip(headings, line, strict=True))
            assert line[0] == row["name"]
            assert Decimal(str(shown["Recovered"])) * 100 == row["recovered_minor"]
            assert Decimal(str(shown["Net"])) * 100 == row["net_minor"]
            assert shown["Steps"] == row["steps"]
    money = next(cell for cell in book["by_arm"][2] if cell.value and "0.00" in cell.number_format)
    assert money.number_format.startswith("#,##0.00")


def test_csv_files_say_what_the_workbook_says(reported: dict[str, Any], tmp_path: Path) -> None:
    """A file for each sheet but the notes, with the same headings and values."""
    write_sheets(reported, tmp_path / "r.xlsx")
    files = write_tables(reported, tmp_path / "csv")
    book = load_workbook(tmp_path / "r.xlsx")
    assert [file.stem[:31] for file in files] == book.sheetnames[2:]
    for file in files:
        with file.open(encoding="utf-8", newline="") as lines:
            table = list(csv.reader(lines))
        sheet = [["" if cell is None else str(cell) for cell in row] for row in book[file.stem[:31]].values]
        assert table[0] == sheet[0]
        sheet = [row for row in sheet if row[0] != "All"]
        assert [[_number(cell) for cell in row] for row in table] == [[_number(cell) for cell in row] for row in sheet]


def test_the_same_report_gives_the_same_bytes(reported: dict[str, Any], tmp_path: Path) -> None:
    """Also when it is written at another time."""
    write_sheets(reported, tmp_path / "a.xlsx")
    write_sheets(reported, tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_text_never_becomes_a_formula(tmp_path: Path) -> None:
    """A ladder's name comes from a file that somebody wrote."""
    table = table_of("t", "T", [{"name": "=1+1", "cost_minor": 5, "share": 0.5}], currency="USD")
    assert [column.kind for column in table.columns] == [Kind.TEXT, Kind.MONEY, Kind.SHARE]
    (file,) = write_csv_files([table], tmp_path)
    assert file.read_text() == "Name,Cost,Share\n'=1+1,0.05,0.5\n"


def _number(cell: str) -> str | float:
    try:
        return float(cell)
    except ValueError:
        return cell
