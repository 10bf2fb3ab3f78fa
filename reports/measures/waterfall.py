"""From gross to net: what came in, what was taken back, what each unit of work cost, and what is left."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.money import minor_from_millis
from reports.breakdown import Row
from reports.facts.facts import Facts
from reports.facts.grouping import summed

TERMS = {
    "waterfall": (
        "recovered - reversed - the exact cost of each unit (rounded so that the units sum to the rounded whole) = net"
    ),
}

GROSS, REVERSED, NET = "recovered", "reversed", "net"


@dataclass(frozen=True, slots=True)
class Fall:
    """One step from gross to net, in minor units; what takes away is less than zero."""

    step: str
    amount_minor: int


def waterfall(facts: Facts, *, total: Row) -> tuple[Fall, ...]:
    """The steps in order; all but the last sum to the last one."""
    units = _units(facts)
    spent = minor_from_millis([millis for _, millis in units])
    return (
        Fall(GROSS, total.recovered_minor),
        Fall(REVERSED, -total.reversals_minor),
        *(Fall(f"cost: {unit}", -minor) for (unit, _), minor in zip(units, spent, strict=True)),
        Fall(NET, total.net_minor),
    )


def net_of(falls: Sequence[Fall]) -> int:
    """What the steps leave, in minor units: the net, when the costs by unit are all the costs there are."""
    return sum(fall.amount_minor for fall in falls if fall.step != NET)


def _units(facts: Facts) -> list[tuple[str, int]]:
    """What was spent in the period by unit, in thousandths of a minor unit, the dearest first."""
    names = facts.names["unit"]
    sums = summed(facts.costs["unit"], facts.costs["amount_millis"], len(names))
    return sorted(((name, int(millis)) for name, millis in zip(names, sums, strict=True)), key=lambda u: (-u[1], u[0]))
