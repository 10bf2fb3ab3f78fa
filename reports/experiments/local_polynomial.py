"""Polynomials fitted on one side of a cut-off, near points weighing most, with errors that differ from point to point.

The triangular kernel, and for every point's error its distance to the mean of its three nearest neighbours (Calonico,
Cattaneo and Titiunik, "Robust nonparametric confidence intervals for regression-discontinuity designs", Econometrica
2014): no model of the spread is needed, and points of the same score are each other's neighbours.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reports.experiments.confidence_sequence import Floats

NEIGHBOURS = 3


class TooFewScores(ValueError):
    """There are fewer distinct scores in reach than the polynomial has coefficients."""


@dataclass(frozen=True, slots=True)
class Side:
    """The points on one side: signed distances to the cut-off, outcomes, and their spread where it is known."""

    distance: Floats
    outcome: Floats
    spread: Floats | None = None

    def within(self, reach: float) -> int:
        """How many lie nearer than `reach`."""
        return int(np.count_nonzero(np.abs(self.distance) < reach))

    def scores_within(self, reach: float) -> int:
        """How many distinct scores those have."""
        return len(np.unique(self.distance[np.abs(self.distance) < reach]))


@dataclass(frozen=True, slots=True)
class Fit:
    """A weighted polynomial: the points used, their terms and weights, and the inverse of the cross-products."""

    used: NDArray[np.bool_]
    terms: Floats
    weights: Floats
    inverse: Floats

    @property
    def scores(self) -> Floats:
        """Terms times weights: what each outcome adds before the inverse."""
        return self.terms * self.weights[:, None]

    def coefficients(self, outcome: Floats) -> Floats:
        """Of the polynomial, lowest first."""
        found: Floats = self.inverse @ self.scores.T @ outcome[self.used]
        return found


def fit(side: Side, *, order: int, reach: float) -> Fit:
    """Fit a polynomial of distances to the points nearer than `reach`; raises TooFewScores."""
    if side.scores_within(reach) < order + 1:
        raise TooFewScores
    weights = np.maximum(0.0, 1 - np.abs(side.distance) / reach) / reach
    used = weights > 0
    terms = np.vander(side.distance[used], order + 1, increasing=True)
    # Distances in units of the reach, so that high powers of small numbers do not vanish in the inverse.
    scale = reach ** -np.arange(order + 1.0)
    scaled = terms * scale
    inverse = np.linalg.pinv(scaled.T @ (scaled * weights[used, None]), hermitian=True)
    return Fit(used, terms, weights[used], inverse * np.outer(scale, scale))


def covariance(inverse: Floats, scores: Floats, residuals: Floats) -> Floats:
    """Of the coefficients, each point having an error of its own."""
    spread = scores * residuals[:, None]
    found: Floats = inverse @ (spread.T @ spread) @ inverse
    return found


def neighbour_residuals(distance: Floats, outcome: Floats) -> Floats:
    """Each outcome less the mean of its nearest neighbours', scaled so that its square estimates the variance there."""
    values, place, counts = np.unique(distance, return_inverse=True, return_counts=True)
    up_to = np.concatenate([[0], np.cumsum(counts)])
    sums = np.concatenate([[0.0], np.cumsum(np.bincount(place, weights=outcome))])
    padded = np.concatenate([[-np.inf], values, [np.inf]])
    left, right = np.arange(len(values)), np.arange(len(values))
    needed = min(NEIGHBOURS, len(outcome) - 1)
    for _ in range(NEIGHBOURS):
        is_short = up_to[right + 1] - up_to[left] - 1 < needed
        below, above = values - padded[left], padded[right + 2] - values
        left = left - (is_short & (below <= above) & np.isfinite(below))
        right = right + (is_short & (above <= below) & np.isfinite(above))
    others = (up_to[right + 1] - up_to[left] - 1)[place]
    mean = ((sums[right + 1] - sums[left])[place] - outcome) / np.maximum(others, 1)
    found: Floats = np.sqrt(others / (others + 1)) * (outcome - mean)
    return found
