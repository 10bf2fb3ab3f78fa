"""The measures as plain values: the keys that every shape of the report reads."""

from dataclasses import asdict
from typing import Any

from reports.columns import BY
from reports.measures.crediting import METHODS, Attributions
from reports.measures.cure import CureRate
from reports.measures.measures import Measures
from reports.measures.present_value import PresentValue
from reports.measures.roll import RollBy, RollMatrix


def measures_json(measures: Measures) -> dict[str, Any]:
    """Each measure under its key; money in minor units, rates as fractions, null where nothing is known."""
    return {
        "cure": [_unnamed(rate) for rate in measures.cure],
        "cure_by": {by: [asdict(rate) for rate in rates] for by, rates in measures.cure_by.items()},
        "roll": _roll(measures.roll),
        "roll_by": {by: [_rolled(cell) for cell in cells] for by, cells in measures.roll_by.items()},
        "liquidation": [asdict(row) for row in measures.liquidation],
        "liquidation_by": {by: [asdict(row) for row in rows] for by, rows in measures.liquidation_by.items()},
        "time_to_cure": [{**asdict(row), "competing": dict(row.competing)} for row in measures.time_to_cure],
        "time_to_cure_by": {by: [asdict(row) for row in rows] for by, rows in measures.time_to_cure_by.items()},
        "rates": {
            name: [asdict(rate) for rate in getattr(measures.rates, name)] for name in ("contact", "promise", "kept")
        },
        "npv": _value(measures.npv),
        "attribution": _attribution(measures.attribution),
    }


def _unnamed(rate: CureRate) -> dict[str, Any]:
    return {key: value for key, value in asdict(rate).items() if key != "name"}


def _roll(matrix: RollMatrix) -> dict[str, Any]:
    return {
        "buckets": list(matrix.buckets),
        "money": [
            {"from": c.from_bucket, "to": c.to_bucket, "amount_minor": c.amount_minor, "rate": c.rate}
            for c in matrix.money
        ],
        "counts": [{"from": c.from_bucket, "to": c.to_bucket, "loans": c.loans, "rate": c.rate} for c in matrix.counts],
    }


def _rolled(cell: RollBy) -> dict[str, Any]:
    """With the ends called as in the matrices of all."""
    values = asdict(cell)
    return {"name": values.pop("name"), "from": values.pop("from_bucket"), "to": values.pop("to_bucket"), **values}


def _value(npv: PresentValue) -> dict[str, Any]:
    by = {f"{BY}{by}": [asdict(part) for part in parts] for by, parts in npv.by.items()}
    return {"annual_rate": npv.annual_rate, "npv_minor": npv.npv_minor, **by}


def _attribution(attributions: Attributions) -> dict[str, Any]:
    return {method: [asdict(credited) for credited in getattr(attributions, method)] for method in METHODS}
