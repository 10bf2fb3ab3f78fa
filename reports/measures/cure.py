"""Cure by horizon: of the loans that entered and were watched so long, how many were cured by then."""

from dataclasses import dataclass

import numpy as np

from reports.facts.fetching import Bools
from reports.measures.groups import Group
from reports.measures.interval import share_of
from reports.measures.watching import Watched

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
    return _rates("all", watched)


def cures_of(group: Group) -> tuple[CureRate, ...]:
    """Those of one row of a breakdown."""
    return _rates(group.name, group.watched)


def is_cured_within(watched: Watched, days: int) -> Bools:
    """Which of them were watched for so many days and cured within them."""
    return np.asarray((watched.days >= days) & watched.is_cured & (watched.ended_on <= days))


def _rates(name: str, watched: Watched) -> tuple[CureRate, ...]:
    rates = []
    for horizon in HORIZONS:
        share = share_of(int(is_cured_within(watched, horizon).sum()), int((watched.days >= horizon).sum()))
        rates.append(
            CureRate(name, horizon, share.numerator, share.denominator, share.rate, share.ci_low, share.ci_high)
        )
    return tuple(rates)
