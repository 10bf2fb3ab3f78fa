"""Working out the effectiveness report of a portfolio, and where its forms are written."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from ledger.database import Ledger
from reports.as_json import as_json
from reports.effectiveness import Effectiveness, effectiveness
from reports.headline import title_of
from reports.page import page
from reports.reconciling import Reconciliation, reconcile
from reports.sheets.csv_files import write_csv_files
from reports.sheets.tables import notes_of, tables_of
from reports.sheets.workbook import write_workbook


@dataclass(frozen=True, slots=True)
class Reported:
    """A report and how it reconciles with the ledger."""

    effectiveness: Effectiveness
    reconciliation: Reconciliation


def report_on(ledger: Ledger, portfolio: str, *, from_on: date, to_on: date, as_of: datetime) -> Reported:
    """Work the report out; raises NoSuchPortfolio or PeriodIsEmpty."""
    with ledger.reading() as session:
        worked_out = effectiveness(session, portfolio=portfolio, from_on=from_on, to_on=to_on, as_of=as_of)
        return Reported(worked_out, reconcile(session, worked_out))


def write_page(reported: Reported, file: Path) -> None:
    """Write the self-contained HTML page."""
    file.write_text(page(reported.effectiveness, reported.reconciliation), encoding="utf-8")


def write_json(reported: Reported, file: Path) -> None:
    """Write the JSON; the same report gives the same bytes."""
    text = json.dumps(as_json(reported.effectiveness, reported.reconciliation), indent=2)
    file.write_text(text + "\n", encoding="utf-8")


def write_sheets(reported: Reported, file: Path) -> None:
    """Write the Excel workbook: every table of the JSON, and its notes."""
    report = as_json(reported.effectiveness, reported.reconciliation)
    scope = reported.effectiveness.scope
    write_workbook(
        tables_of(report), notes_of(report), file, title=title_of(scope), currency=scope.currency, as_of=scope.as_of
    )


def write_tables(reported: Reported, folder: Path) -> list[Path]:
    """Write every table of the JSON as a CSV file into a folder; returns the files."""
    return write_csv_files(tables_of(as_json(reported.effectiveness, reported.reconciliation)), folder)
