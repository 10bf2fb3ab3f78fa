"""The same money and the same costs, split by who the loans are."""

from domain.money import Money
from reports.columns import rows_of
from reports.figures import amount, words
from reports.plots import GOOD, SPENT, Plot, broken, figure, layout, units
from reports.sections.section import Part, Section, Told

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
    currency, rows = told.currency, list(reversed(told.records("by", name)))
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "name": label,
            "y": [broken(row["name"]) for row in rows],
            "x": [units(row[key], currency) for row in rows],
            "text": [amount(row[key], currency=currency) for row in rows],
            "textposition": "auto",
            "cliponaxis": False,
            "marker": {"color": colour},
            "hovertemplate": f"%{{y}}<br>{label}: %{{text}} {currency}<extra></extra>",
        }
        for label, key, colour in (("Cost", "cost_minor", SPENT), ("Net", "net_minor", GOOD))
        if rows
    ]
    shape = layout(height=120 + 48 * len(rows)) | {"barmode": "group", "bargap": 0.3}
    shape["xaxis"] |= {"title": {"text": currency}, "tickformat": ",~r", "zeroline": True}
    shape["yaxis"] |= {"type": "category"}
    shape["legend"] |= {"traceorder": "reversed"}
    summary = "; ".join(f"{words(row['name'])}: {Money(row['net_minor'], currency)} net" for row in reversed(rows))
    return Plot(f"by-{name.replace('_', '-')}", summary, figure(data, shape))
