"""The report's tables as CSV files in a folder: UTF-8, a heading line, decimal points, no thousands separators."""

import csv
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from reports.sheets.table import Cell, Table


def write_csv_files(tables: Iterable[Table], folder: Path) -> list[Path]:
    """Write a file for each table into the folder, which is made; the same report gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for table in tables:
        path = folder / f"{table.name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file, lineterminator="\n")
            lines.writerow([column.heading for column in table.columns])
            lines.writerows([[_text(cell) for cell in row] for row in table.rows])
        written.append(path)
    return written


def _text(cell: Cell) -> str:
    """A cell as text; a text that a spreadsheet would run as a formula is quoted with an apostrophe."""
    match cell:
        case None:
            return ""
        case str():
            return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
        case Decimal():
            return f"{cell:f}"
        case _:
            return str(cell)
