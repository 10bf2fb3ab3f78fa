"""How near a point must be to speak for the cut-off: the reach with the least mean squared error of the jump.

Three pilots, each of a higher order than the one that it serves (Calonico, Cattaneo and Titiunik 2014; Imbens and
Kalyanaraman, "Optimal bandwidth choice for the regression discontinuity estimator", Review of Economic Studies 2012).
Distances must be in units of their standard deviation.
"""

import math
from dataclasses import dataclass

import numpy as np

from reports.experiments.confidence_sequence import Floats
from reports.experiments.local_polynomial import Side, TooFewScores, covariance, fit, neighbour_residuals

FIRST_GUESS = 2.576
"""Times the spread times n^(-1/5): the rule of thumb for the triangular kernel."""

LEAST_SCORES = 10


@dataclass(frozen=True, slots=True)
class Reach:
    """`line` for the jump itself, `curve` for what a straight line misses."""

    line: float
    curve: float


@dataclass(frozen=True, slots=True)
class _Pilot:
    """Variance, bias, and the bias's own uncertainty, of one derivative on one side, free of the reach."""

    variance: float
    bias: float
    doubt: float


def best_reach(left: Side, right: Side) -> Reach:
    """The reaches for both sides together; raises TooFewScores."""
    distances = np.concatenate([left.distance, right.distance])
    distinct = sum(len(np.unique(side.distance)) for side in (left, right))
    least = max(_least(side) for side in (left, right))
    most = float(np.abs(distances).max())
    quartiles = np.quantile(distances, [0.25, 0.75])
    spread = min(float(distances.std(ddof=1)), float(quartiles[1] - quartiles[0]) / 1.349) or float(
        distances.std(ddof=1)
    )
    guess = max(min(FIRST_GUESS * spread * distinct**-0.2, most), least)

    def step(*, order: int, derivative: int, reaches: tuple[float, float], is_regular: bool) -> float:
        pilots = [
            _pilot(side, order=order, derivative=derivative, near=guess, far=far, is_regular=is_regular)
            for side, far in zip((left, right), reaches, strict=True)
        ]
        bias = (pilots[1].bias - pilots[0].bias) ** 2 + sum(pilot.doubt for pilot in pilots)
        variance = sum(pilot.variance for pilot in pilots)
        best = (variance / bias) ** (1 / (2 * order + 3)) if bias > 0 else math.inf
        return max(min(best, most), least)

    whole = [float(np.abs(side.distance).max()) * (1 + 1e-8) for side in (left, right)]
    third = step(order=3, derivative=3, reaches=(whole[0], whole[1]), is_regular=False)
    curve = step(order=2, derivative=2, reaches=(third, third), is_regular=True)
    line = step(order=1, derivative=0, reaches=(curve, curve), is_regular=True)
    return Reach(line, curve)


def _least(side: Side) -> float:
    """Wide enough for some distinct scores."""
    distances = np.unique(np.abs(side.distance))
    if not len(distances):
        raise TooFewScores
    return float(distances[min(LEAST_SCORES, len(distances)) - 1]) * (1 + 1e-8)


def _pilot(side: Side, *, order: int, derivative: int, near: float, far: float, is_regular: bool) -> _Pilot:
    close = fit(side, order=order, reach=near)
    residuals = neighbour_residuals(side.distance[close.used], side.outcome[close.used])
    variance = covariance(close.inverse, close.scores, residuals)[derivative, derivative]
    scaled = (side.distance[close.used] / near) ** (order + 1)
    constant = float((near ** np.arange(order + 1.0) * (close.inverse @ close.scores.T @ scaled))[derivative])

    wide = fit(side, order=order + 1, reach=far)
    highest = float(wide.coefficients(side.outcome)[-1])
    doubt = 0.0
    if is_regular:
        apart = neighbour_residuals(side.distance[wide.used], side.outcome[wide.used])
        doubt = 3 * constant**2 * float(_last(covariance(wide.inverse, wide.scores, apart)))
    degree = 2 * (order + 1 - derivative)
    return _Pilot(
        (2 * derivative + 1) * near ** (2 * derivative + 1) * float(variance),
        math.sqrt(degree) * constant * highest,
        degree * doubt,
    )


def _last(matrix: Floats) -> float:
    return float(matrix[-1, -1])
