"""How far two lines, one on each side of a cut-off, are apart where they meet it."""

import math
from dataclasses import dataclass

import numpy as np

from reports.experiments.bandwidth import Reach, best_reach
from reports.experiments.local_polynomial import Side, TooFewScores, covariance, fit, neighbour_residuals


@dataclass(frozen=True, slots=True)
class Jump:
    """At the cut-off, right less left; `robust` and its error are None where too few scores allow no correction.

    left_level, right_level: the outcome that each side heads for.
    """

    conventional: float
    robust: float | None
    error: float | None
    left_level: float
    right_level: float


def jump_at(left: Side, right: Side, *, reach: Reach) -> Jump:
    """The jump with these reaches; raises TooFewScores where not even a line can be drawn on a side."""
    ends = [_end(side, reach=reach) for side in (left, right)]
    (left_level, left_robust, left_variance), (right_level, right_robust, right_variance) = ends
    if left_robust is None or right_robust is None:
        return Jump(right_level - left_level, None, None, left_level, right_level)
    error = math.sqrt(left_variance + right_variance)
    return Jump(right_level - left_level, right_robust - left_robust, error, left_level, right_level)


def _end(side: Side, *, reach: Reach) -> tuple[float, float | None, float]:
    """Where a side's line meets the cut-off, the same freed of bias, and the variance of that."""
    # One mask for both fits, so that a point counts with its weight in each, which may be nothing.
    near = np.abs(side.distance) < max(reach.line, reach.curve)
    points = Side(side.distance[near], side.outcome[near], None if side.spread is None else side.spread[near])
    line = fit(points, order=1, reach=reach.line)
    level = float(line.coefficients(points.outcome)[0])
    try:
        curve = fit(points, order=2, reach=reach.curve)
    except TooFewScores:
        return level, None, math.nan
    # The line's scores less what the curve says that a line misses.
    scores = np.zeros((len(points.outcome), 2))
    scores[line.used] = line.scores
    missed = line.scores.T @ np.square(points.distance[line.used])
    scores[curve.used] -= np.outer(curve.scores @ curve.inverse[2], missed)
    robust = float((line.inverse @ scores.T @ points.outcome)[0])
    residuals = neighbour_residuals(points.distance, points.outcome) if points.spread is None else points.spread
    return level, robust, float(covariance(line.inverse, scores, residuals)[0, 0])


def reach_of(left: Side, right: Side) -> Reach:
    """The reaches with the least squared error, found in units of the scores' spread and given in theirs."""
    if not (len(left.distance) and len(right.distance)):
        raise TooFewScores
    scale = float(np.concatenate([left.distance, right.distance]).std(ddof=1))
    best = best_reach(*(Side(side.distance / scale, side.outcome) for side in (left, right)))
    return Reach(best.line * scale, best.curve * scale)
