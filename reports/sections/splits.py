"""The same money and the same costs, split by who the loans are."""

from domain.money import Money
from reports.columns import rows_of
from reports.figures import words
from reports.plots import GOOD, SPENT, Plot, money_bars
from reports.sections.section import Part, Section, Told

SERIES = (("Cost", "cost_minor", SPENT), ("Net", "net_minor", GOOD))
ELSEWHERE = frozenset({"ladder", "arm", "rung", "channel"})
"""What other sections split by."""


def splits(told: Told) -> Section:
    """By segment, bucket at entry, collector team, reason for arrears, and whatever else the report is split by."""
    return Section(
        "splits",
        "Who the loans are",
        "Each table splits the same cash and the same costs, and sums to the same whole.",
        tuple(
            Part(
                heading=f"By {rows_of(name).lower()}",
                plot=_net(name, told),
                label=f"Net and cost by {rows_of(name).lower()}",
                tables=told.split(name),
            )
            for name in told.report["by"]
            if name not in ELSEWHERE
        ),
    )


def _net(name: str, told: Told) -> Plot:
    rows = told.records("by", name)
    summary = "; ".join(f"{words(row['name'])}: {Money(row['net_minor'], told.currency)} net" for row in rows)
    return money_bars(f"by-{name.replace('_', '-')}", rows, SERIES, currency=told.currency, summary=summary)
