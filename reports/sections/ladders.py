"""Recovery against cost, by ladder version."""

from typing import Any

from domain.money import Money
from reports.figures import amount, words
from reports.plots import GOOD, LEFT, SPENT, Plot, broken, figure, layout, units
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
    currency = told.currency
    rows = [
        row
        for row in reversed(told.records("by", "ladder"))
        if row["recovered_minor"] or row["reversals_minor"] or row["cost_minor"]
    ]
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "y": [broken(row["name"]) for row in rows],
            "x": [units(row[key], currency) for row in rows],
            "text": [amount(row[key], currency=currency) for row in rows],
            "textposition": "auto",
            "cliponaxis": False,
            "marker": {"color": colour},
            "hovertemplate": f"%{{y}}<br>{name}: %{{text}} {currency}<extra></extra>",
        }
        for name, key, colour in SERIES
        if rows
    ]
    shape = layout(height=110 + 96 * len(rows)) | {"barmode": "group", "bargap": 0.3}
    shape["xaxis"] |= {"title": {"text": currency}, "tickformat": ",~r"}
    shape["legend"] |= {"traceorder": "reversed"}
    return Plot(
        "recovery-against-cost", "; ".join(_spoken(row, currency) for row in reversed(rows)), figure(data, shape)
    )


def _spoken(row: dict[str, Any], currency: str) -> str:
    recovered, cost = Money(row["recovered_minor"], currency), Money(row["cost_minor"], currency)
    return f"{words(row['name'])}: {recovered} recovered at a cost of {cost}"
