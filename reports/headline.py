"""The report's title, its first figures, and the sentence that says when nothing in it is real."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from domain.money import Money
from reports.figures import long_day, ratio

PRETEND = "Pretend borrowers, simulated time"
PRETEND_WHY = "This ledger is on the skipping clock: nobody was contacted and no money moved."


@dataclass(frozen=True, slots=True)
class Figure:
    """One headline figure and what it is."""

    label: str
    text: str


def title_of(report: Mapping[str, Any]) -> str:
    """What the report is called."""
    return f"Strategy effectiveness: {report['portfolio']}"


def period_of(report: Mapping[str, Any]) -> str:
    """Its days and its knowledge."""
    first, last = (date.fromisoformat(report["period"][end]) for end in ("from", "to"))
    as_of = datetime.fromisoformat(report["as_of"])
    days = f"{long_day(first)} to {long_day(last)}"
    return f"{days} (UTC), as on record on {long_day(as_of.date())} at {as_of:%H:%M} UTC"


def headline_of(report: Mapping[str, Any]) -> tuple[Figure, ...]:
    """The figures that a reader wants first."""
    currency = report["currency"]
    return (
        Figure("Recovered", str(Money(report["recovered_minor"], currency))),
        Figure("Reversed", str(Money(report["reversals_minor"], currency))),
        Figure("Cost", str(Money(report["cost_minor"], currency))),
        Figure("Net", str(Money(report["net_minor"], currency))),
        Figure("Cost per unit recovered", ratio(report["cost_per_unit"])),
        Figure("Loans entered", f"{report['loans_entered']:,}"),
        Figure("Journeys cured", f"{sum(row['cured'] for row in report['by']['ladder']):,}"),
    )


def account_of(report: Mapping[str, Any]) -> str:
    """The cash account of the period in one sentence."""
    account, currency = report["reconciliation"], report["currency"]
    opening, received, reversed_, closing = (
        Money(account[key], currency) for key in ("opening_minor", "received_minor", "reversed_minor", "closing_minor")
    )
    return f"Cash before the period {opening}, received {received}, taken back {reversed_}, cash at its end {closing}"
