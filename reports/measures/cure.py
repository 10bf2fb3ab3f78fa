"""Cure by horizon: of the loans that entered and were watched so long, how many were cured by then."""

from dataclasses import dataclass

import numpy as np

from reports.breakdown import Breakdown
from reports.facts.fetching import Ints
from reports.measures.interval import share_of
from reports.measures.watching import Watched
from reports.placing import Placing

BY = (Breakdown.LADDER, Breakdown.ARM, Breakdown.SEGMENT, Breakdown.BUCKET)

HORIZONS = (7, 14, 30, 60, 90, 180, 365)
"""Days since entry at which cures are counted."""

TERMS = {
    "cure by horizon": (
        "journeys that ended within H days of their entry because nothing was overdue any more / journeys that "
        "entered in the period at least H days before the as-of instant, treated or not (intention to treat); an entry "
        "that was not watched for H days is in neither; 95 % interval after Wilson"
    ),
}


@dataclass(frozen=True, slots=True)
class CureRate:
    """One horizon of one row: `n` entries were watched so long; rate and interval are empty where there are none."""

    name: str
    horizon_days: int
    cured: int
    n: int
    rate: float | None
    ci_low: float | None
    ci_high: float | None


def cures(watched: Watched) -> tuple[CureRate, ...]:
    """All entries together."""
    return _rates("all", watched.days, np.where(watched.is_cured, watched.ended_on, 0))


def cures_by(watched: Watched, placing: Placing) -> dict[str, tuple[CureRate, ...]]:
    """By ladder version, arm, segment and bucket at entry: one rate for each row and horizon."""
    found = {}
    for breakdown in BY:
        row = placing.of_journey[breakdown][watched.journey]
        found[breakdown.value] = tuple(
            rate
            for code, name in enumerate(placing.rows[breakdown])
            if (here := row == code).any()
            for rate in _rates(name, watched.days[here], np.where(watched.is_cured, watched.ended_on, 0)[here])
        )
    return found


def _rates(name: str, days: Ints, cured_on: Ints) -> tuple[CureRate, ...]:
    rates = []
    for horizon in HORIZONS:
        is_mature = days >= horizon
        is_cured = is_mature & (cured_on > 0) & (cured_on <= horizon)
        share = share_of(int(is_cured.sum()), int(is_mature.sum()))
        rates.append(
            CureRate(name, horizon, share.numerator, share.denominator, share.rate, share.ci_low, share.ci_high)
        )
    return tuple(rates)
