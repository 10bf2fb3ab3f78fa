"""Net present value: money that comes late is worth less, and costs come first."""

from dataclasses import dataclass

import numpy as np

from domain.money import MILLIS_PER_MINOR, minor_from_millis
from reports.breakdown import Breakdown
from reports.facts.facts import Facts, in_micros
from reports.placing import Placing
from reports.recovery_curve import DAY
from reports.tally import Moved, places

SIGNS = {"recovered_minor": MILLIS_PER_MINOR, "reversals_minor": -MILLIS_PER_MINOR, "cost_millis": -1}
"""What comes in, what goes out, and how many thousandths of a minor unit each is."""

TERMS = {
    "NPV": (
        "sum over the period of (received - taken back - cost) / (1 + r)^(d / 365), d in days from the period's first "
        "instant; r is an assumption, stated beside it; at r = 0 it is the net"
    ),
}


@dataclass(frozen=True, slots=True)
class LadderValue:
    """One ladder version's part of it, in minor units; the parts sum to the whole."""

    name: str
    npv_minor: int


@dataclass(frozen=True, slots=True)
class PresentValue:
    """The value at the period's start, at an annual rate (0.1 for 10 percent), in minor units."""

    annual_rate: float
    npv_minor: int
    by_ladder: tuple[LadderValue, ...]


def present_value(facts: Facts, moved: Moved, placing: Placing, *, annual_rate: float) -> PresentValue:
    """Discount everything that moved in the period to its first instant."""
    names = placing.rows[Breakdown.LADDER]
    starts = in_micros(facts.scope.starts_at)
    millis, is_there = np.zeros(len(names)), np.zeros(len(names), dtype=np.bool_)
    for amount, sign in SIGNS.items():
        for movement in moved[amount]:
            days = (facts.tables[movement.table]["at"][movement.index] - starts) / DAY
            rows = places(Breakdown.LADDER, movement, placing)
            value = sign * movement.number * (1 + annual_rate) ** (-days / 365)
            millis += np.bincount(rows, value, minlength=len(names))
            is_there[rows] = True
    there = np.flatnonzero(is_there)
    parts = minor_from_millis([round(float(millis[row])) for row in there])
    by_ladder = tuple(LadderValue(names[row], minor) for row, minor in zip(there, parts, strict=True))
    return PresentValue(annual_rate, sum(parts), by_ladder)
