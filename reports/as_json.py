"""The report as plain values, for `--json` and for machines: money in minor units, instants in ISO 8601."""

from dataclasses import asdict
from typing import Any

from reports.breakdown import Row
from reports.effectiveness import Effectiveness
from reports.glossary import GLOSSARY
from reports.learning.learning import learning_json
from reports.measures.as_json import measures_json
from reports.reconciling import Reconciliation


def as_json(effectiveness: Effectiveness, reconciliation: Reconciliation) -> dict[str, Any]:
    """The whole report; the same ledger, scope and code give the same values."""
    scope, total = effectiveness.scope, effectiveness.total
    return {
        "portfolio": scope.portfolio,
        "period": {"from": scope.from_on.isoformat(), "to": scope.to_on.isoformat()},
        "as_of": scope.as_of.isoformat(),
        "stamp": asdict(effectiveness.stamp),
        "assumptions": asdict(effectiveness.assumptions),
        "currency": scope.currency,
        "is_pretend": effectiveness.is_pretend,
        "loans_entered": total.journeys,
        "gross_recovered_minor": total.recovered_minor,
        **_money(total),
        "by": {
            breakdown.value: [{"name": row.name, **_counts(row), **_money(row)} for row in rows]
            for breakdown, rows in effectiveness.breakdowns.items()
        },
        **measures_json(effectiveness.measures),
        **learning_json(effectiveness.learning),
        "waterfall": [asdict(fall) for fall in effectiveness.waterfall],
        "sankey": [{"from": f.from_node, "to": f.to_node, "journeys": f.journeys} for f in effectiveness.sankey],
        "outcomes": [{"rung": o.rung, "outcome": o.outcome, "steps": o.steps} for o in effectiveness.outcomes],
        "journeys_by_closing_reason": dict(effectiveness.closings),
        "recovery_curves": {
            breakdown.value: [
                {
                    "name": curve.name,
                    "points": [asdict(point) for point in curve.points],
                }
                for curve in curves
            ]
            for breakdown, curves in effectiveness.curves.items()
        },
        "reconciles": reconciliation.reconciles,
        "reconciliation": {
            "verdict": reconciliation.verdict,
            "opening_minor": reconciliation.opening_minor,
            "received_minor": reconciliation.received_minor,
            "reversed_minor": reconciliation.reversed_minor,
            "closing_minor": reconciliation.closing_minor,
            "checks": [
                {
                    "what": check.what,
                    "unit": check.unit,
                    "ledger": check.ledger,
                    "report": check.report,
                    "agrees": check.agrees,
                }
                for check in reconciliation.checks
            ],
        },
        "glossary": GLOSSARY,
    }


def _money(row: Row) -> dict[str, Any]:
    return {
        "recovered_minor": row.recovered_minor,
        "by_itself_minor": row.by_itself_minor,
        "reversals_minor": row.reversals_minor,
        "cost_minor": row.cost_minor,
        "cost_millis": row.cost_millis,
        "net_minor": row.net_minor,
        "cost_per_unit": row.cost_per_unit,
    }


def _counts(row: Row) -> dict[str, int]:
    return {
        "journeys": row.journeys,
        "steps": row.steps,
        "attempts": row.attempts,
        "promises": row.promises,
        "promises_kept": row.promises_kept,
        "cured": row.cured,
    }
