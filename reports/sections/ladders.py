"""Recovery against cost, by ladder version."""

from typing import Any

from domain.money import Money
from reports.figures import words
from reports.plots import GOOD, LEFT, SPENT, Plot, money_bars
from reports.sections.section import Part, Section, Told

SERIES = (("Net", "net_minor", LEFT), ("Cost", "cost_minor", SPENT), ("Recovered", "recovered_minor", GOOD))


def ladders(told: Told) -> Section:
    """Which ladder version brought in what, and what it cost."""
    return Section(
        "ladders",
        "Recovery against cost, by ladder",
        "Money stays with the ladder that its loan was given, whether a step touched the loan or not. It says what came"
        " with a ladder, not what came because of it.",
        (
            Part(
                plot=_recovery_against_cost(told),
                label="Recovered, cost and net by ladder version",
                tables=told.split("ladder"),
            ),
        ),
    )


def _recovery_against_cost(told: Told) -> Plot:
    rows = [
        row
        for row in told.records("by", "ladder")
        if row["recovered_minor"] or row["reversals_minor"] or row["cost_minor"]
    ]
    summary = "; ".join(_spoken(row, told.currency) for row in rows)
    return money_bars("recovery-against-cost", rows, SERIES, currency=told.currency, summary=summary)


def _spoken(row: dict[str, Any], currency: str) -> str:
    recovered, cost = Money(row["recovered_minor"], currency), Money(row["cost_minor"], currency)
    return f"{words(row['name'])}: {recovered} recovered at a cost of {cost}"
