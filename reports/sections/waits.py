"""How long to wait after each rung: what a day more brings against what the next step costs."""

from collections.abc import Sequence
from typing import Any

from reports.figures import words
from reports.plots import DASHES, LINES, Plot, figure, layout, share_axis
from reports.sections.section import Part, Section, Told
from reports.sheets.table import Column, Kind, major, shown

EVERY = "all"
COLUMNS = (
    *("rung", "segment", "n", "wait_days", "suggested_days", "ci_low", "ci_high", "value_of_a_day_minor"),
    *("next_step_cost_minor", "effect_per_loan_minor", "effect_ci_low", "effect_ci_high", "verdict"),
    *("sim_net_minor", "sim_net_ci_low", "sim_net_ci_high", "sim_agrees"),
)
"""What the page shows of a wait."""
NOTHING_YET = "insufficient_data"


def waits(told: Told) -> Section:
    """The suggested waits, and the hazards that they rest on."""
    intervals = told.records("wait_intervals")
    return Section(
        "waits",
        "How long to wait",
        "What a day more of waiting brings against what the next step costs. A suggestion is a challenger to try, and"
        " is never applied by itself.",
        (
            Part(sentences=tuple(_sentences(intervals, told.currency)), tables=told.columns("wait_intervals", COLUMNS)),
            Part(
                heading="When people pay after a rung",
                note="The share of those who had not paid yet that paid on each day; every day and segment is in the"
                " workbook, with its interval.",
                plot=_hazards(told.records("wait_hazards")),
                label="Hazard of payment by days since each rung",
                claims=("wait_hazards",),
            ),
        ),
    )


def _sentences(intervals: Sequence[dict[str, Any]], currency: str) -> list[str]:
    """Only where something can be said; and one line for all the others."""
    told = [_sentence(record, currency) for record in intervals if record["verdict"] in {"longer", "shorter"}]
    silent = sum(record["verdict"] == NOTHING_YET for record in intervals)
    if silent:
        told.append(f"{silent} of {len(intervals)}: insufficient data, nothing can be said yet.")
    return told


def _sentence(record: dict[str, Any], currency: str) -> str:
    where = "" if record["segment"] == EVERY else f", segment {words(record['segment'])}"
    effect, low, high = _amounts(record, currency, "effect_per_loan_minor", "effect_ci_low", "effect_ci_high")
    days = "day" if record["suggested_days"] == 1 else "days"
    return (
        f"{words(record['rung'])}{where}: {record['suggested_days']} {days} instead of {record['wait_days']} would"
        f" bring {effect} {currency} more per loan, between {low} and {high}. {_simulated(record, currency)}"
    )


def _simulated(record: dict[str, Any], currency: str) -> str:
    """What living both ladders shows, and whether it agrees with the formula."""
    if record.get("sim_net_minor") is None:
        return "Not simulated here; `duecourse waits` simulates each of them."
    keys = ("sim_net_minor", "sim_net_ci_low", "sim_net_ci_high", "sim_recovered_minor", "sim_cost_minor")
    net, low, high, recovered, cost = _amounts(record, currency, *keys)
    steps = record["sim_steps_per_loan"]
    return (
        f"Simulated with the ladder's own decisions on {record['sim_journeys']:,} loans: {net} net, between {low} and"
        f" {high} (recovered {recovered}, cost {cost}, {abs(steps):.2f} steps {'fewer' if steps < 0 else 'more'}),"
        f" which {AGREEMENT[record['sim_agrees']]}."
    )


AGREEMENT = {
    "yes": "agrees",
    "no": "contradicts it: do not take it without an experiment",
    "not_shown": "does not show it by itself",
}
"""How the simulation stands to the formula, in words."""


def _amounts(record: dict[str, Any], currency: str, *keys: str) -> list[str]:
    column = Column("", Kind.MONEY, "")
    return [shown(major(record[key], currency), column, currency=currency) for key in keys]


def _hazards(records: Sequence[dict[str, Any]]) -> Plot:
    known = [r for r in records if r["segment"] == EVERY and r["hazard"] is not None]
    rungs = list(dict.fromkeys(record["rung"] for record in known))
    data = []
    for index, rung in enumerate(rungs):
        days = [record for record in known if record["rung"] == rung]
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": words(rung),
                "x": [record["day"] for record in days],
                "y": [record["hazard"] for record in days],
                "customdata": [f"{record['paid']} of {record['exposed']:,.0f} loan-days" for record in days],
                "line": {
                    "color": LINES[index % len(LINES)],
                    "dash": DASHES[index // len(LINES) % len(DASHES)],
                    "width": 2,
                },
                "hovertemplate": "day %{x}: %{y:.2%}, %{customdata}",
            }
        )
    shape = layout(height=360) | {"hovermode": "closest"}
    shape["xaxis"] |= {"title": {"text": "days since the rung"}, "rangemode": "tozero"}
    shape["yaxis"] |= share_axis("paid on that day") | {"tickformat": ".1%"}
    summary = "; ".join(
        f"{words(rung)}: most on day {max((r for r in known if r['rung'] == rung), key=lambda r: r['hazard'])['day']}"
        for rung in rungs
    )
    return Plot("hazard-after-rungs", summary, figure(data, shape))
