"""Net present value: money that comes late is worth less, and costs come first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from domain.money import MILLIS_PER_MINOR, minor_from_millis
from reports.breakdown import Breakdown
from reports.facts.facts import Facts, in_micros
from reports.facts.fetching import Ints
from reports.facts.grouping import summed
from reports.movement import Movement
from reports.placing import Placing
from reports.recovery_curve import DAY
from reports.tally import Moved, places

SIGNS = {"recovered_minor": MILLIS_PER_MINOR, "reversals_minor": -MILLIS_PER_MINOR, "cost_millis": -1}
"""What comes in, what goes out, and how many thousandths of a minor unit each is."""

TERMS = {
    "NPV": (
        "sum over the period of (received - taken back - cost) / (1 + r)^(d / 365), d in days from the period's first "
        "instant, each discounted to a thousandth of a minor unit; r is an assumption, stated beside it; at r = 0 "
        "it is the net"
    ),
}


@dataclass(frozen=True, slots=True)
class PartOfValue:
    """One row's part of it, in minor units; the parts of a breakdown sum to the whole."""

    name: str
    npv_minor: int


@dataclass(frozen=True, slots=True)
class PresentValue:
    """The value at the period's start, at an annual rate (0.1 for 10 percent), in minor units; by: each breakdown."""

    annual_rate: float
    npv_minor: int
    by: Mapping[str, tuple[PartOfValue, ...]]


def present_value(facts: Facts, moved: Moved, placing: Placing, *, annual_rate: float) -> PresentValue:
    """Discount everything that moved in the period to its first instant."""
    values = list(discounted(facts, moved, annual_rate=annual_rate))
    whole = minor_from_millis([sum(int(millis.sum()) for _, millis in values)])[0]
    by = {breakdown.value: _parts(breakdown, values, placing) for breakdown in Breakdown}
    return PresentValue(annual_rate, whole, by)


def discounted(facts: Facts, moved: Moved, *, annual_rate: float) -> Iterator[tuple[Movement, Ints]]:
    """What moved, and what each of its rows is worth at the period's start, in whole thousandths of a minor unit."""
    starts = in_micros(facts.scope.starts_at)
    for amount, sign in SIGNS.items():
        for movement in moved[amount]:
            days = (facts.tables[movement.table]["at"][movement.index] - starts) / DAY
            value = sign * movement.number * (1 + annual_rate) ** (-days / 365)
            yield movement, np.rint(value).astype(np.int64)


def _parts(breakdown: Breakdown, values: list[tuple[Movement, Ints]], placing: Placing) -> tuple[PartOfValue, ...]:
    names = placing.rows[breakdown]
    millis, is_there = np.zeros(len(names), dtype=np.int64), np.zeros(len(names), dtype=np.bool_)
    for movement, value in values:
        rows = places(breakdown, movement, placing)
        millis += summed(rows, value, len(names))
        is_there[rows] = True
    there = np.flatnonzero(is_there)
    minor = minor_from_millis([int(millis[row]) for row in there])
    return tuple(PartOfValue(names[row], each) for row, each in zip(there, minor, strict=True))
