"""Roll rates: from which bucket to which, by money and by loans."""

from collections.abc import Sequence
from typing import Any

from reports.columns import rows_of
from reports.figures import amount, percent, words
from reports.plots import GOOD, INK, Plot, figure, layout
from reports.sections.section import Part, Section, Told


def roll(told: Told) -> Section:
    """The two matrices."""
    buckets = [str(bucket) for bucket in (told.report.get("roll") or {}).get("buckets", [])]
    return Section(
        "roll",
        "Roll rates",
        "Where the loans of a bucket stood a month later. Each row of a matrix sums to the whole of its bucket.",
        (
            Part(
                heading="By money",
                plot=_matrix("roll-by-money", told.records("roll", "money"), told, buckets=buckets, key="amount_minor"),
                label="Roll rates by money",
                tables=told.table("roll_money"),
            ),
            Part(
                heading="By loans",
                plot=_matrix("roll-by-loans", told.records("roll", "counts"), told, buckets=buckets, key="loans"),
                label="Roll rates by loans",
                tables=told.table("roll_counts"),
                claims=("roll",),
            ),
            *(
                Part(
                    heading=f"By {rows_of(split).lower()}",
                    note="Of the loans whose journeys stand in each row, as in the other tables by it.",
                    tables=told.table(f"roll_by_{split}"),
                )
                for split in told.report.get("roll_by", {})
            ),
        ),
    )


def _matrix(name: str, cells: Sequence[dict[str, Any]], told: Told, *, buckets: Sequence[str], key: str) -> Plot:
    ends = [*buckets, *dict.fromkeys(str(cell["to"]) for cell in cells if str(cell["to"]) not in buckets)]
    starts = [bucket for bucket in ends if any(str(cell["from"]) == bucket for cell in cells)]
    at = {(str(cell["from"]), str(cell["to"])): cell for cell in cells}
    rate = [[(at.get((a, b)) or {}).get("rate") for b in ends] for a in starts]
    what = [[_what(at.get((a, b)), key, told.currency) for b in ends] for a in starts]
    data = [
        {
            "type": "heatmap",
            "x": [words(end) for end in ends],
            "y": [words(start) for start in starts],
            "z": rate,
            "text": [["" if value is None else percent(value) for value in row] for row in rate],
            "texttemplate": "%{text}",
            "customdata": what,
            "zmin": 0,
            "zmax": 1,
            "colorscale": [[0, "#ffffff"], [1, GOOD]],
            "showscale": False,
            "xgap": 2,
            "ygap": 2,
            "hoverongaps": False,
            "hovertemplate": "from %{y} to %{x}: %{text}, %{customdata}<extra></extra>",
        }
    ]
    shape = layout(height=140 + 42 * len(starts))
    shape["xaxis"] |= {"title": {"text": "a month later"}, "side": "top", "showgrid": False, "type": "category"}
    shape["yaxis"] |= {"title": {"text": "bucket"}, "autorange": "reversed", "type": "category", "color": INK}
    shape["margin"] |= {"b": 10}
    summary = "; ".join(
        f"{percent(cell['rate'])} from {words(str(cell['from']))} to {words(str(cell['to']))}"
        for cell in cells
        if cell["rate"]
    )
    return Plot(name, summary, figure(data if cells else [], shape))


def _what(cell: dict[str, Any] | None, key: str, currency: str) -> str:
    if cell is None:
        return ""
    return f"{cell[key]:,} loans" if key == "loans" else f"{amount(cell[key], currency=currency)} {currency}"
