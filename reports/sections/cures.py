"""Cures: how many of the loans that entered are cured within so many days, and what else became of them meanwhile."""

from collections.abc import Sequence
from typing import Any

from reports.columns import rows_of
from reports.figures import percent, words
from reports.plots import DASHES, LINES, Plot, band, figure, layout, line_of, share_axis, whiskers
from reports.sections.section import Part, Section, Told, some_days
from reports.sheets.table import Column, Kind, Table

APART = 0.8
"""Days; beside each other, the intervals of one horizon can be told apart."""


def cures(told: Told) -> Section:
    """Cure by horizon, over all and by what it is split by, and time to cure with the ends that compete."""
    splits: dict[str, list[dict[str, Any]]] = told.report.get("cure_by", {})
    return Section(
        "cures",
        "Cures",
        "Of the loans that entered, the share that reached nothing overdue within so many days: all of them count,"
        " whether a step touched them or not. Only loans that were watched that long are in it.",
        (
            Part(
                plot=_by_horizon(told.records("cure")),
                label="Share of loans cured within days of entry",
                tables=told.table("cure"),
            ),
            *(
                Part(
                    heading=f"By {rows_of(split).lower()}",
                    plot=_split(split, records) if _can_be_told_apart(records) else None,
                    label=f"Share of loans cured within days of entry, by {rows_of(split).lower()}",
                    tables=_beside(split, records),
                    claims=(f"cure_by_{split}",),
                )
                for split, records in splits.items()
            ),
            Part(
                heading="Time to cure",
                note="By Aalen and Johansen: an end that competes, such as a charge-off, makes a cure impossible and is"
                " not counted as if the loan could still cure. A few days of each; every day is in the workbook.",
                plot=_time_to_cure(told.records("time_to_cure")),
                label="Share of loans cured and otherwise ended, by days since entry",
                tables=tuple(some_days(table) for table in told.table("time_to_cure")),
            ),
            *(
                Part(
                    heading=f"Time to cure by {rows_of(split).lower()}",
                    note="The share cured by some days; a row with fewer than 30 journeys is not shown. Ends that"
                    " compete are in the workbook.",
                    tables=_curves_beside(split, told.records("time_to_cure_by", split)),
                    claims=(f"time_to_cure_by_{split}",),
                )
                for split in told.report.get("time_to_cure_by", {})
            ),
        ),
    )


def _beside(split: str, records: Sequence[dict[str, Any]]) -> tuple[Table, ...]:
    """One row for each of them and one column for each horizon that somebody was watched to; all is in the workbook."""
    known = [record for record in records if record["rate"] is not None]
    horizons = sorted({record["horizon_days"] for record in known})
    at = {(record["name"], record["horizon_days"]): record for record in known}
    title = f"Loans cured within days of entry, by {rows_of(split).lower()}, with their intervals"
    return (
        Table(
            f"cured_by_{split}",
            title,
            (
                Column(rows_of(split), Kind.TEXT, "name"),
                *(Column(f"Within {days} days", Kind.TEXT, f"rate: {days}") for days in horizons),
            ),
            tuple(
                (name, *(_cell(at.get((name, days))) for days in horizons))
                for name in dict.fromkeys(record["name"] for record in known)
            ),
        ),
    )


def _can_be_told_apart(records: Sequence[dict[str, Any]]) -> bool:
    return len({record["name"] for record in records}) <= len(LINES)


def _curves_beside(split: str, records: Sequence[dict[str, Any]]) -> tuple[Table, ...]:
    """One row for each of them and one column for each day."""
    at = {(record["name"], record["day"]): record for record in records}
    days = sorted({record["day"] for record in records})
    if not records:
        return ()
    return (
        Table(
            f"time_to_be_cured_by_{split}",
            f"Share cured by day, by {rows_of(split).lower()}, with their intervals",
            (
                Column(rows_of(split), Kind.TEXT, "name"),
                *(Column(f"By day {day}", Kind.TEXT, f"cured: {day}") for day in days),
            ),
            tuple(
                (name, *(_by_then(at.get((name, day))) for day in days))
                for name in dict.fromkeys(record["name"] for record in records)
            ),
        ),
    )


def _by_then(record: dict[str, Any] | None) -> str | None:
    if record is None:
        return None
    return f"{percent(record['cured'])} ({percent(record['ci_low'])} to {percent(record['ci_high'])})"


def _cell(record: dict[str, Any] | None) -> str | None:
    if record is None:
        return None
    return f"{percent(record['rate'])} ({percent(record['ci_low'])} to {percent(record['ci_high'])}) of {record['n']}"


def _by_horizon(records: Sequence[dict[str, Any]]) -> Plot:
    known = [record for record in records if record["rate"] is not None]
    data = [
        {
            "type": "bar",
            "x": [f"{record['horizon_days']} days" for record in known],
            "y": [record["rate"] for record in known],
            "error_y": _whiskers(known),
            "customdata": [_interval(record) for record in known],
            "marker": {"color": LINES[0]},
            "hovertemplate": "%{x}: %{y:.1%}%{customdata}<extra></extra>",
        }
    ]
    shape = layout(height=320) | {"showlegend": False, "bargap": 0.5}
    shape["yaxis"] |= share_axis("cured")
    summary = "; ".join(f"{percent(r['rate'])} within {r['horizon_days']} days{_interval(r)}" for r in known)
    return Plot("cure-by-horizon", summary, figure(data if known else [], shape))


def _split(split: str, records: Sequence[dict[str, Any]]) -> Plot:
    names = list(dict.fromkeys(record["name"] for record in records if record["rate"] is not None))
    data = []
    for index, name in enumerate(names):
        known = [record for record in records if record["name"] == name and record["rate"] is not None]
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": words(name),
                "x": [record["horizon_days"] + APART * (index - (len(names) - 1) / 2) for record in known],
                "y": [record["rate"] for record in known],
                "error_y": _whiskers(known) | {"color": LINES[index % len(LINES)]},
                "customdata": [f"within {record['horizon_days']} days: {_cell(record)}" for record in known],
                "line": {"color": LINES[index % len(LINES)], "dash": DASHES[index % len(DASHES)], "width": 2},
                "marker": {"size": 8},
                "hovertemplate": "%{customdata}",
            }
        )
    shape = layout(height=340)
    shape["xaxis"] |= {"title": {"text": "days since entry"}, "rangemode": "tozero"}
    shape["yaxis"] |= share_axis("cured")
    last = {record["name"]: record for record in records if record["rate"] is not None}
    summary = "; ".join(f"{words(n)}: {percent(r['rate'])} within {r['horizon_days']} days" for n, r in last.items())
    return Plot(f"cure-by-{split}", summary, figure(data, shape))


def _time_to_cure(records: Sequence[dict[str, Any]]) -> Plot:
    days = [record["day"] for record in records]
    low, high = ([record.get(key) for record in records] for key in ("ci_low", "ci_high"))
    reasons = list(dict.fromkeys(reason for record in records for reason in record.get("competing", {})))
    data = [
        *band(days, low, high, index=0, shape="hv"),
        {
            "type": "scatter",
            "mode": "lines",
            "name": "cured",
            "x": days,
            "y": [record["cured"] for record in records],
            "customdata": [record.get("at_risk") for record in records],
            "line": line_of(0, shape="hv"),
            "hovertemplate": "day %{x}: %{y:.1%}, %{customdata} still open",
        },
        *(
            {
                "type": "scatter",
                "mode": "lines",
                "name": words(reason),
                "x": days,
                "y": [record.get("competing", {}).get(reason) for record in records],
                "line": line_of(index, shape="hv"),
                "hovertemplate": "day %{x}: %{y:.1%}",
            }
            for index, reason in enumerate(reasons, start=1)
        ),
    ]
    shape = layout(height=380) | {"hovermode": "x"}
    shape["xaxis"] |= {"title": {"text": "days since entry"}, "rangemode": "tozero"}
    shape["yaxis"] |= share_axis("share of loans entered")
    summary = ""
    if records:
        last = records[-1]
        ends = [f"{percent(last['competing'][reason])} {words(reason)}" for reason in last.get("competing", {})]
        summary = f"by day {last['day']}: " + ", ".join([f"{percent(last['cured'])} cured", *ends])
    return Plot("time-to-cure", summary, figure(data if records else [], shape))


def _whiskers(records: Sequence[dict[str, Any]]) -> dict[str, Any]:
    low, high = ([record.get(key) for record in records] for key in ("ci_low", "ci_high"))
    return whiskers([record["rate"] for record in records], low, high)


def _interval(record: dict[str, Any]) -> str:
    if record.get("ci_low") is None or record.get("ci_high") is None:
        return f", {record['n']} loans"
    return f" ({percent(record['ci_low'])} to {percent(record['ci_high'])}, {record['n']} loans)"
