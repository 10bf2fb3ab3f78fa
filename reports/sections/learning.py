"""What there is to learn besides: what to lend on, and whom to coach."""

from collections.abc import Sequence
from typing import Any

from reports.figures import percent, words
from reports.plots import GOOD, LEFT, SPENT, Plot, figure, layout, whiskers
from reports.sections.section import Part, Section, Told

COLOURS = {"lower": GOOD, "higher": SPENT, "better": GOOD, "worse": SPENT}
"""By the first word of a verdict; grey where nothing was shown."""


def origination(told: Told) -> Section:
    """What collections tell those who lend."""
    records = told.records("origination")
    return Section(
        "origination",
        "What to lend on",
        "Loss net of collection cost by what was known when the loan was made. Small cells are drawn towards the whole"
        " or left out, and many comparisons are corrected for.",
        (
            Part(
                plot=_intervals("loss-by-cell", records, value="shrunk_rate", title="loss of the arrears at entry"),
                label="Loss by what was known when the loan was made",
                tables=told.tables_like("origination"),
            ),
        ),
    )


def collectors(told: Told) -> Section:
    """Collectors, for coaching."""
    records = [{"by": "collector", "name": r["collector"], **r} for r in told.records("collectors")]
    return Section(
        "collectors",
        "Collectors",
        "Adjusted for the mix that each was given. For coaching; below a minimum of cases nobody is ranked.",
        (
            Part(
                plot=_intervals(
                    "collectors", records, value="paid_difference_per_case", title="paid cases beyond those expected"
                ),
                label="Paid cases beyond those expected of the mix, by collector",
                tables=told.tables_like("collectors"),
            ),
        ),
    )


def _intervals(name: str, records: Sequence[dict[str, Any]], *, value: str, title: str) -> Plot:
    known = [record for record in reversed(records) if record.get(value) is not None]
    low, high = ([record.get(key) for record in known] for key in ("ci_low", "ci_high"))
    names = [f"{words(str(record['by']))}: {words(str(record['name']))}" for record in known]
    data = [
        {
            "type": "scatter",
            "mode": "markers",
            "y": names,
            "x": [record[value] for record in known],
            "error_x": whiskers([record[value] for record in known], low, high),
            "marker": {"size": 9, "color": [_colour(str(record.get("verdict", ""))) for record in known]},
            "customdata": [words(str(record.get("verdict", ""))) for record in known],
            "hovertemplate": "%{y}: %{x:.1%}, %{customdata}<extra></extra>",
        }
    ]
    shape = layout(height=110 + 26 * len(known)) | {"showlegend": False}
    shape["xaxis"] |= {"title": {"text": title}, "tickformat": ".0%"}
    shape["yaxis"] |= {"range": [-0.7, len(known) - 0.3], "type": "category"}
    summary = "; ".join(f"{n}: {percent(record[value])}" for n, record in zip(names, known, strict=True))
    return Plot(name, summary, figure(data if known else [], shape))


def _colour(verdict: str) -> str:
    return COLOURS.get(verdict.partition("_")[0], LEFT)
