"""A preview as one HTML file that carries everything it needs."""

from collections.abc import Mapping, Sequence
from typing import Any

from plotly.offline import get_plotlyjs

from reports.drawing import drawn, environment, plots_of
from reports.figures import words
from reports.plots import GOOD, LEFT, SPENT, Plot, figure, layout, units, whiskers
from reports.sections.section import Part, Section
from reports.sheets.table import Table, table_of

Told = Mapping[str, Any]
"""A preview as `reports.what_if.preview_json` tells it."""


def preview_page(told: Told) -> str:
    """The whole page. The same preview gives the same text."""
    sections = drawn(_sections(told), currency=told["currency"])
    title = f"{told['proposed']} beside {told['present']}"
    return (
        environment()
        .get_template("preview.html.j2")
        .render(
            title=title,
            told=told,
            sentences=told["sentences"],
            sections=sections,
            plots=plots_of(sections),
            glossary={f"assumption {n}": text.removesuffix(".") for n, text in enumerate(told["assumptions"], start=1)},
            plotly_js=get_plotlyjs(),
        )
    )


def _sections(told: Told) -> tuple[Section, ...]:
    return (
        Section(
            "difference",
            "What it would bring",
            f"Per loan, over {told['days']} days from the opening of the journey, with 95 % intervals.",
            (
                Part(plot=_differences(told), label="What the proposed ladder brings more than the present one"),
                Part(tables=(_table("figures", "Both ladders, per loan", told["figures"], told),)),
                Part(tables=(_table("cured", "Cured by a day", told["cured"], told),)),
            ),
        ),
        Section(
            "timeline",
            "What somebody who is silent would see",
            f"A borrower in {told['zone']} who owes a middling sum, can be reached in every way, never answers and"
            " never pays; opened on a Monday at nine.",
            (
                Part(plot=_timeline(told), label="Steps by day on both ladders"),
                *(
                    Part(heading=told[which], tables=(_table(f"{which}_timeline", "Steps", told[key], told),))
                    for which, key in (("proposed", "proposed_timeline"), ("present", "present_timeline"))
                ),
            ),
        ),
        Section(
            "rungs",
            "Rungs, and how each is known",
            "Steps per loan on both ladders, and what the simulation of each rung rests on.",
            (Part(tables=(_table("rungs", "Rungs", told["rungs"], told),)),),
        ),
    )


def _table(name: str, title: str, records: Sequence[Told], told: Told) -> Table:
    return table_of(name, title, records, currency=told["currency"])


def _differences(told: Told) -> Plot:
    rows = [row for row in told["figures"] if row["ladder"] == "difference"]
    upwards = list(reversed(rows))
    values, low, high = (
        [units(row[key], told["currency"]) for row in upwards] for key in ("value_minor", "ci_low", "ci_high")
    )
    colours = {"recovered": GOOD, "cost": SPENT, "net": GOOD}
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "y": [words(row["figure"]) for row in upwards],
            "x": values,
            "error_x": whiskers(values, low, high),
            "marker": {"color": [colours[row["figure"]] for row in upwards]},
            "hovertemplate": "%{y}: %{x:+,.2f}<extra></extra>",
        }
    ]
    shape = layout(height=240) | {"showlegend": False}
    shape["xaxis"] |= {
        "title": {"text": f"{told['currency']} per loan more than {told['present']}"},
        "zeroline": True,
        "zerolinewidth": 2,
    }
    return Plot("difference-of-ladders", told["sentences"][0], figure(data, shape))


def _timeline(told: Told) -> Plot:
    ladders = (("present", LEFT, "circle"), ("proposed", GOOD, "diamond"))
    data = []
    for which, colour, symbol in ladders:
        steps = told[f"{which}_timeline"]
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": told[which] + ("" if which == "present" else ", proposed"),
                "x": [step["day"] for step in steps],
                "y": [words(step["rung"]) for step in steps],
                "text": [f"{words(step['action'])}: {words(step['outcome'])}, {step['local_time']}" for step in steps],
                "hovertemplate": "day %{x}, %{y}<br>%{text}<extra></extra>",
                "cliponaxis": False,
                "marker": {"color": colour, "symbol": symbol, "size": 11},
            }
        )
    rungs = list(dict.fromkeys(words(step["rung"]) for w, _, _ in ladders for step in told[f"{w}_timeline"]))
    shape = layout(height=120 + 30 * len(rungs)) | {"hovermode": "closest"}
    shape["xaxis"] |= {"title": {"text": "days since the journey opened"}, "rangemode": "tozero"}
    shape["yaxis"] |= {"type": "category", "categoryorder": "array", "categoryarray": list(reversed(rungs))}
    last = {which: max((step["day"] for step in told[f"{which}_timeline"]), default=0) for which, _, _ in ladders}
    summary = f"the last step comes on day {last['proposed']}, on the present ladder on day {last['present']}"
    return Plot("timeline-of-ladders", summary, figure(data, shape))
