"""Opening money: breakdowns, headline, waterfall, present value, attribution, and the cash account with its checks."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from domain.money import MILLIS_PER_MINOR
from reports.breakdown import Breakdown
from reports.columns import BY
from reports.facts.facts import in_micros
from reports.facts.fetching import Bools
from reports.measures.crediting import rows_of, shares_of
from reports.measures.present_value import discounted
from reports.measures.waterfall import GROSS, NET, REVERSED
from reports.movement import AMOUNTS, Movement
from reports.opening.ground import Ground
from reports.opening.part import Made, Part, Unit, estimated, given, ones, rounded, summed

RECEIVED, BACK, SPENT = "received", "taken back", "spent"
NAMES = {"recovered_minor": RECEIVED, "by_itself_minor": "received by itself", "reversals_minor": BACK}
NAMES |= {"cost_millis": SPENT}
UNITS = {"recovered_minor": Unit.MINOR, "by_itself_minor": Unit.MINOR, "reversals_minor": Unit.MINOR}
UNITS |= {"cost_millis": Unit.MILLIS}
GIVEN = "an assumption, which whoever asked for the report may change"
IN_ALL = re.compile(r"^(?P<what>.+?) (?:in all|by \w+(?: \w+)?|through [\w ]+)$")
CHECKED = {"recovered": "recovered_minor", "reversals": "reversals_minor", "exact cost": "cost_millis"}
CHECKED |= {"cost": "cost_minor", "net": "net_minor", "loans entered": "loans_entered"}
"""The figures that checks compare, by their first words; others are called as their figure is."""


def of_split(ground: Ground, record: Mapping[str, Any], table: str) -> dict[str, Made]:
    """A row of a breakdown; None for its name is the whole."""
    breakdown = Breakdown(table.removeprefix(BY))
    names = ground.work.placing.rows[breakdown]
    if record["name"] not in names:
        return whole(ground, record)
    row = names.index(record["name"])
    parts = {
        amount: tuple(_some(amount, each, ground.rows(breakdown, each) == row) for each in ground.work.moved[amount])
        for amount in AMOUNTS
    }
    index, rows = ground.journeys(breakdown)
    return _row(record, parts, ones("journeys", "journeys", index[rows == row]))


def whole(ground: Ground, record: Mapping[str, Any], _table: str = "") -> dict[str, Made]:
    """The whole report: its headline, and the foot of every breakdown."""
    everything = {
        amount: tuple(_some(amount, each, np.ones(len(each.index), dtype=np.bool_)) for each in moved)
        for amount, moved in ground.work.moved.items()
    }
    entered = ones("journeys that opened in the period", "journeys", np.flatnonzero(ground.facts.entered))
    found = _row(record, everything, entered)
    return {**found, "loans_entered": found["journeys"], "gross_recovered_minor": found["recovered_minor"]}


def _row(record: Mapping[str, Any], parts: Mapping[str, tuple[Part, ...]], journeys: Part) -> dict[str, Made]:
    received, spent = parts["recovered_minor"], parts["cost_millis"]
    net = (*received, *map(_less, parts["reversals_minor"]), *map(_less, spent))
    came = sum(part.sum for part in received)
    per_unit = round(sum(part.sum for part in spent) / (came * MILLIS_PER_MINOR), 6) if came else None
    return {
        **{amount: summed(*each) for amount, each in parts.items()},
        "journeys": summed(journeys),
        "cost_minor": rounded(record["cost_minor"], *spent),
        "net_minor": rounded(record["net_minor"], *net, how="received - taken back - spent"),
        "cost_per_unit": estimated(per_unit, (*spent, *received), how="spent / received"),
    }


def of_waterfall(ground: Ground, record: Mapping[str, Any], _table: str) -> dict[str, Made]:
    """A step from gross to net; what takes away is less than zero."""
    step, shown = record["step"], record["amount_minor"]
    parts = tuple(_flowing(ground))
    if step == NET:
        return {"amount_minor": rounded(shown, *parts, how="received - taken back - spent")}
    if step in {GROSS, REVERSED}:
        return {"amount_minor": summed(*(part for part in parts if part.name == (RECEIVED, BACK)[step == REVERSED]))}
    costs = ground.facts.costs
    here = np.flatnonzero(costs["unit"] == ground.facts.names["unit"].index(step.removeprefix("cost: ")))
    return {"amount_minor": rounded(shown, Part(SPENT, "costs", here, -costs["amount_millis"][here], Unit.MILLIS))}


def _flowing(ground: Ground) -> Iterator[Part]:
    """All that moved money in the period, with its sign."""
    for amount, is_gone in (("recovered_minor", False), ("reversals_minor", True), ("cost_millis", True)):
        for each in ground.work.moved[amount]:
            part = _some(amount, each, np.ones(len(each.index), dtype=np.bool_))
            yield _less(part) if is_gone else part


def of_value(ground: Ground, record: Mapping[str, Any], table: str) -> dict[str, Made]:
    """The present value: what each payment, reversal and cost is worth at the period's start."""
    rate = float(ground.report["npv"]["annual_rate"])
    by = table.removeprefix("npv_by_")
    values = discounted(ground.facts, ground.work.moved, annual_rate=rate)
    names = (RECEIVED, BACK, SPENT)
    parts = []
    for name, (movement, millis) in zip(names, values, strict=True):
        here: Any = slice(None)
        if by != table:
            breakdown = Breakdown(by)
            rows = ground.work.placing.rows[breakdown]
            here = ground.rows(breakdown, movement) == rows.index(record["name"])
        label = f"{name}, at its worth when the period began"
        parts.append(Part(label, movement.table, movement.index[here], millis[here], Unit.MILLIS))
    return {
        "annual_rate": given(rate, how=GIVEN),
        "npv_minor": rounded(record["npv_minor"], *parts, how="the sum of what each is worth at the period's start"),
    }


def of_assumptions(_ground: Ground, record: Mapping[str, Any], _table: str) -> dict[str, Made]:
    """What no ledger knows."""
    return {key: given(value, how=GIVEN) for key, value in record.items()}


def of_attribution(ground: Ground, record: Mapping[str, Any], table: str) -> dict[str, Made]:
    """What a step is credited with: payments, each with the share of it that the step gets."""
    method = table.removeprefix("attribution_")
    half_life = float(ground.report["assumptions"]["half_life_days"])
    shares = shares_of(method, ground.facts, ground.work.credited, half_life_days=half_life)
    rows = rows_of(shares, ground.work.credited, ground.work.placing)
    here = rows == ground.work.placing.rows[Breakdown.RUNG].index(record["step"])
    part = Part("credited", "payments", shares.payment[here], shares.amount[here], Unit.MINOR, touch=shares.touch[here])
    return {"amount_minor": summed(part)}


def of_account(ground: Ground, _record: Mapping[str, Any], _table: str) -> dict[str, Made]:
    """The cash account of the period."""
    starts, ends = in_micros(ground.scope.starts_at), in_micros(ground.scope.ends_at)
    parts = {part.name: part for part in _flowing(ground)}
    return {
        "opening_minor": summed(*_cash(ground, before=starts)),
        "received_minor": summed(parts[RECEIVED]),
        "reversed_minor": summed(_less(parts[BACK])),
        "closing_minor": summed(*_cash(ground, before=ends)),
    }


def of_check(ground: Ground, record: Mapping[str, Any], _table: str) -> dict[str, Made]:
    """A figure that was added up twice: the same rows stand behind both."""
    if record["what"] == "opening cash and movements":
        made = summed(*_cash(ground, before=in_micros(ground.scope.ends_at)))
    else:
        found = IN_ALL.match(record["what"])
        what = found["what"] if found else record["what"]
        everything = whole(ground, {"cost_minor": record["ledger"], "net_minor": record["ledger"]})
        made = everything[CHECKED.get(what, what.replace(" ", "_"))]
    return {"ledger": made, "report": made}


def _cash(ground: Ground, *, before: int) -> tuple[Part, Part]:
    """All that had come in before an instant, and what of it had been taken back."""
    payments, reversals = ground.facts.payments, ground.facts.reversals
    came, back = (np.flatnonzero(table["at"] < before) for table in (payments, reversals))
    return (
        Part(RECEIVED, "payments", came, payments["amount_minor"][came], Unit.MINOR),
        Part(BACK, "reversals", back, -reversals["amount_minor"][back], Unit.MINOR),
    )


def _some(amount: str, movement: Movement, which: Bools) -> Part:
    name = NAMES.get(amount, amount.replace("_", " "))
    return Part(name, movement.table, movement.index[which], movement.number[which], UNITS.get(amount, Unit.ROWS))


def _less(part: Part) -> Part:
    return Part(part.name, part.table, part.index, -part.number, part.unit)
