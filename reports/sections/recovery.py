"""How recovery grows: curves by days since entry with their bands, and liquidation by cohort."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from reports.columns import rows_of
from reports.figures import percent, words
from reports.plots import LINES, Plot, band, figure, layout, line_of, share_axis
from reports.sections.section import DAYS, Part, Section, Told, pivoted


def recovery(told: Told) -> Section:
    """Recovery curves and liquidation."""
    curves: dict[str, list[dict[str, Any]]] = told.report.get("recovery_curves", {})
    return Section(
        "recovery",
        "How recovery grows after entry",
        "Share of the opening arrears recovered by days since a journey opened. A line ends where fewer than half of"
        " its journeys have been watched that long; what is not known is not drawn as nothing.",
        (
            *(_by(told, breakdown, lines) for breakdown, lines in curves.items()),
            _liquidation(told),
            *_liquidation_by(told),
        ),
    )


def _liquidation_by(told: Told) -> Iterator[Part]:
    for split in told.report.get("liquidation_by", {}):
        yield Part(
            heading=f"Liquidation by {rows_of(split).lower()}",
            note="Gross cash over what was placed, all cohorts together, of those that were watched so long.",
            tables=tuple(
                pivoted(table, rows="name", across="age_days", value="rate", heading=lambda age: f"By day {age}")
                for table in told.table(f"liquidation_by_{split}")
            ),
        )


def _by(told: Told, breakdown: str, curves: list[dict[str, Any]]) -> Part:
    rows = rows_of(breakdown)
    return Part(
        heading=f"By {rows.lower()}",
        note="A few days of each curve; every day is in the workbook.",
        plot=_curves(breakdown, curves),
        label=f"Recovery by days since entry, by {rows.lower()}",
        tables=tuple(
            pivoted(
                table,
                rows=breakdown,
                across="day",
                value="share",
                heading=lambda day: f"By day {day}",
                only=DAYS,
            )
            for table in told.table(f"recovery_curves_{breakdown}")
        ),
    )


def _curves(breakdown: str, curves: list[dict[str, Any]]) -> Plot:
    data: list[dict[str, Any]] = []
    shown = [curve for curve in curves if curve["points"]]
    for index, curve in enumerate(shown):
        points = curve["points"]
        days = [point["day"] for point in points]
        low, high = ([point.get(key) for point in points] for key in ("ci_low", "ci_high"))
        data += band(days, low, high, index=index, shape="hv")
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": words(curve["name"]),
                "x": days,
                "y": [point["share"] for point in points],
                "customdata": [point["journeys"] for point in points],
                "line": line_of(index, shape="hv"),
                "hovertemplate": "day %{x}: %{y:.1%} of the arrears, %{customdata} journeys watched",
            }
        )
    shape = layout(height=380) | {"hovermode": "x"}
    shape["xaxis"] |= {"title": {"text": "days since entry"}, "rangemode": "tozero"}
    shape["yaxis"] |= share_axis("share of opening arrears")
    summary = "; ".join(
        f"{words(curve['name'])}: {percent(curve['points'][-1]['share'])} recovered by day {curve['points'][-1]['day']}"
        for curve in shown
    )
    return Plot(f"recovery-by-{breakdown}", summary, figure(data, shape))


def _liquidation(told: Told) -> Part:
    records = sorted(told.records("liquidation"), key=lambda r: (r["cohort"], r["age_days"]))
    cohorts = {name: list(rows) for name, rows in groupby(records, key=lambda record: record["cohort"])}
    data = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": str(cohort),
            "x": [row["age_days"] for row in rows],
            "y": [row["rate"] for row in rows],
            "customdata": [[row["n"], _unripe(row)] for row in rows],
            "line": line_of(index),
            "marker": {
                "color": LINES[index % len(LINES)],
                "size": 8,
                "symbol": ["circle" if row.get("is_mature", True) else "circle-open" for row in rows],
            },
            "hovertemplate": "%{x} days: %{y:.1%} of %{customdata[0]} loans%{customdata[1]}",
        }
        for index, (cohort, rows) in enumerate(cohorts.items())
    ]
    shape = layout(height=360) | {"hovermode": "x"}
    shape["xaxis"] |= {"title": {"text": "days since entry"}, "rangemode": "tozero"}
    shape["yaxis"] |= share_axis("collected of what was placed")
    known = {cohort: [row for row in rows if row["rate"] is not None] for cohort, rows in cohorts.items()}
    summary = "; ".join(
        f"{cohort}: {percent(rows[-1]['rate'])} by day {rows[-1]['age_days']}" for cohort, rows in known.items() if rows
    )
    return Part(
        heading="Liquidation by cohort",
        note="Gross cash over what was placed, by month of entry and days since. An open mark means that a part of the"
        " cohort is not that old yet.",
        plot=Plot("liquidation", summary, figure(data, shape)),
        label="Liquidation by cohort and days since entry",
        tables=told.table("liquidation"),
    )


def _unripe(row: dict[str, Any]) -> str:
    return "" if row.get("is_mature", True) else ", not all of it old enough"
