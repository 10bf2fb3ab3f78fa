"""Whether loans crowd on one side of a cut-off, as they do where somebody can move a score across it.

The density's own jump (McCrary, "Manipulation of the running variable in the regression discontinuity design", Journal
of Econometrics 2008), with counts of loans in narrow bins as the outcome of the same robust regression.
"""

import math
from statistics import NormalDist

import numpy as np

from reports.experiments.confidence_sequence import Floats
from reports.experiments.jump import jump_at, reach_of
from reports.experiments.local_polynomial import Side, TooFewScores

ALPHA = 0.01
LEAST_LOANS, LEAST_SCORES = 40, 20
LEAST_BINS, MOST_BINS = 10, 2_000
MOST_REPEATED = 0.2
SMOOTHED = 4


def crowding(distance: Floats) -> list[str]:
    """A warning where they do, at one chance in a hundred; `distance` is the score less the cut-off."""
    binned = _binned(distance)
    if binned is None:
        return []
    try:
        jump = jump_at(*binned, reach=reach_of(*binned))
    except TooFewScores:
        return []
    if jump.robust is None or not jump.error:
        return []
    chance = 2 * NormalDist().cdf(-abs(jump.robust) / jump.error)
    if chance >= ALPHA:
        return []
    side = "at or above" if jump.robust > 0 else "below"
    warning = (
        f"loans crowd just {side} the cut-off (p = {chance:.2g}): if somebody can move a score across it, the two sides"
        " are not alike and the jump is not the rule's doing"
    )
    return [warning]


def _binned(distance: Floats) -> tuple[Side, Side] | None:
    """Counts of loans in bins that meet at the cut-off; None where there are too few for a density."""
    values = np.unique(distance)
    if len(values) < LEAST_SCORES or min((distance < 0).sum(), (distance >= 0).sum()) < LEAST_LOANS:
        return None
    width = 2 * float(distance.std(ddof=1)) / math.sqrt(len(distance))
    step = float(np.diff(values).min())
    is_discrete = len(values) < (1 - MOST_REPEATED) * len(distance)
    if is_discrete:
        width = math.ceil(round(width / step, 6)) * step
    place = np.floor(distance / width + 1e-9).astype(np.int64)
    # The outermost bins are cut by the ends of the scores, not filled.
    first, last = int(place.min()) + 1, int(place.max()) - 1
    first, last = max(first, -MOST_BINS), min(last, MOST_BINS)
    if -first < LEAST_BINS or last < LEAST_BINS:
        return None
    counts = np.bincount(place[(place >= first) & (place <= last)] - first, minlength=last - first + 1).astype(float)
    middles = np.asarray((np.arange(first, last + 1) + 0.5) * width, dtype=np.float64)
    left, right = (_side(middles[mask], counts[mask]) for mask in (middles < 0, middles > 0))
    return left, right


def _side(middles: Floats, counts: Floats) -> Side:
    """A count spreads by the root of what is expected there (Poisson), taken from the bins around it."""
    around = np.ones(2 * SMOOTHED + 1)
    expected = np.convolve(counts, around, mode="same") / np.convolve(np.ones_like(counts), around, mode="same")
    return Side(middles, counts, np.sqrt(np.maximum(expected, counts.mean() / len(counts))))
