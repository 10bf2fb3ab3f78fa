"""The report's tables as an Excel workbook: a sheet each with formats, filters and frozen headings, and notes."""

import math
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import Cell as WorksheetCell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from domain.money import decimals_of
from reports.sheets.table import EXACT_PLACES, Cell, Column, Kind, Table

LONGEST_NAME = 31
WIDEST = 60
NARROWEST = 8
NOTE_WIDTHS = (28, 110)
CONTENTS_WIDTHS = (34, 70, 8)
NOTES, CONTENTS = "Notes", "Contents"
FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)
HEADING = Font(name="Calibri", size=11, bold=True)
LINE_POINTS = 15
"""The height of a line; a program that opens the workbook need not work out how high a wrapped note is."""
ABOVE = Border(top=Side(style="thin"))
MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def workbook(tables: Sequence[Table], notes: Mapping[str, str], *, title: str, currency: str, as_of: datetime) -> bytes:
    """The workbook's bytes, the same for the same report. Money stands in it as numbers in major units.

    notes: what the reader must know, in order: the period, the stamp, then every term with its formula.
    as_of: becomes the time of the file's making, which has none of its own.
    """
    book = Workbook()
    book.properties.title = title
    book.properties.creator = "Duecourse"
    book.properties.created = as_of.replace(tzinfo=None)
    book.remove(book.worksheets[0])
    sheets = sheet_names(tables)
    _write_notes(book.create_sheet(NOTES), {"Report": title, "Currency": currency, **notes})
    _write_contents(book.create_sheet(CONTENTS), sheets)
    for name, table in sheets.items():
        _write_table(book.create_sheet(name), table, currency=currency)
    content = BytesIO()
    book.save(content)
    return _made_at(content, as_of)


def sheet_names(tables: Sequence[Table]) -> dict[str, Table]:
    """The tables by the names of their sheets, which Excel wants short and each of its own."""
    named: dict[str, Table] = {}
    for table in tables:
        name, number = table.name[:LONGEST_NAME], 1
        while name in named:
            number += 1
            name = f"{table.name[: LONGEST_NAME - 1 - len(str(number))]}_{number}"
        named[name] = table
    return named


def _format(column: Column, currency: str) -> str:
    places = decimals_of(currency) + (EXACT_PLACES if column.key.endswith("_millis") else 0)
    cents = f".{'0' * places}" if places else ""
    return {
        Kind.TEXT: "@",
        Kind.MONEY: f"#,##0{cents};[Red]-#,##0{cents}",
        Kind.COUNT: "#,##0",
        Kind.SHARE: "0.0%",
        Kind.NUMBER: "0.0000",
        Kind.DATE: "yyyy-mm-dd",
        Kind.INSTANT: "yyyy-mm-dd hh:mm",
    }[column.kind]


def _fit_to_a_page_s_width(sheet: Worksheet) -> None:
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0


def _write_table(sheet: Worksheet, table: Table, *, currency: str) -> None:
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(table.rows) + 1}"
    _fit_to_a_page_s_width(sheet)
    sheet.print_title_rows = "1:1"
    for place, column in enumerate(table.columns, start=1):
        sheet.cell(1, place, column.heading).font = HEADING
        sheet.cell(1, place).alignment = Alignment(horizontal="left" if column.kind is Kind.TEXT else "right")
        for line, row in enumerate(table.rows, start=2):
            _put(sheet, line, place, row[place - 1]).number_format = _format(column, currency)
        if table.foot is not None:  # beneath the filter, so that sorting leaves it where it is
            cell = _put(sheet, len(table.rows) + 2, place, table.foot[place - 1])
            cell.number_format, cell.font, cell.border = _format(column, currency), HEADING, ABOVE
        longest = max((len(_shown(row[place - 1])) for row in (*table.rows, table.foot or ()) if row), default=0)
        width = min(max(longest, len(column.heading), NARROWEST) + 2, WIDEST)
        sheet.column_dimensions[get_column_letter(place)].width = width


def _write_notes(sheet: Worksheet, notes: Mapping[str, str]) -> None:
    _fit_to_a_page_s_width(sheet)
    for letter, width in zip("AB", NOTE_WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    for line, (name, text) in enumerate(notes.items(), start=1):
        _put(sheet, line, 1, name).font = HEADING
        _put(sheet, line, 2, text)
        sheet.row_dimensions[line].height = LINE_POINTS * max(1, math.ceil(len(text) / NOTE_WIDTHS[1]))
        for place in (1, 2):
            sheet.cell(line, place).alignment = Alignment(wrap_text=True, vertical="top")


def _write_contents(sheet: Worksheet, sheets: Mapping[str, Table]) -> None:
    sheet.freeze_panes = "A2"
    _fit_to_a_page_s_width(sheet)
    for place, heading in enumerate(("Sheet", "What it shows", "Rows"), start=1):
        sheet.cell(1, place, heading).font = HEADING
    for line, (name, table) in enumerate(sheets.items(), start=2):
        cell = _put(sheet, line, 1, name)
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{name}'!A1")
        cell.style = "Hyperlink"
        _put(sheet, line, 2, table.title)
        _put(sheet, line, 3, len(table.rows))
    for letter, width in zip("ABC", CONTENTS_WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width


def _put(sheet: Worksheet, line: int, place: int, value: Cell) -> WorksheetCell:
    """Write a cell; a text that begins with = stays a text, and becomes no formula."""
    cell = sheet.cell(line, place, value.replace(tzinfo=None) if isinstance(value, datetime) else value)
    if isinstance(value, str):
        cell.data_type = "s"
    return cell


def _shown(value: Cell) -> str:
    return f"{value:,}" if isinstance(value, int | float | Decimal) else "" if value is None else str(value)


def _made_at(content: BytesIO, at: datetime) -> bytes:
    """The same archive, made at that instant: the library writes the machine's time into it."""
    result = BytesIO()
    time = at.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(content) as made, zipfile.ZipFile(result, "w") as kept:
        for entry in sorted(made.infolist(), key=lambda entry: entry.filename):
            data = MODIFIED.sub(rb"\g<1>" + time, made.read(entry))
            kept.writestr(zipfile.ZipInfo(entry.filename, FIRST_DAY_OF_ZIP), data, zipfile.ZIP_DEFLATED)
    return result.getvalue()
