"""One report in every shape: each figure of the page, the workbook, the CSV files and the console is the JSON's."""

import csv
import re
from datetime import date, datetime
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from ledger.database import Ledger
from reports.as_json import as_json
from reports.effectiveness import effectiveness
from reports.reconciling import reconcile
from reports.sections.order import sections_of
from reports.shapes import SHAPES
from reports.sheets.table import Cell, Column, Kind
from reports.sheets.tables import tables_of
from tests.ledger.lender import Lender
from tests.reports.chronicle import AS_OF, FIRST_DAY, LAST_DAY, write_spring
from tests.reports.whole_report import with_every_measure
from tests.staff_pages.staffed import MachineClock, signed_in, staffed

ASKED = {"portfolio": "spring", "from": FIRST_DAY.isoformat(), "to": LAST_DAY.isoformat(), "as_of": AS_OF.isoformat()}
HALF = {Kind.SHARE: Decimal("0.0005"), Kind.NUMBER: Decimal("0.00005"), Kind.MONEY: Decimal("0.005")}
"""A page rounds; by no more than half of its last place."""


class Tables(HTMLParser):
    """The tables of a page by their ids, each as its rows of texts."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[list[str]]] = {}
        self._rows: list[list[str]] | None = None
        self._is_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._rows = self.found.setdefault((dict(attrs).get("id") or "").removeprefix("table-"), [])
        elif self._rows is not None and tag == "tr":
            self._rows.append([])
        elif self._rows is not None and tag in {"td", "th"}:
            self._rows[-1].append("")
            self._is_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._rows = None
        self._is_cell = self._is_cell and tag not in {"td", "th"}

    def handle_data(self, data: str) -> None:
        if self._rows and self._is_cell:
            self._rows[-1][-1] += data


@pytest.fixture
def real(ledger: Ledger) -> dict[str, Any]:
    """What the spring's report says."""
    with ledger.transaction() as session:
        write_spring(session)
        found = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        return as_json(found, reconcile(session, found))


@pytest.fixture
def whole(real: dict[str, Any]) -> dict[str, Any]:
    """The same with something under every key."""
    return with_every_measure(real)


def test_the_page_shows_the_figures_of_the_json(whole: dict[str, Any]) -> None:
    """Each cell of each of its tables, as far as a page rounds."""
    shown = tables_on(SHAPES["html"].make(whole).decode())
    assert compare(shown, whole) > 800


def test_the_console_shows_the_figures_of_the_json(real: dict[str, Any], ledger: Ledger) -> None:
    """The same tables, whatever leads where."""
    with staffed(Lender(ledger, now=AS_OF), machine=MachineClock()) as client:
        shown = tables_on(signed_in(client).get("/staff/reports", params=ASKED).text)
    assert compare(shown, real) > 400


def test_the_workbook_and_the_csv_files_hold_the_figures_of_the_json(whole: dict[str, Any]) -> None:
    """Each cell exactly: nothing is rounded in them."""
    book = load_workbook(BytesIO(SHAPES["xlsx"].make(whole)))
    files = ZipFile(BytesIO(SHAPES["csv"].make(whole)))
    seen = 0
    for table in tables_of(whole):
        lines = list(csv.reader(StringIO(files.read(f"{table.name}.csv").decode())))
        rows = list(book[table.name[:31]].iter_rows(values_only=True))
        assert lines[0] == [column.heading for column in table.columns] == [str(cell) for cell in rows[0]]
        for row, line, cells in zip(table.rows, lines[1:], rows[1:], strict=False):
            for cell, in_csv, in_book in zip(row, line, cells, strict=True):
                assert same(cell, in_csv), (table.name, cell, in_csv)
                assert same(cell, in_book), (table.name, cell, in_book)
                seen += 1
    assert seen > 2_000


def test_the_headline_of_every_shape_is_the_json_s(whole: dict[str, Any]) -> None:
    """What stands in large letters on the page is the report's own."""
    text = SHAPES["html"].make(whole).decode()
    figures = dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", text))
    for label, key in (("Recovered", "recovered_minor"), ("Cost", "cost_minor"), ("Net", "net_minor")):
        assert Decimal(figures[label].removesuffix(" CNY").replace(",", "")) * 100 == whole[key]


def tables_on(page: str) -> dict[str, list[list[str]]]:
    """A page's tables as texts."""
    parser = Tables()
    parser.feed(page)
    return parser.found


def compare(shown: dict[str, list[list[str]]], report: dict[str, Any]) -> int:
    """Compare what a page shows with what its sections say, which are made of the JSON; returns how many figures."""
    wanted = {t.name: t for section in sections_of(report) for part in section.shown for t in part.tables}
    assert set(shown) == set(wanted)
    exact = {table.name: table for table in tables_of(report)}
    seen = 0
    for name, table in wanted.items():
        rows = [*table.rows, *([table.foot] if table.foot else [])]
        for row, texts in zip(rows, shown[name][1:], strict=True):
            for cell, column, text in zip(row, table.columns, texts, strict=True):
                assert reads_as(text, cell, column), (name, column.heading, cell, text)
                seen += isinstance(cell, int | float | Decimal)
        if name in exact and table.columns == exact[name].columns[: len(table.columns)]:
            assert set(table.rows) <= {row[: len(table.columns)] for row in exact[name].rows}
    return seen


def reads_as(text: str, cell: Cell, column: Column) -> bool:
    """Whether a text on a page says what a cell holds."""
    text = unescape(text)
    if cell is None:
        return text in {"", "n/a"}
    if isinstance(cell, str):
        return text == cell.replace("_", " ")
    if isinstance(cell, date):
        return text == (f"{cell:%Y-%m-%d %H:%M}" if isinstance(cell, datetime) else cell.isoformat())
    number = Decimal(text.rstrip("%").replace(",", "")) / (100 if text.endswith("%") else 1)
    exact = Decimal(str(cell))
    return abs(number - exact) <= (0 if column.kind is Kind.COUNT else HALF[column.kind])


def same(cell: Cell, other: object) -> bool:
    """Whether a file's cell is a table's, exactly."""
    if cell is None:
        return other in {None, ""}
    if isinstance(cell, int | float | Decimal):
        return Decimal(str(other)) == Decimal(str(cell))
    if isinstance(cell, datetime):
        return str(other).startswith(cell.isoformat(sep=" ")[:16]) or other == cell.isoformat()
    return str(other).removeprefix("'") == str(cell).removeprefix("'") or str(other)[:10] == str(cell)
