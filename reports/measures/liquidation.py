"""Liquidation by cohort: of what was owed when a month's journeys entered, how much had come in at which age."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from reports.facts.fetching import Bools, Ints
from reports.measures.groups import Group
from reports.measures.interval import Z
from reports.measures.watching import Watched
from reports.recovery_curve import DAY

Floats = npt.NDArray[np.float64]

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
    return tuple(
        Liquidation(str(name), age, *told)
        for name in np.unique(cohort)
        for age, told in by_age(watched.only(cohort == name)).items()
    )


def liquidations_of(group: Group) -> Iterator[LiquidationBy]:
    """All cohorts of one row of a breakdown together, at every age that some of them have reached."""
    for age, told in by_age(group.watched).items():
        yield LiquidationBy(group.name, age, *told)


def cohorts_of(watched: Watched) -> Any:
    """The month of entry of each."""
    return watched.opened_at.astype("datetime64[us]").astype("datetime64[M]")


def came_within(watched: Watched, age: int) -> Bools:
    """Which money came in on those watched so long, before that age."""
    entries = watched.entries
    is_young = entries.paid_at - watched.opened_at[entries.paid_by] < age * DAY
    return np.asarray(is_young & (watched.days >= age)[entries.paid_by])


Told = tuple[int, int, float | None, float | None, float | None, int, bool]
"""Placed, collected, rate, interval, n, is_mature."""


def by_age(watched: Watched) -> dict[int, Told]:
    """At every age that some of them have reached: a ratio of two sums over the same journeys, with its interval.

    The variance is that of what is left of each journey beyond the ratio, multiplied out, so that those who paid
    nothing need not be looked at one by one at every age.
    """
    reached = np.searchsorted(AGES, watched.days, side="right")  # to how many of the ages each was watched
    owed = watched.opening_minor.astype(np.float64)
    n, placed, owed_squares = (_from_on(reached, weights) for weights in (np.ones(len(owed)), owed, owed**2))
    payer, came = _came(watched, reached)
    collected, came_squares, crossed = came.sum(axis=0), (came**2).sum(axis=0), owed[payer] @ came
    found: dict[int, Told] = {}
    for at, age in enumerate(AGES):
        if not n[at]:
            break
        there, is_mature = (int(placed[at]), int(collected[at])), int(n[at]) == len(watched)
        if not there[0]:
            found[age] = (*there, None, None, None, int(n[at]), is_mature)
            continue
        rate = there[1] / there[0]
        beyond = max(came_squares[at] - 2 * rate * crossed[at] + rate**2 * owed_squares[at], 0.0)
        half = Z * math.sqrt(beyond * n[at] / max(n[at] - 1, 1)) / there[0]
        low, high = round(max(rate - half, 0.0), 6), round(rate + half, 6)
        found[age] = (*there, round(rate, 6), low, high, int(n[at]), is_mature)
    return found


def _from_on(reached: Ints, weights: Floats) -> Floats:
    """For each age, the sum over those who were watched to it."""
    sums = np.bincount(reached, weights, minlength=len(AGES) + 1).astype(np.float64)
    return np.asarray(sums[::-1].cumsum()[::-1][1:])


def _came(watched: Watched, reached: Ints) -> tuple[Ints, Floats]:
    """Those who paid, and (a column for each age) what had come in by it on each that was watched to it."""
    entries, size = watched.entries, len(AGES)
    since = entries.paid_at - watched.opened_at[entries.paid_by]
    first = np.searchsorted(np.array(AGES) * DAY, since, side="right")  # the first age before which it came
    counts = first < reached[entries.paid_by]
    payer, place = np.unique(entries.paid_by[counts], return_inverse=True)
    sums = np.bincount(place * size + first[counts], entries.paid_minor[counts], minlength=len(payer) * size)
    came = sums.reshape(len(payer), size).cumsum(axis=1)
    return payer, np.where(reached[payer][:, None] > np.arange(size), came, 0.0)
