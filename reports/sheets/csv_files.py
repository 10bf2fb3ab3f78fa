"""The report's tables as CSV files in a folder: UTF-8, a heading line, decimal points, no thousands separators."""

import csv
import zipfile
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path

from reports.sheets.table import Cell, Table

FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)


def write_csv_files(tables: Iterable[Table], folder: Path) -> list[Path]:
    """Write a file for each table into the folder, which is made; the same report gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for table in tables:
        path = folder / f"{table.name}.csv"
        path.write_text(csv_text(table), encoding="utf-8", newline="")
        written.append(path)
    return written


def zipped_csv_files(tables: Iterable[Table]) -> bytes:
    """The same files in one archive; the same report gives the same bytes."""
    result = BytesIO()
    with zipfile.ZipFile(result, "w") as kept:
        for table in tables:
            kept.writestr(zipfile.ZipInfo(f"{table.name}.csv", FIRST_DAY_OF_ZIP), csv_text(table), zipfile.ZIP_DEFLATED)
    return result.getvalue()


def csv_text(table: Table) -> str:
    """A table as CSV, without its foot: whoever adds a column up must not count everything twice."""
    text = StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow([column.heading for column in table.columns])
    lines.writerows([[_text(cell) for cell in row] for row in table.rows])
    return text.getvalue()


def _text(cell: Cell) -> str:
    """A cell as text; a text that a spreadsheet would run as a formula is quoted with an apostrophe."""
    match cell:
        case None:
            return ""
        case str():
            return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
        case Decimal():
            return f"{cell:f}"
        case datetime():
            return cell.isoformat()
        case _:
            return str(cell)
