"""Liquidation by cohort: of what was owed when a month's journeys entered, how much had come in at which age."""

from dataclasses import dataclass

import numpy as np

from reports.measures.interval import Z
from reports.measures.watching import Watched
from reports.recovery_curve import DAY

AGES = (7, 14, 30, 60, 90, 120, 150, 180, 270, 365, 545, 730)
"""Days since entry at which a cohort is looked at."""

TERMS = {
    "liquidation rate": (
        "gross cash credited within so many days of entry / arrears at entry, over the journeys of a month that were "
        "watched that long; a cohort is mature at an age when all of its journeys were; a cohort of which none was has "
        "no row; 95 % interval of a ratio of sums"
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


def liquidations(watched: Watched) -> tuple[Liquidation, ...]:
    """Every cohort at every age that some of it has reached."""
    months = watched.opened_at.astype("datetime64[us]").astype("datetime64[M]")
    cohorts, cohort = np.unique(months, return_inverse=True)
    size = np.bincount(cohort, minlength=len(cohorts))
    entries = watched.entries
    found = []
    for age in AGES:
        is_seen = watched.days >= age
        within = entries.paid_at - watched.opened_at[entries.paid_by] < age * DAY
        came = np.bincount(entries.paid_by[within], entries.paid_minor[within], minlength=len(watched))
        for number, name in enumerate(cohorts):
            here = is_seen & (cohort == number)
            if n := int(here.sum()):
                owed, is_mature = watched.opening_minor[here], n == int(size[number])
                found.append(_liquidation(str(name), age, owed, came[here], is_mature=is_mature))
    return tuple(sorted(found, key=lambda row: (row.cohort, row.age_days)))


def _liquidation(cohort: str, age: int, owed: np.ndarray, came: np.ndarray, *, is_mature: bool) -> Liquidation:
    """A ratio of two sums over the same journeys, with the variance of what is left of each beyond the ratio."""
    n, placed, collected = len(owed), int(owed.sum()), int(came.sum())
    if not placed:
        return Liquidation(cohort, age, placed, collected, None, None, None, n, is_mature)
    rate = collected / placed
    beyond = came - rate * owed
    half = Z * float(np.sqrt(beyond @ beyond * n / max(n - 1, 1))) / placed
    low, high = round(max(rate - half, 0.0), 6), round(rate + half, 6)
    return Liquidation(cohort, age, placed, collected, round(rate, 6), low, high, n, is_mature)
