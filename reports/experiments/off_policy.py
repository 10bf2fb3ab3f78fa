"""What a proposed policy would have brought, worked out from the choices that another policy made and logged.

Two estimates (Swaminathan and Joachims, "The self-normalized estimator for counterfactual learning", 2015; Dudik,
Langford and Li, "Doubly robust policy evaluation and learning", 2011). Both rest on the logged probabilities and on the
proposed policy choosing nothing that was never tried; `coverage` and `effective_sample_size` say how far that holds.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reports.experiments.confidence_sequence import Floats, multiplier
from reports.experiments.verdict import Verdict, verdict_of

LEAST_EFFECTIVE = 100
LEAST_COVERAGE = 0.95
FOLDS = 2

Policy = Callable[[str], Mapping[str, float]]
"""For a context, the probability of each arm; those left out have none."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A logged choice: what was known (a segment, a bucket), what was done with which probability, what it brought."""

    context: str
    arm: str
    probability: float
    reward_minor: float


@dataclass(frozen=True, slots=True)
class Value:
    """Money per loan in minor units, with an interval that holds at any time."""

    value_minor: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True, slots=True)
class OffPolicy:
    """The proposed policy's value by both estimates, the logged one's, and the difference to it.

    effective_sample_size: so many loans treated by the proposed policy itself would say as much.
    coverage: the share of the proposed policy's choices that were tried in the same context.
    verdict: the proposed policy against the logged one, by the doubly robust estimate.
    """

    n: int
    snips: Value
    doubly_robust: Value
    logged: Value
    gain: Value
    effective_sample_size: float
    coverage: float
    verdict: Verdict
    why: tuple[str, ...]


class NothingLogged(ValueError):
    """A policy cannot be valued without logged choices."""


def off_policy_value(choices: Sequence[Choice], proposed: Policy, *, alpha: float = 0.05) -> OffPolicy:
    """Value a policy from what another one did.

    Raises:
        NothingLogged: there are fewer than two choices.
        ValueError: a probability is not in (0, 1], or the proposed ones of a context do not sum to 1.
    """
    if len(choices) < 2:
        raise NothingLogged(NothingLogged.__doc__)
    if not all(0 < choice.probability <= 1 for choice in choices):
        raise ValueError("a logged probability must be more than 0 and at most 1")
    plans = {context: _distribution(proposed, context) for context in sorted({c.context for c in choices})}
    rewards = np.array([choice.reward_minor for choice in choices])
    weights = np.array([plans[choice.context].get(choice.arm, 0.0) / choice.probability for choice in choices])
    total = float(weights.sum())
    effective = total**2 / float(np.square(weights).sum()) if total else 0.0
    coverage = _coverage(choices, plans)
    robust = _doubly_robust(choices, plans, weights, rewards)
    snips = float(weights @ rewards) / total if total else math.nan
    # How far each choice moves the self-normalised mean.
    moved = snips + (weights * (rewards - snips) * len(choices) / total if total else np.zeros_like(rewards))
    gain = _value(robust - rewards, alpha=alpha)
    why = _doubts(effective, coverage)
    return OffPolicy(
        n=len(choices),
        snips=_value(moved, alpha=alpha),
        doubly_robust=_value(robust, alpha=alpha),
        logged=_value(rewards, alpha=alpha),
        gain=gain,
        effective_sample_size=effective,
        coverage=coverage,
        verdict=Verdict.INSUFFICIENT_DATA if why else verdict_of(gain.ci_low, gain.ci_high),
        why=why,
    )


def _distribution(proposed: Policy, context: str) -> dict[str, float]:
    plan = dict(proposed(context))
    if any(share < 0 for share in plan.values()) or not math.isclose(sum(plan.values()), 1, abs_tol=1e-9):
        raise ValueError(f"the proposed probabilities in {context!r} must not be negative and must sum to 1")
    return plan


def _coverage(choices: Sequence[Choice], plans: Mapping[str, Mapping[str, float]]) -> float:
    tried = {(choice.context, choice.arm) for choice in choices}
    shares = {
        context: sum(share for arm, share in plan.items() if (context, arm) in tried) for context, plan in plans.items()
    }
    return sum(shares[choice.context] for choice in choices) / len(choices)


def _doubly_robust(
    choices: Sequence[Choice], plans: Mapping[str, Mapping[str, float]], weights: Floats, rewards: Floats
) -> Floats:
    """Each choice's share of the estimate; what an arm brings in a context is learned from the other half."""
    found = np.empty(len(choices))
    for fold in range(FOLDS):
        means = _means([choice for index, choice in enumerate(choices) if index % FOLDS != fold])
        for index in range(fold, len(choices), FOLDS):
            choice = choices[index]
            expected = sum(share * means(choice.context, arm) for arm, share in plans[choice.context].items())
            surprise = rewards[index] - means(choice.context, choice.arm)
            found[index] = expected + weights[index] * surprise
    return found


def _means(choices: Sequence[Choice]) -> Callable[[str, str], float]:
    """The mean reward of an arm in a context; where it was not tried there, of the arm, and else of all."""
    sums = defaultdict[tuple[str, ...], list[float]](lambda: [0.0, 0.0])
    for choice in choices:
        for cell in ((choice.context, choice.arm), (choice.arm,), ()):
            sums[cell][0] += choice.reward_minor
            sums[cell][1] += 1

    def mean(context: str, arm: str) -> float:
        cell = next(cell for cell in ((context, arm), (arm,), ()) if cell in sums)
        return sums[cell][0] / sums[cell][1]

    return mean


def _value(each: Floats, *, alpha: float) -> Value:
    mean = float(each.mean())
    half = multiplier(len(each), alpha=alpha) * float(each.std(ddof=1)) / math.sqrt(len(each))
    return Value(mean, mean - half, mean + half)


def _doubts(effective: float, coverage: float) -> tuple[str, ...]:
    why = []
    if effective < LEAST_EFFECTIVE:
        why.append(f"an effective sample of fewer than {LEAST_EFFECTIVE} loans")
    if coverage < LEAST_COVERAGE:
        why.append(f"{1 - coverage:.0%} of what the policy would do was never tried in the same context")
    return tuple(why)
