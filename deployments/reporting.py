"""Working out the effectiveness report of a portfolio, and where its forms are written."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from ledger.database import Ledger
from reports.effectiveness import Effectiveness, effectiveness
from reports.page import page
from reports.reconciling import Reconciliation, reconcile


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
