"""A rule that treats loans by a score, judged where the score crosses its cut-off.

Local linear regression on both sides with a triangular kernel; the interval is around the estimate freed of its bias,
and counts the uncertainty of that correction (robust bias-corrected, Calonico, Cattaneo and Titiunik 2014).
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from reports.experiments.bandwidth import Reach
from reports.experiments.confidence_sequence import Floats, fixed_multiplier
from reports.experiments.crowding import crowding
from reports.experiments.jump import jump_at, reach_of
from reports.experiments.local_polynomial import Side, TooFewScores
from reports.experiments.verdict import Verdict, verdict_of

LEAST_LOANS = 20
LEAST_SCORES = 10
MOST_REPEATED = 0.2
WIDEST = 1.0
"""As in `comparison`: half an interval wider than the whole level beside the cut-off says nothing."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """What crossing the cut-off to the treated side changes, in units of the outcome; None where it cannot be told.

    jump: the local linear estimate. ci_low, ci_high: around `jump_bias_corrected`, for one look.
    n_left, n_right: loans within the bandwidth below the cut-off, and at or above it.
    net_of_cost: the jump less the cost; its interval and verdict likewise. None without a cost.
    """

    jump: float | None
    ci_low: float | None
    ci_high: float | None
    n_left: int
    n_right: int
    bandwidth: float | None
    bias_bandwidth: float | None
    jump_bias_corrected: float | None
    left_level: float | None
    right_level: float | None
    net_of_cost: float | None
    net_ci_low: float | None
    net_ci_high: float | None
    net_verdict: Verdict | None
    verdict: Verdict
    alpha: float
    why: tuple[str, ...]
    warnings: tuple[str, ...]


def threshold(
    score: Floats,
    outcome: Floats,
    *,
    cutoff: float,
    bandwidth: float | None = None,
    cost: float | None = None,
    sign: int = 1,
    alpha: float = 0.05,
) -> Threshold:
    """Judge the rule at its cut-off.

    bandwidth: how far from the cut-off loans count, in units of the score; else the one with the least squared error.
    cost: what the treated side costs more per loan, in units of the outcome.
    sign: 1 where scores at or above the cut-off are treated, -1 where those below it are.
    """
    distance = score - cutoff
    left, right = (Side(distance[mask], outcome[mask]) for mask in (distance < 0, distance >= 0))
    warnings = (*_repeated(left, right), *crowding(distance))
    try:
        reach = Reach(bandwidth, bandwidth) if bandwidth is not None else reach_of(left, right)
        jump = jump_at(left, right, reach=reach)
    except TooFewScores:
        why = ("too few distinct scores on a side of the cut-off",)
        reach_n = math.inf if bandwidth is None else bandwidth
        return _nothing(left.within(reach_n), right.within(reach_n), bandwidth, alpha=alpha, why=why, warnings=warnings)
    found = Threshold(
        jump=sign * jump.conventional,
        ci_low=None,
        ci_high=None,
        n_left=left.within(reach.line),
        n_right=right.within(reach.line),
        bandwidth=reach.line,
        bias_bandwidth=reach.curve,
        jump_bias_corrected=None if jump.robust is None else sign * jump.robust,
        left_level=jump.left_level,
        right_level=jump.right_level,
        net_of_cost=None if cost is None else sign * jump.conventional - cost,
        net_ci_low=None,
        net_ci_high=None,
        net_verdict=None if cost is None else Verdict.INSUFFICIENT_DATA,
        verdict=Verdict.INSUFFICIENT_DATA,
        alpha=alpha,
        why=tuple(_doubts(left, right, reach=reach)),
        warnings=warnings,
    )
    if found.jump_bias_corrected is None or jump.error is None:
        return found
    half = fixed_multiplier(alpha=alpha) * jump.error
    low, high = found.jump_bias_corrected - half, found.jump_bias_corrected + half
    if low <= 0 <= high and half > WIDEST * max(abs(jump.left_level), abs(jump.right_level)):
        found = replace(
            found, why=(*found.why, "the interval is wider than the outcome itself, so it says nothing yet")
        )
    verdict = Verdict.INSUFFICIENT_DATA if found.why else verdict_of(low, high)
    found = replace(found, ci_low=low, ci_high=high, verdict=verdict)
    if cost is None:
        return found
    net = Verdict.INSUFFICIENT_DATA if found.why else verdict_of(low - cost, high - cost)
    return replace(found, net_ci_low=low - cost, net_ci_high=high - cost, net_verdict=net)


def _doubts(left: Side, right: Side, *, reach: Reach) -> list[str]:
    why = []
    if min(side.within(reach.line) for side in (left, right)) < LEAST_LOANS:
        why.append(f"fewer than {LEAST_LOANS} loans within the bandwidth on a side of the cut-off")
    if min(side.scores_within(reach.line) for side in (left, right)) < LEAST_SCORES:
        why.append(f"fewer than {LEAST_SCORES} distinct scores within the bandwidth on a side of the cut-off")
    return why


def _repeated(left: Side, right: Side) -> list[str]:
    distances = np.concatenate([left.distance, right.distance])
    distinct = len(np.unique(distances))
    if not len(distances) or 1 - distinct / len(distances) <= MOST_REPEATED:
        return []
    warning = (
        f"scores repeat: {len(distances):,} loans have {distinct:,} distinct ones, so there is less to see near the"
        " cut-off than the number of loans suggests"
    )
    return [warning]


def _nothing(
    n_left: int, n_right: int, bandwidth: float | None, *, alpha: float, why: tuple[str, ...], warnings: tuple[str, ...]
) -> Threshold:
    return Threshold(
        jump=None,
        ci_low=None,
        ci_high=None,
        n_left=n_left,
        n_right=n_right,
        bandwidth=bandwidth,
        bias_bandwidth=None,
        jump_bias_corrected=None,
        left_level=None,
        right_level=None,
        net_of_cost=None,
        net_ci_low=None,
        net_ci_high=None,
        net_verdict=None,
        verdict=Verdict.INSUFFICIENT_DATA,
        alpha=alpha,
        why=why,
        warnings=warnings,
    )
