"""The measures by cohort of every row of every breakdown, one group at a time, because together they are large."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from reports.facts.facts import Facts
from reports.measures.cure import CureRate, cures_of
from reports.measures.groups import Group
from reports.measures.liquidation import LiquidationBy, liquidations_of
from reports.measures.roll import RollBy, Rolled, rolls_of
from reports.measures.time_to_cure import NamedIncidence, time_to_cure_of


@dataclass(frozen=True, slots=True)
class ByGroup:
    """Records by breakdown; the name of each row is in its records."""

    cure: dict[str, tuple[CureRate, ...]] = field(default_factory=dict)
    roll: dict[str, tuple[RollBy, ...]] = field(default_factory=dict)
    liquidation: dict[str, tuple[LiquidationBy, ...]] = field(default_factory=dict)
    time_to_cure: dict[str, tuple[NamedIncidence, ...]] = field(default_factory=dict)


def by_group(
    groups: Iterable[Group], facts: Facts, months: Sequence[Rolled], *, ends: tuple[str, ...], cure: str
) -> ByGroup:
    """All four of each group; months as `rolled` gives them, ends and cure as `time_to_cure` takes them."""
    found = ByGroup()
    for group in groups:
        by = group.breakdown.value
        found.cure[by] = (*found.cure.get(by, ()), *cures_of(group))
        found.roll[by] = (*found.roll.get(by, ()), *rolls_of(group, months, facts))
        found.liquidation[by] = (*found.liquidation.get(by, ()), *liquidations_of(group))
        found.time_to_cure[by] = (*found.time_to_cure.get(by, ()), *time_to_cure_of(group, ends, cure=cure))
    return found
