"""The report's tables as an Excel workbook: a sheet each with formats, filters and frozen headings, and notes."""

import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import Cell as WorksheetCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from domain.money import decimals_of
from reports.sheets.table import Cell, Kind, Table

LONGEST_NAME = 31
WIDEST = 60
NARROWEST = 8
NOTE_WIDTHS = (28, 110)
FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)
HEADING = Font(bold=True)
MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def write_workbook(
    tables: Sequence[Table], notes: Mapping[str, str], file: Path, *, title: str, currency: str, as_of: datetime
) -> None:
    """Write the workbook; the same report gives the same bytes. Money stands in it as numbers in major units.

    notes: what the reader must know, in order: the period, the stamp, then every term with its formula.
    as_of: becomes the time of the file's making, which has none of its own.
    """
    book = Workbook()
    book.properties.title = title
    book.properties.creator = "Duecourse"
    book.properties.created = as_of.replace(tzinfo=None)
    book.remove(book.worksheets[0])
    _write_notes(book.create_sheet("Notes"), {"Report": title, "Currency": currency, **notes})
    for table in tables:
        _write_table(book.create_sheet(table.name[:LONGEST_NAME]), table, formats=_formats(currency))
    content = BytesIO()
    book.save(content)
    file.write_bytes(_made_at(content, as_of))


def _formats(currency: str) -> Mapping[Kind, str]:
    places = decimals_of(currency)
    cents = f".{'0' * places}" if places else ""
    return {
        Kind.TEXT: "@",
        Kind.MONEY: f"#,##0{cents};[Red]-#,##0{cents}",
        Kind.COUNT: "#,##0",
        Kind.SHARE: "0.0%",
        Kind.NUMBER: "0.0000",
    }


def _write_table(sheet: Worksheet, table: Table, *, formats: Mapping[Kind, str]) -> None:
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(len(table.columns), 1))}{len(table.rows) + 1}"
    for place, column in enumerate(table.columns, start=1):
        sheet.cell(1, place, column.heading).font = HEADING
        for line, row in enumerate(table.rows, start=2):
            _put(sheet, line, place, row[place - 1]).number_format = formats[column.kind]
        longest = max((len(_shown(row[place - 1])) for row in table.rows), default=0)
        width = min(max(longest, len(column.heading), NARROWEST) + 2, WIDEST)
        sheet.column_dimensions[get_column_letter(place)].width = width


def _write_notes(sheet: Worksheet, notes: Mapping[str, str]) -> None:
    for letter, width in zip("AB", NOTE_WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    for line, (name, text) in enumerate(notes.items(), start=1):
        _put(sheet, line, 1, name).font = HEADING
        _put(sheet, line, 2, text)
        for place in (1, 2):
            sheet.cell(line, place).alignment = Alignment(wrap_text=True, vertical="top")


def _put(sheet: Worksheet, line: int, place: int, value: Cell) -> WorksheetCell:
    """Write a cell; a text that begins with = stays a text, and becomes no formula."""
    cell = sheet.cell(line, place, value)
    if isinstance(value, str):
        cell.data_type = "s"
    return cell


def _shown(value: Cell) -> str:
    return "" if value is None else f"{value:,}" if not isinstance(value, str) else value


def _made_at(content: BytesIO, at: datetime) -> bytes:
    """The same archive, made at that instant: the library writes the machine's time into it."""
    result = BytesIO()
    time = at.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(content) as made, zipfile.ZipFile(result, "w") as kept:
        for entry in sorted(made.infolist(), key=lambda entry: entry.filename):
            data = MODIFIED.sub(rb"\g<1>" + time, made.read(entry))
            kept.writestr(zipfile.ZipInfo(entry.filename, FIRST_DAY_OF_ZIP), data, zipfile.ZIP_DEFLATED)
    return result.getvalue()
