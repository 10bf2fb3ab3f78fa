"""Steps: how far those of each rung came, by which channel, and whom they reached."""

from collections import defaultdict
from typing import Any

from domain.step import Outcome
from reports.columns import rows_of
from reports.figures import percent, words
from reports.plots import GOOD, INK, LINES, Plot, broken, figure, layout, share_axis, whiskers
from reports.sections.section import Part, Section, Told, pivoted
from reports.sheets.table import Table
from reports.touch import NO_ROOM, UNDELIVERED, Reach, reach_of

REACH_COLOURS = {
    Reach.TOUCH: GOOD,
    Reach.TRIED: "#d98e2b",
    Reach.NOT_MADE: "#8d9aa6",
    Reach.PASSED_OVER: "#d3dae0",
}


def steps(told: Told) -> Section:
    """Outcomes by rung, the money of rungs and channels, and the rates of contact, promise and keeping."""
    rates: dict[str, list[dict[str, Any]]] = told.report.get("rates", {})
    return Section(
        "steps",
        "Steps, attempts and outcomes",
        "Money is credited to the last step that had touched its journey.",
        (
            Part(
                heading="By rung",
                plot=_outcomes(told),
                label="Steps by how far they came, and attempts, by rung",
                tables=(*told.split("rung"), *_outcome_table(told)),
            ),
            Part(heading="By channel", tables=told.split("channel")),
            *(
                Part(
                    heading=f"{words(rate).capitalize()} rate",
                    plot=_rate(rate, records),
                    label=f"{words(rate).capitalize()} rate with its interval",
                    tables=told.table(f"rates_{rate}"),
                )
                for rate, records in rates.items()
            ),
        ),
    )


def _outcome_table(told: Told) -> tuple[Table, ...]:
    order = [*(outcome.value for outcome in Outcome), NO_ROOM, UNDELIVERED]
    return tuple(
        pivoted(
            table,
            rows="rung",
            across="outcome",
            value="steps",
            heading=lambda outcome: words(str(outcome)).capitalize(),
            only=order,
            absent=0,
        )
        for table in told.table("outcomes")
    )


def _outcomes(told: Told) -> Plot:
    steps = defaultdict[str, dict[Reach, int]](lambda: dict.fromkeys(Reach, 0))
    for outcome in told.records("outcomes"):
        steps[outcome["rung"]][reach_of(outcome["outcome"])] += outcome["steps"]
    attempts = {row["name"]: row["attempts"] for row in told.records("by", "rung") if row["attempts"]}
    for rung in attempts:
        steps.setdefault(rung, dict.fromkeys(Reach, 0))  # its contact has left, its step has not ended yet
    rungs = list(reversed(steps))
    data: list[dict[str, Any]] = [
        {
            "type": "bar",
            "orientation": "h",
            "name": reach.value,
            "y": [broken(rung) for rung in rungs],
            "x": [steps[rung][reach] for rung in rungs],
            "marker": {"color": REACH_COLOURS[reach]},
            "hovertemplate": f"%{{y}}<br>{reach.value}: %{{x:,}} steps<extra></extra>",
        }
        for reach in Reach
        if any(steps[rung][reach] for rung in rungs)
    ]
    if attempts:
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "attempts",
                "y": [broken(rung) for rung in attempts],
                "x": list(attempts.values()),
                "marker": {"color": "#ffffff", "symbol": "diamond", "size": 10, "line": {"color": INK, "width": 2}},
                "hovertemplate": "%{y}<br>attempts: %{x:,}<extra></extra>",
            }
        )
    shape = layout(height=130 + 38 * len(rungs)) | {"barmode": "stack", "bargap": 0.35}
    longest = max((*(sum(counts.values()) for counts in steps.values()), *attempts.values()), default=0)
    # Said outright, because Plotly leaves room around markers and not around bars.
    shape["xaxis"] |= {"title": {"text": "steps"}, "range": [0, 1.06 * longest]}
    shape["yaxis"] |= {"range": [-0.6, len(rungs) - 0.4]}
    shape["legend"] |= {"traceorder": "normal"}
    summary = "; ".join(
        f"{words(rung)}: {sum(steps[rung].values())} steps, {steps[rung][Reach.TOUCH]} reached" for rung in steps
    )
    return Plot("outcomes-by-rung", summary, figure(data, shape))


def _rate(rate: str, records: list[dict[str, Any]]) -> Plot:
    known = [record for record in reversed(records) if record.get("rate") is not None]
    low, high = ([record.get(key) for record in known] for key in ("ci_low", "ci_high"))
    names = [_named(record) for record in known]
    data = [
        {
            "type": "scatter",
            "mode": "markers",
            "y": names,
            "x": [record["rate"] for record in known],
            "error_x": whiskers([record["rate"] for record in known], low, high),
            "customdata": [f"{record['numerator']:,} of {record['denominator']:,}" for record in known],
            "marker": {"size": 9, "color": LINES[0]},
            "hovertemplate": "%{y}: %{x:.1%}, %{customdata}<extra></extra>",
        }
    ]
    shape = layout(height=110 + 26 * len(known)) | {"showlegend": False}
    shape["xaxis"] |= share_axis(f"{words(rate)} rate")
    shape["yaxis"] |= {"range": [-0.7, len(known) - 0.3], "type": "category"}
    summary = "; ".join(f"{name}: {percent(record['rate'])}" for name, record in zip(names, known, strict=True))
    return Plot(f"{rate.replace('_', '-')}-rate", summary, figure(data if known else [], shape))


def _named(record: dict[str, Any]) -> str:
    by = record.get("by")
    return words(str(record["name"])) if by in {None, "all"} else f"{rows_of(str(by))}: {words(str(record['name']))}"
