"""Liquidation by cohort: of what was owed when a month's journeys entered, how much had come in at which age."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from reports.facts.fetching import Bools, Ints
from reports.measures.groups import Group
from reports.measures.interval import Z
from reports.measures.watching import Watched
from reports.recovery_curve import DAY

AGES = (7, 14, 30, 60, 90, 120, 150, 180, 270, 365, 545, 730)
"""Days since entry at which a cohort is looked at."""

TERMS = {
    "liquidation rate": (
        "gross cash credited within so many days of entry / arrears at entry, over the journeys of a month that were "
        "watched that long; a cohort is mature at an age when all of its journeys were; a cohort of which none was has "
        "no row; 95 % interval of a ratio of sums; `liquidation_by` tells all cohorts together, by breakdown"
    ),
}


@dataclass(frozen=True, slots=True)
class Liquidation:
    """A cohort (the month of entry, `2026-01`) at an age; `n` journeys were watched that long; money in minor units."""

    cohort: str
    age_days: int
    placed_minor: int
    collected_minor: int
    rate: float | None
    ci_low: float | None
    ci_high: float | None
    n: int
    is_mature: bool


@dataclass(frozen=True, slots=True)
class LiquidationBy:
    """A row of a breakdown at an age, all its cohorts together; as above."""

    name: str
    age_days: int
    placed_minor: int
    collected_minor: int
    rate: float | None
    ci_low: float | None
    ci_high: float | None
    n: int
    is_mature: bool


def liquidations(watched: Watched) -> tuple[Liquidation, ...]:
    """Every cohort at every age that some of it has reached."""
    cohort = cohorts_of(watched)
    found = []
    for name in np.unique(cohort):
        theirs = watched.only(cohort == name)
        found += [
            Liquidation(str(name), age, *told)
            for age in AGES
            if (told := collected_of(*amounts_of(theirs, age), size=len(theirs)))[-2]
        ]
    return tuple(found)


def liquidations_of(group: Group) -> Iterator[LiquidationBy]:
    """All cohorts of one row of a breakdown together, at every age that some of them have reached."""
    for age in AGES:
        told = collected_of(*amounts_of(group.watched, age), size=len(group.watched))
        if told[-2]:
            yield LiquidationBy(group.name, age, *told)


def cohorts_of(watched: Watched) -> Any:
    """The month of entry of each."""
    return watched.opened_at.astype("datetime64[us]").astype("datetime64[M]")


def amounts_of(watched: Watched, age: int) -> tuple[Ints, Ints]:
    """What each that was watched so long owed at entry, and what had come in on it by that age, in minor units."""
    entries, is_seen = watched.entries, watched.days >= age
    within = came_within(watched, age)
    came = np.bincount(entries.paid_by[within], entries.paid_minor[within], minlength=len(watched)).astype(np.int64)
    return watched.opening_minor[is_seen], came[is_seen]


def came_within(watched: Watched, age: int) -> Bools:
    """Which money came in on those watched so long, before that age."""
    entries = watched.entries
    is_young = entries.paid_at - watched.opened_at[entries.paid_by] < age * DAY
    return np.asarray(is_young & (watched.days >= age)[entries.paid_by])


def collected_of(
    owed: Ints, came: Ints, *, size: int
) -> tuple[int, int, float | None, float | None, float | None, int, bool]:
    """A ratio of two sums over the same journeys, with the variance of what is left of each beyond the ratio.

    size: how many there are, watched so long or not. Returns placed, collected, rate, interval, n, is_mature.
    """
    n, placed, collected = len(owed), int(owed.sum()), int(came.sum())
    if not placed:
        return placed, collected, None, None, None, n, n == size
    rate = collected / placed
    beyond = came - rate * owed
    half = Z * float(np.sqrt(beyond @ beyond * n / max(n - 1, 1))) / placed
    low, high = round(max(rate - half, 0.0), 6), round(rate + half, 6)
    return placed, collected, round(rate, 6), low, high, n, n == size
