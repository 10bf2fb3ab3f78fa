"""The report's plots, as the plain data and layout that Plotly draws; every one has a table beside it on the page."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from domain.money import Money, decimals_of
from reports.breakdown import Breakdown, Row
from reports.effectiveness import Effectiveness
from reports.figures import amount, percent, words
from reports.touch import Reach, reach_of

INK, GRID = "#1c2733", "#dfe5ea"
GOOD, SPENT, LEFT = "#0b6e6e", "#b4540a", "#55636f"
# Told apart by people who see colours differently (after Okabe and Ito), and by their dashes in black and white.
LINES = ("#0b6e6e", "#b4540a", "#3b5bdb", "#9c2f7f", "#5c6b00", "#6f7f8f")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
REACH_COLOURS = {
    Reach.TOUCH: GOOD,
    Reach.TRIED: "#d98e2b",
    Reach.NOT_MADE: "#8d9aa6",
    Reach.PASSED_OVER: "#d3dae0",
}


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot: `summary` says in words what it shows, for those who hear the page."""

    id: str
    summary: str
    figure: dict[str, Any]


def plots_of(effectiveness: Effectiveness) -> dict[str, Plot]:
    """Every plot that has something to show, by its id."""
    plots = (
        _recovery_against_cost(effectiveness),
        *(_curves(effectiveness, breakdown) for breakdown in effectiveness.curves),
        _outcomes(effectiveness),
        _closings(effectiveness),
    )
    return {plot.id: plot for plot in plots if plot.figure["data"]}


def _recovery_against_cost(effectiveness: Effectiveness) -> Plot:
    currency = effectiveness.scope.currency
    rows = [
        row
        for row in reversed(effectiveness.breakdowns[Breakdown.LADDER])
        if row.recovered_minor or row.reversals_minor or row.cost_minor
    ]
    series = (
        ("Net", [row.net_minor for row in rows], LEFT),
        ("Cost", [row.cost_minor for row in rows], SPENT),
        ("Recovered", [row.recovered_minor for row in rows], GOOD),
    )
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "y": [_broken(row.name) for row in rows],
            "x": [minor / 10 ** decimals_of(currency) for minor in minors],
            "text": [amount(minor, currency=currency) for minor in minors],
            "textposition": "auto",
            "cliponaxis": False,
            "marker": {"color": colour},
            "hovertemplate": f"%{{y}}<br>{name}: %{{text}} {currency}<extra></extra>",
        }
        for name, minors, colour in series
        if rows
    ]
    layout = _layout(height=110 + 96 * len(rows)) | {"barmode": "group", "bargap": 0.3}
    layout["xaxis"] |= {"title": {"text": currency}, "tickformat": ",~r"}
    layout["legend"] |= {"traceorder": "reversed"}
    return Plot(
        "recovery-against-cost", "; ".join(_spoken(row, currency) for row in reversed(rows)), _figure(data, layout)
    )


def _spoken(row: Row, currency: str) -> str:
    recovered, cost = Money(row.recovered_minor, currency), Money(row.cost_minor, currency)
    return f"{words(row.name)}: {recovered} recovered at a cost of {cost}"


def _curves(effectiveness: Effectiveness, breakdown: Breakdown) -> Plot:
    curves = [curve for curve in effectiveness.curves[breakdown] if curve.points]
    data = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": words(curve.name),
            "x": [point.day for point in curve.points],
            "y": [point.share for point in curve.points],
            "customdata": [point.journeys for point in curve.points],
            "line": {
                "color": LINES[index % len(LINES)],
                "dash": DASHES[index % len(DASHES)],
                "width": 2.5,
                "shape": "hv",
            },
            "hovertemplate": "day %{x}: %{y:.1%} of the arrears, %{customdata} journeys watched",
        }
        for index, curve in enumerate(curves)
    ]
    layout = _layout(height=380) | {"hovermode": "x"}
    layout["xaxis"] |= {"title": {"text": "days since entry"}, "rangemode": "tozero"}
    layout["yaxis"] |= {"title": {"text": "share of opening arrears"}, "tickformat": ".0%", "rangemode": "tozero"}
    layout["yaxis"] |= {"showgrid": True, "gridcolor": GRID}
    summary = "; ".join(
        f"{words(curve.name)}: {percent(curve.points[-1].share)} recovered by day {curve.points[-1].day}"
        for curve in curves
    )
    return Plot(f"recovery-by-{breakdown.value}", summary, _figure(data, layout))


def _outcomes(effectiveness: Effectiveness) -> Plot:
    steps = defaultdict[str, dict[Reach, int]](lambda: dict.fromkeys(Reach, 0))
    for outcome in effectiveness.outcomes:
        steps[outcome.rung][reach_of(outcome.outcome)] += outcome.steps
    attempts = {row.name: row.attempts for row in effectiveness.breakdowns[Breakdown.RUNG] if row.attempts}
    for rung in attempts:
        steps.setdefault(rung, dict.fromkeys(Reach, 0))  # its contact has left, its step has not ended yet
    rungs = list(reversed(steps))
    data: list[dict[str, Any]] = [
        {
            "type": "bar",
            "orientation": "h",
            "name": reach.value,
            "y": [_broken(rung) for rung in rungs],
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
                "y": [_broken(rung) for rung in attempts],
                "x": list(attempts.values()),
                "marker": {"color": "#ffffff", "symbol": "diamond", "size": 10, "line": {"color": INK, "width": 2}},
                "hovertemplate": "%{y}<br>attempts: %{x:,}<extra></extra>",
            }
        )
    layout = _layout(height=130 + 38 * len(rungs)) | {"barmode": "stack", "bargap": 0.35}
    longest = max((*(sum(counts.values()) for counts in steps.values()), *attempts.values()), default=0)
    # Said outright, because Plotly leaves room around markers and not around bars.
    layout["xaxis"] |= {"title": {"text": "steps"}, "range": [0, 1.06 * longest]}
    layout["yaxis"] |= {"range": [-0.6, len(rungs) - 0.4]}
    layout["legend"] |= {"traceorder": "normal"}
    summary = "; ".join(
        f"{words(rung)}: {sum(steps[rung].values())} steps, {steps[rung][Reach.TOUCH]} reached" for rung in steps
    )
    return Plot("outcomes-by-rung", summary, _figure(data, layout))


def _closings(effectiveness: Effectiveness) -> Plot:
    closings = list(reversed(effectiveness.closings))
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "y": [words(reason) for reason, _ in closings],
            "x": [number for _, number in closings],
            "text": [f"{number:,}" for _, number in closings],
            "textposition": "auto",
            "cliponaxis": False,
            "marker": {"color": GOOD},
            "hovertemplate": "%{y}: %{x:,} journeys<extra></extra>",
        }
    ]
    layout = _layout(height=90 + 42 * len(closings)) | {"showlegend": False}
    layout["xaxis"] |= {"title": {"text": "journeys"}}
    summary = ", ".join(f"{number} {words(reason)}" for reason, number in effectiveness.closings)
    return Plot("journeys-by-closing-reason", summary, _figure(data if closings else [], layout))


def _layout(*, height: int) -> dict[str, Any]:
    return {
        "height": height,
        "margin": {"l": 10, "r": 16, "t": 10, "b": 50},
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "xaxis": {"automargin": True, "gridcolor": GRID, "zerolinecolor": LEFT, "fixedrange": True},
        "yaxis": {"automargin": True, "ticklabelstandoff": 6, "showgrid": False, "zeroline": False, "fixedrange": True},
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"},
        "hoverlabel": {"namelength": -1},
    }


def _figure(data: list[dict[str, Any]], layout: dict[str, Any]) -> dict[str, Any]:
    return {"data": data, "layout": layout}


def _broken(name: str) -> str:
    """A rung under its ladder, so that long names leave room for the bars on a phone."""
    return words(name).replace(": ", ":<br>")
