"""One arm against another: the difference in money per loan entered, and an interval that may be looked at any time.

The mean of each arm is weighted by one over the logged probability, so arms may be of unequal size and change over
time, and nothing is cut off: the estimand is money per loan. The price of heavy tails is paid in width, twice. The arm
with fewer loans is never credited with less spread than the larger one, because a small arm without its rare large
payers looks poor and sure of it at the same time: without this, A/A streams with a holdout of 2 % cried wolf up to 13 %
of the time (docs/decisions/0010). And where one loan carries most of the variance, there is no verdict.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from reports.experiments.confidence_sequence import multiplier
from reports.experiments.group import Group
from reports.experiments.verdict import Verdict, verdict_of

POWER = 0.8
LEAST_LOANS = 100
LEAST_PAYERS = 30
MOST_OF_ONE_LOAN = 0.5
WIDEST = 1.0
"""A half-width of more than this share of what the better arm recovers per loan cannot tell nothing from everything."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Of money per loan entered, in minor units; None where too few loans give no interval at all.

    mde_minor: the smallest true difference that would be shown at this look with 80 % power.
    why: the reasons for a verdict of insufficient data, else nothing.
    """

    difference_per_loan_minor: float | None
    ci_low: float | None
    ci_high: float | None
    mde_minor: float | None
    verdict: Verdict
    why: tuple[str, ...]


def difference(treated: Group, base: Group, *, alpha: float, scale: float, doubts: tuple[str, ...] = ()) -> Difference:
    """The treated arm less the other one.

    scale: money per loan against which a width is judged to be informative.
    doubts: reasons for having no verdict that lie outside the money.
    """
    if min(treated.loans, base.loans) < 2:
        return Difference(None, None, None, None, Verdict.INSUFFICIENT_DATA, doubts)
    estimate, error = treated.mean - base.mean, _error(treated, base)
    half = multiplier(treated.loans + base.loans, alpha=alpha) * error
    mde = half + NormalDist().inv_cdf(POWER) * error
    low, high = estimate - half, estimate + half
    why = doubts + tuple(_doubts(treated, base))
    if low <= 0 <= high and half > WIDEST * scale:
        why += ("the interval is wider than all that is recovered per loan, so it says nothing yet",)
    verdict = Verdict.INSUFFICIENT_DATA if why else verdict_of(low, high)
    return Difference(estimate, low, high, mde, verdict, why)


def capped_difference(treated: Group, base: Group, *, share: float = 0.01) -> float | None:
    """The difference if the largest sums were cut at the level that this share of loans exceeds: biased, to compare."""
    if not (treated.loans and base.loans):
        return None
    level = float(np.quantile(np.concatenate([treated.money, base.money]), 1 - share))
    capped = (Group(np.minimum(group.money, level), group.weight) for group in (treated, base))
    of_treated, of_base = (group.mean for group in capped)
    return of_treated - of_base


def _error(treated: Group, base: Group) -> float:
    small, large = sorted((treated, base), key=lambda group: group.effective)
    if small.effective == large.effective:
        return math.hypot(small.error, large.error)
    return math.hypot(max(small.error, math.sqrt(large.variance / small.effective)), large.error)


def _doubts(treated: Group, base: Group) -> list[str]:
    # Against what the loans themselves vary: the smaller arm's credited spread would hide a giant in the larger one.
    variance = treated.error**2 + base.error**2
    if variance == 0:
        return ["every loan brought the same as the others of its arm, so there is no spread to judge by"]
    largest = max(float(np.square(group.influence).max()) for group in (treated, base)) / variance
    if largest > MOST_OF_ONE_LOAN:
        return [f"one loan carries {largest:.0%} of the variance, so the interval hangs on it"]
    return []
