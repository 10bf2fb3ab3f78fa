"""Rates of many cells told together: pulled towards the whole by how little each says, and corrected for their number.

Shrinkage: empirical Bayes with a normal prior whose variance is estimated by moments (DerSimonian and Laird 1986), and
intervals that allow for that (Morris, "Parametric empirical Bayes inference", JASA 1983).
Many comparisons: the false discovery rate (Benjamini and Hochberg 1995).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from reports.experiments.confidence_sequence import Floats, fixed_multiplier

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of sums over loans, such as loss / placed, and its standard error (of a ratio estimator)."""

    rate: float
    error: float


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A rate pulled towards the others', with the interval in which the cell's own rate lies with 95 %."""

    rate: float
    ci_low: float
    ci_high: float


def ratio_of(numerator: Floats, denominator: Floats) -> Ratio:
    """The ratio of two sums over the same loans; the denominators must sum to more than nothing."""
    n, total = len(numerator), float(denominator.sum())
    rate = float(numerator.sum()) / total
    if n < 2:
        return Ratio(rate, math.inf)
    residuals = numerator - rate * denominator
    return Ratio(rate, math.sqrt(float(np.square(residuals).sum()) * n / (n - 1)) / total)


def shrink(ratios: Sequence[Ratio]) -> list[Shrunk]:
    """Each cell of one dimension, pulled towards their common mean; those without a spread of their own stay."""
    rates = np.array([ratio.rate for ratio in ratios])
    variances = np.array([ratio.error**2 for ratio in ratios])
    known = np.isfinite(variances) & (variances > 0)
    if known.sum() < 2:
        return [_with(ratio.rate, ratio.error) for ratio in ratios]
    count = int(known.sum())
    between = _between(rates[known], variances[known])
    weights = 1 / (between + variances[known])
    mean = float(weights @ rates[known] / weights.sum())
    typical = float(weights @ variances[known] / weights.sum())
    found = []
    for rate, variance in zip(rates, variances, strict=True):
        # How far it goes to the mean; with few cells not the whole way, because the spread itself is guessed (Morris).
        towards = _share(float(variance), between) * max(count - 3, 0) / (count - 1)
        of_spread = 2 / max(count - 3, 1) * towards**2 * float(rate - mean) ** 2
        if math.isfinite(variance):
            of_spread *= (typical + between) / (float(variance) + between) if variance + between > 0 else 1.0
        own = float(variance) if math.isfinite(variance) else between + typical
        spread = own * (1 - towards * (count - 1) / count) + of_spread
        found.append(_with(mean + (1 - towards) * (float(rate) - mean), math.sqrt(spread)))
    return found


def _share(variance: float, between: float) -> float:
    if not math.isfinite(variance):
        return 1.0
    return variance / (variance + between) if variance > 0 else 0.0


def two_sided(difference: float, error: float) -> float:
    """The chance of a difference so large where there is none."""
    if not math.isfinite(error):
        return 1.0
    if error == 0:
        return 1.0 if difference == 0 else 0.0
    return 2 * NormalDist().cdf(-abs(difference) / error)


def discoveries(chances: Sequence[float]) -> list[float]:
    """Benjamini and Hochberg's q-values: those below 0.05 are taken for real, and one in twenty of them is not."""
    number = len(chances)
    order = sorted(range(number), key=chances.__getitem__)
    found, least = [1.0] * number, 1.0
    for place in range(number, 0, -1):
        index = order[place - 1]
        least = min(least, chances[index] * number / place)
        found[index] = least
    return found


def _between(rates: Floats, variances: Floats) -> float:
    weights = 1 / variances
    mean = weights @ rates / weights.sum()
    excess = float(weights @ np.square(rates - mean)) - (len(rates) - 1)
    return max(excess / float(weights.sum() - np.square(weights).sum() / weights.sum()), 0.0)


def _with(rate: float, error: float) -> Shrunk:
    half = fixed_multiplier(alpha=ALPHA) * error
    return Shrunk(rate, rate - half, rate + half)
