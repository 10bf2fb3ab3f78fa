"""An evaluation as one HTML file that carries everything it needs: each pair's difference over time, with its band."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from plotly.offline import get_plotlyjs

from reports.experiments.entries import Entries
from reports.experiments.entry_file import EntryFile
from reports.experiments.evaluation import Evaluation, Look, Pair, looks_at
from reports.experiments.evaluation_json import ASSUMPTIONS, warnings_of
from reports.experiments.telling import interval, money, sentences
from reports.figures import words
from reports.plots import GOOD, GRID, INK, LEFT, Plot

TEMPLATES = Path(__file__).parent.parent / "templates"


def evaluation_page(evaluation: Evaluation, file: EntryFile) -> str:
    """The whole page. The same file gives the same text."""
    return (
        _environment()
        .get_template("experiment.html.j2")
        .render(
            evaluation=evaluation,
            warnings=warnings_of(evaluation, file),
            bad=file.bad,
            plots=[_plot(file.entries, pair, alpha=evaluation.alpha) for pair in evaluation.pairs],
            differences=[
                (
                    f"{pair.arm} against {pair.against}",
                    label,
                    f"{pair.n:,}",
                    money(shown.difference_per_loan_minor, signed=True),
                    interval(shown),
                    money(shown.mde_minor),
                    words(shown.verdict.value),
                )
                for pair in evaluation.pairs
                for label, shown in (("recovered", pair.gross), ("net of cost", pair.net))
            ],
            arms=[
                (
                    arm.arm,
                    f"{arm.loans:,}",
                    f"{arm.payers:,}",
                    *map(money, (arm.recovered_per_loan_minor, arm.net_per_loan_minor, arm.sd_minor)),
                )
                for arm in evaluation.arms
            ],
            sentences=sentences(evaluation),
            assumptions=ASSUMPTIONS,
            plotly_js=get_plotlyjs(),
        )
    )


def _plot(entries: Entries, pair: Pair, *, alpha: float) -> Plot:
    looks = [look for look in looks_at(entries, pair, alpha=alpha) if look.gross.ci_low is not None]
    days = [look.on.isoformat() for look in looks]
    band = {"type": "scatter", "mode": "lines", "x": days, "line": {"width": 0}, "hoverinfo": "skip"}
    data: list[dict[str, Any]] = [
        {**band, "y": [look.gross.ci_high for look in looks], "showlegend": False},
        {
            **band,
            "y": [look.gross.ci_low for look in looks],
            "fill": "tonexty",
            "fillcolor": "rgba(11,110,110,0.16)",
            "name": f"{1 - alpha:.1%} interval",
        },
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": "difference per loan",
            "x": days,
            "y": [look.gross.difference_per_loan_minor for look in looks],
            "text": [f"{interval(look.gross)}, {look.n:,} loans: {words(look.gross.verdict.value)}" for look in looks],
            "hovertemplate": "%{x}: %{y:+,.1f}<br>%{text}<extra></extra>",
            "line": {"color": GOOD, "width": 2.5},
            "marker": {"size": 5},
        },
    ]
    layout: dict[str, Any] = {
        "height": 340,
        "margin": {"l": 10, "r": 16, "t": 10, "b": 40},
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "xaxis": {"automargin": True, "showgrid": False, "fixedrange": True},
        "yaxis": {
            "automargin": True,
            "gridcolor": GRID,
            "zeroline": True,
            "zerolinecolor": LEFT,
            "zerolinewidth": 2,
            "fixedrange": True,
            "title": {"text": "minor units per loan"},
        },
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"},
    }
    if window := _window(looks):
        layout["yaxis"]["range"] = window
    summary = f"{interval(pair.gross)} at the end: {words(pair.gross.verdict.value)}"
    return Plot(f"{pair.arm} against {pair.against}", summary, {"data": data if looks else [], "layout": layout})


def _window(looks: list[Look]) -> list[float] | None:
    """The first weeks' bands are so wide that they would flatten all others: show three times the last one's reach."""
    if not looks:
        return None
    last = looks[-1].gross
    low, high = (last.ci_low or 0.0), (last.ci_high or 0.0)
    reach = 1.5 * (high - low)
    estimates = [look.gross.difference_per_loan_minor or 0.0 for look in looks[len(looks) // 4 :]]
    return [min(0.0, low - reach, *estimates), max(0.0, high + reach, *estimates)]


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
