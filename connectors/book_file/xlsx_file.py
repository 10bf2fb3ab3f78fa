"""XLSX files: one sheet's values (not its formulas), streamed."""

import warnings
from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from connectors.book_file.cell import Cell
from connectors.book_file.layout import Layout
from connectors.book_file.raw_row import RawFile, RawRow, UnreadableFileError


def open_xlsx(path: Path, layout: Layout) -> RawFile:
    """Find the sheet and read the header.

    Raises:
        UnreadableFileError: missing, not an Excel workbook, without the sheet, or without a header.
    """
    header = next(_rows(path, layout, 0, ()), None)
    if header is None:
        raise UnreadableFileError(
            path, layout.header_line, "has no header; the sheet is empty or header_line is too large"
        )
    names = [str(cell).strip() if cell is not None else "" for cell in header.cells]
    while names and not names[-1]:
        names.pop()
    return RawFile(
        path=path,
        header=tuple(names),
        header_line=header.line,
        last_line=_last_line(path, layout),
        rows=partial(_body, path, layout, len(names)),
    )


def _body(path: Path, layout: Layout, width: int, wanted: Sequence[int]) -> Iterator[RawRow]:
    rows = _rows(path, layout, width, wanted)
    next(rows, None)
    yield from rows


def _rows(path: Path, layout: Layout, width: int, wanted: Sequence[int]) -> Iterator[RawRow]:
    """The header and the rows below it; of a row only the wanted cells are looked at when a width is given."""
    book = _workbook(path)
    try:
        rows = _sheet(path, book, layout).iter_rows(min_row=layout.header_line, values_only=True)
        for line, values in enumerate(rows, start=layout.header_line):
            if all(v is None or v == "" for v in values):
                continue
            cells: list[Cell] = [None] * width
            for i in wanted or (() if width else range(len(values))):
                if not width:
                    cells.append(_cell(values[i]))
                elif i < len(values):
                    cells[i] = _cell(values[i])
            yield RawRow(line=line, cells=cells)
    except UnreadableFileError:
        raise
    except Exception as error:  # noqa: BLE001 (a damaged workbook may raise anything from zlib to the XML parser)
        raise UnreadableFileError(
            path, 1, f"is damaged inside ({type(error).__name__}); save it again from Excel"
        ) from None
    finally:
        book.close()


def _last_line(path: Path, layout: Layout) -> int | None:
    book = _workbook(path)
    try:
        rows: int | None = _sheet(path, book, layout).max_row
        return rows
    finally:
        book.close()


def _workbook(path: Path) -> Workbook:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and validations, which we do not read
            return load_workbook(path, read_only=True, data_only=True)
    except FileNotFoundError:
        raise UnreadableFileError(path, 1, "cannot be opened; check the path") from None
    except Exception as error:  # noqa: BLE001 (a file that is no workbook may raise anything from zlib to the XML parser)
        problem = f"is not an Excel workbook ({type(error).__name__}); say format: csv if it is text"
        raise UnreadableFileError(path, 1, problem) from None


def _sheet(path: Path, book: Workbook, layout: Layout) -> Any:
    name = layout.sheet or (book.sheetnames[0] if book.sheetnames else "")
    if name not in book.sheetnames:
        sheets = ", ".join(book.sheetnames) or "none"
        raise UnreadableFileError(path, 1, f"has no sheet {name!r}; its sheets: {sheets}")
    sheet = book[name]
    if not isinstance(sheet, ReadOnlyWorksheet):
        raise UnreadableFileError(path, 1, f"the sheet {name!r} holds a chart; name a sheet with a table")
    return sheet


def _cell(value: object) -> Cell:
    match value:
        case None | str() | bool() | date():
            return value
        case int() | float():
            return Decimal(str(value))
        case time() | timedelta():
            return str(value)
        case _:
            return str(value)
