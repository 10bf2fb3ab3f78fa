"""A report in every shape that is a file, all from its JSON, so that they cannot differ."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from reports.headline import title_of
from reports.page import page
from reports.sheets.csv_files import zipped_csv_files
from reports.sheets.tables import Report, notes_of, tables_of
from reports.sheets.workbook import workbook


@dataclass(frozen=True, slots=True)
class Shape:
    """How a shape's file ends, what it is, and how it is made."""

    ending: str
    media_type: str
    make: Callable[[Report], bytes]


def json_text(report: Report) -> str:
    """The JSON as a file has it."""
    return json.dumps(report, indent=2) + "\n"


def xlsx(report: Report) -> bytes:
    """The Excel workbook: every table of the JSON, and its notes."""
    return workbook(
        tables_of(report),
        notes_of(report),
        title=title_of(report),
        currency=report["currency"],
        as_of=datetime.fromisoformat(report["as_of"]),
    )


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

SHAPES: Mapping[str, Shape] = {
    "html": Shape("html", "text/html; charset=utf-8", lambda report: page(report).encode()),
    "xlsx": Shape("xlsx", XLSX, xlsx),
    "csv": Shape("zip", "application/zip", lambda report: zipped_csv_files(tables_of(report))),
    "json": Shape("json", "application/json", lambda report: json_text(report).encode()),
}
"""Every shape that is one file."""


def file_name(report: Report, shape: Shape) -> str:
    """What the file is called: `what-worked_cards_2026-03-01_2026-03-31.xlsx`; safe in any folder and header."""
    portfolio = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in report["portfolio"])
    return f"what-worked_{portfolio}_{report['period']['from']}_{report['period']['to']}.{shape.ending}"
