"""Working out the effectiveness report of a portfolio, and where its forms are written."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from ledger.database import Ledger
from reports.as_json import as_json
from reports.assumptions import DEFAULT, Assumptions
from reports.effectiveness import effectiveness
from reports.page import page
from reports.reconciling import reconcile
from reports.shapes import json_text, xlsx
from reports.sheets.csv_files import write_csv_files
from reports.sheets.tables import Report, tables_of


def report_on(
    ledger: Ledger,
    portfolio: str,
    *,
    from_on: date,
    to_on: date,
    as_of: datetime,
    assumptions: Assumptions = DEFAULT,
) -> dict[str, Any]:
    """Work the report out, as the JSON has it; raises NoSuchPortfolio or PeriodIsEmpty."""
    with ledger.reading() as session:
        worked_out = effectiveness(
            session, portfolio=portfolio, from_on=from_on, to_on=to_on, as_of=as_of, assumptions=assumptions
        )
        return as_json(worked_out, reconcile(session, worked_out))


def write_page(report: Report, file: Path) -> None:
    """Write the self-contained HTML page."""
    file.write_text(page(report), encoding="utf-8")


def write_json(report: Report, file: Path) -> None:
    """Write the JSON; the same report gives the same bytes."""
    file.write_text(json_text(report), encoding="utf-8")


def write_sheets(report: Report, file: Path) -> None:
    """Write the Excel workbook: every table of the JSON, and its notes."""
    file.write_bytes(xlsx(report))


def write_tables(report: Report, folder: Path) -> list[Path]:
    """Write every table of the JSON as a CSV file into a folder; returns the files."""
    return write_csv_files(tables_of(report), folder)
