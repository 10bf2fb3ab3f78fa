"""The report as one HTML file that carries everything it needs: no network, no other file."""

from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from plotly.offline import get_plotlyjs

from domain.step import Outcome
from reports.breakdown import Breakdown
from reports.columns import COLUMNS, heading_of, table_of
from reports.effectiveness import Effectiveness
from reports.figures import percent, words
from reports.glossary import GLOSSARY
from reports.headline import PRETEND, PRETEND_WHY, headline_of, period_of, title_of
from reports.plots import plots_of
from reports.reconciling import Reconciliation
from reports.recovery_curve import Curve
from reports.touch import UNDELIVERED

TEMPLATES = Path(__file__).parent / "templates"
CURVE_DAYS = (7, 14, 30, 60, 90, 120, 180)


def page(effectiveness: Effectiveness, reconciliation: Reconciliation) -> str:
    """The whole page. The same report gives the same text."""
    template = _environment().get_template("effectiveness.html.j2")
    return template.render(
        title=title_of(effectiveness.scope),
        period=period_of(effectiveness.scope),
        currency=effectiveness.scope.currency,
        pretend=(PRETEND, PRETEND_WHY) if effectiveness.is_pretend else None,
        headline=headline_of(effectiveness),
        reconciliation=reconciliation,
        plots=plots_of(effectiveness),
        breakdowns={
            breakdown.value: {
                "headings": [heading_of(breakdown), *(column.heading for column in COLUMNS)],
                "rows": table_of(effectiveness, breakdown),
            }
            for breakdown in Breakdown
        },
        curves={breakdown.value: _curve_table(curves) for breakdown, curves in effectiveness.curves.items()},
        outcomes=_outcome_table(effectiveness),
        closings=[(words(reason), f"{number:,}") for reason, number in effectiveness.closings],
        glossary=GLOSSARY,
        plotly_js=get_plotlyjs(),
    )


def _curve_table(curves: tuple[Curve, ...]) -> dict[str, Any]:
    """Shares at a few days; empty where the curve has ended: what is not known is not shown as nothing."""
    longest = max((len(curve.points) - 1 for curve in curves), default=0)
    days = [day for day in CURVE_DAYS if day <= longest]
    rows = [
        [words(curve.name), *(percent(curve.points[d].share) if d < len(curve.points) else "" for d in days)]
        for curve in curves
    ]
    return {"headings": ["", *(f"by\u00a0day\u00a0{day}" for day in days)], "rows": rows}


def _outcome_table(effectiveness: Effectiveness) -> dict[str, Any]:
    found = {outcome.outcome for outcome in effectiveness.outcomes}
    shown = [name for name in (*(outcome.value for outcome in Outcome), UNDELIVERED) if name in found]
    steps = defaultdict[str, dict[str, int]](dict)
    for outcome in effectiveness.outcomes:
        steps[outcome.rung][outcome.outcome] = outcome.steps
    rows = [[words(rung), *(f"{counts.get(name, 0):,}" for name in shown)] for rung, counts in steps.items()]
    return {"headings": ["Rung", *(words(name) for name in shown)], "rows": rows}


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
