"""Where journeys went: through which rungs, to which ends."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from reports.figures import words
from reports.plots import GOOD, INK, LEFT, LINES, SPENT, Plot, figure, layout
from reports.sections.section import Part, Section, Told
from reports.sheets.table import flat

CURED, OPEN = "cured", "open"
LINK, BADLY = "rgba(85,99,111,0.25)", "rgba(180,84,10,0.30)"
LAST = {CURED: "rgba(11,110,110,0.35)", OPEN: "rgba(141,154,166,0.35)"}
"""A link takes the colour of the end to which it leads."""


def journeys(told: Told) -> Section:
    """The Sankey of journeys through rungs, and how they stand."""
    return Section(
        "journeys",
        "Where journeys went",
        "Journeys that opened in the period: the rungs that each one took, in the ladder's order, and how it stands.",
        (
            Part(
                heading="Through rungs to their ends",
                plot=_sankey(told.records("sankey")),
                label="Journeys from their ladder through rungs to their ends",
                tables=told.table("sankey"),
            ),
            Part(
                heading="How they stand",
                plot=_closings(told),
                label="Journeys by closing reason",
                tables=told.table("journeys_by_closing_reason"),
            ),
        ),
    )


def _sankey(links: Sequence[dict[str, Any]]) -> Plot:
    nodes = list(dict.fromkeys([*(link["from"] for link in links), *(link["to"] for link in links)]))
    starts, ends = {link["from"] for link in links}, {link["to"] for link in links}
    place = {node: index for index, node in enumerate(nodes)}
    into, out_of = Counter[str](), Counter[str]()
    for link in links:
        into[link["to"]] += link["journeys"]
        out_of[link["from"]] += link["journeys"]
    data = [
        {
            "type": "sankey",
            "arrangement": "snap",
            "node": {
                "label": [_label(node, max(into[node], out_of[node])) for node in nodes],
                "customdata": [words(node) for node in nodes],
                "color": [_colour(node, starts=starts, ends=ends) for node in nodes],
                "pad": 16,
                "thickness": 10,
                "line": {"width": 0},
                "hovertemplate": "%{customdata}: %{value:,} journeys<extra></extra>",
            },
            "link": {
                "source": [place[link["from"]] for link in links],
                "target": [place[link["to"]] for link in links],
                "value": [link["journeys"] for link in links],
                "color": [LINK if link["to"] in starts else LAST.get(link["to"], BADLY) for link in links],
                "hovertemplate": "%{source.customdata} to %{target.customdata}: %{value:,}<extra></extra>",
            },
            "textfont": {"color": INK, "size": 11},
        }
    ]
    shape = layout(height=max(380, 24 * len(nodes)))
    shape["margin"] |= {"b": 14}
    summary = "; ".join(f"{link['journeys']} from {words(link['from'])} to {words(link['to'])}" for link in links)
    return Plot("journeys-through-rungs", summary, figure(data if links else [], shape), is_wide=True)


def _label(node: str, journeys: int) -> str:
    """A rung without its ladder, on as many lines as it has words, because the next rung stands close by."""
    return "<br>".join(f"{words(node.rpartition(': ')[2])} ({journeys:,})".split(" "))


def _colour(node: str, *, starts: set[str], ends: set[str]) -> str:
    if node not in ends:
        return LINES[2]
    return LEFT if node in starts or node == OPEN else GOOD if node == CURED else SPENT


def _closings(told: Told) -> Plot:
    closings = list(reversed(flat(told.report["journeys_by_closing_reason"]).items()))
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
    shape = layout(height=90 + 42 * len(closings)) | {"showlegend": False}
    shape["xaxis"] |= {"title": {"text": "journeys"}}
    summary = ", ".join(f"{number} {words(reason)}" for reason, number in reversed(closings))
    return Plot("journeys-by-closing-reason", summary, figure(data if closings else [], shape))
