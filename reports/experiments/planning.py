"""How many loans an experiment needs, and how small a difference it would show after so many weeks.

Two answers, because they are different promises. *Fixed horizon* is the textbook: looked at once, at a size set
beforehand, and the treated arm as spread as the other. *Always valid* is what `evaluation` gives: it may be looked at
every week, which costs about 2.5 times the loans; and it allows for a treated arm whose spread grows with its mean, as
money's does, so that the power is there also when the effect multiplies what each loan brings.
"""

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from statistics import NormalDist

import numpy as np

from reports.experiments.comparison import LEAST_LOANS
from reports.experiments.confidence_sequence import Floats, fixed_multiplier, multiplier
from reports.experiments.evaluation import pairs_of

MOST_LOANS = 10**12
HEADROOM = 1.05
"""So many times the loans: heavy tails make the measured spread uncertain, which would cost two points of power."""

WEEKS = (1, 2, 4, 8, 13, 26, 39, 52, 78, 104)
PARTS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0)


class PlanIsImpossible(ValueError):
    """No number of loans can show this effect with these settings."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be shown: an effect on money per loan, in minor units, given what loans bring without it.

    sd_error_minor: where the standard deviation is that of a sample, its standard error; always valid sizes allow for
    one of it, because a sample of heavy tails seldom holds its largest payers and looks less spread than it should.
    """

    mean_minor: float
    sd_minor: float
    effect_minor: float
    alpha: float
    power: float
    shares: Mapping[str, float]
    sd_error_minor: float = 0.0


@dataclass(frozen=True, slots=True)
class Past:
    """What loans brought in the past, in minor units. sd_error_minor: one standard error of the standard deviation."""

    loans: int
    mean_minor: float
    sd_minor: float
    sd_error_minor: float


def past_of(money: Floats) -> Past:
    """Mean and spread of what so many loans brought, two at least."""
    loans, sd = len(money), float(money.std(ddof=1))
    apart = money - money.mean()
    variance = float(np.square(apart).mean())
    kurtosis = float((apart**4).mean()) / variance**2 if variance else 1.0
    return Past(loans, float(money.mean()), sd, sd * math.sqrt(max(kurtosis - 1, 0.0) / (4 * loans)))


@dataclass(frozen=True, slots=True)
class Size:
    """Loans that must enter, over all arms and in each; `weeks` of entering, where it is known how many enter."""

    loans: int
    by_arm: dict[str, int]
    weeks: int | None


@dataclass(frozen=True, slots=True)
class Detectable:
    """The smallest effect that would be shown with the power asked for; None where no effect would be, yet."""

    week: int | None
    loans: int
    fixed_horizon_minor: float
    always_valid_minor: float | None


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer; the sizes are those of the pair that needs most."""

    question: Question
    pairs: tuple[tuple[str, str], ...]
    fixed_horizon: Size
    always_valid: Size
    detectable: tuple[Detectable, ...]


def plan(question: Question, *, loans_per_week: float | None = None) -> Plan:
    """Work out sizes and durations.

    Raises:
        PlanIsImpossible: the question has no answer; the message says why.
    """
    _check(question)
    pairs = pairs_of(tuple(sorted(question.shares)))
    fixed = max(_least(partial(_is_shown_once, question, pair)) for pair in pairs)
    always = max(_least(partial(_is_shown_always, question, pair)) for pair in pairs)
    return Plan(
        question,
        pairs,
        fixed_horizon=_size(question, fixed, per_week=loans_per_week),
        always_valid=_size(question, always, per_week=loans_per_week),
        detectable=_detectable(question, pairs, always, per_week=loans_per_week),
    )


def _check(question: Question) -> None:
    shares = question.shares
    if len(shares) < 2:
        raise PlanIsImpossible("an experiment needs two arms at least")
    if not all(0 < share < 1 for share in shares.values()) or not math.isclose(sum(shares.values()), 1, abs_tol=1e-6):
        raise PlanIsImpossible("the arms' shares must each be more than 0 and sum to 1")
    if question.effect_minor == 0 or not math.isfinite(question.effect_minor):
        raise PlanIsImpossible("an effect of nothing cannot be shown")
    if question.sd_minor <= 0 or question.mean_minor <= 0:
        raise PlanIsImpossible("the mean and the standard deviation of money per loan must be more than 0")
    if not (0 < question.alpha < 1 and question.alpha < question.power < 1):
        raise PlanIsImpossible("alpha and power must lie between 0 and 1, and the power above alpha")


def _fixed_mde(question: Question, pair: tuple[str, str], *, loans: float) -> float:
    reach = fixed_multiplier(alpha=question.alpha) + NormalDist().inv_cdf(question.power)
    return reach * question.sd_minor * math.sqrt(sum(1 / (question.shares[arm] * loans) for arm in pair))


def _is_shown_once(question: Question, pair: tuple[str, str], loans: float) -> bool:
    return _fixed_mde(question, pair, loans=loans) <= abs(question.effect_minor)


def _is_shown_always(
    question: Question, pair: tuple[str, str], loans: float, *, effect_minor: float | None = None
) -> bool:
    """Whether `evaluation` would show the effect with the power asked for, after so many loans."""
    effect = abs(question.effect_minor) if effect_minor is None else effect_minor
    treated, base = (question.shares[arm] * loans for arm in pair)
    if min(treated, base) < LEAST_LOANS:
        return False
    sd = question.sd_minor + question.sd_error_minor
    grown = sd * (1 + effect / question.mean_minor)
    # As in `comparison`: the smaller arm is credited with no less spread than the larger one.
    of_base = grown if base < treated else sd
    error = math.sqrt(HEADROOM * (grown**2 / treated + of_base**2 / base))
    reach = multiplier(treated + base, alpha=question.alpha) + NormalDist().inv_cdf(question.power)
    return reach * error <= effect


def _least(is_enough: Callable[[int], bool]) -> int:
    high = 2
    while not is_enough(high):
        high *= 2
        if high > MOST_LOANS:
            raise PlanIsImpossible(f"the effect is too small: not even {MOST_LOANS:,} loans would show it")
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def _size(question: Question, loans: int, *, per_week: float | None) -> Size:
    by_arm = {arm: math.ceil(round(share * loans, 6)) for arm, share in question.shares.items()}
    return Size(sum(by_arm.values()), by_arm, None if per_week is None else math.ceil(loans / per_week))


def _detectable(
    question: Question, pairs: tuple[tuple[str, str], ...], needed: int, *, per_week: float | None
) -> tuple[Detectable, ...]:
    """At weeks up to twice the needed time, or at parts of the needed loans; of the pair that shows least."""
    if per_week is None:
        marks: list[tuple[int | None, int]] = [(None, math.ceil(part * needed)) for part in PARTS]
    else:
        end = math.ceil(needed / per_week)
        later = itertools.takewhile(lambda week: week < 2 * end, itertools.chain(WEEKS, itertools.count(156, 52)))
        weeks = sorted({*later, end, 2 * end})[:40]
        marks = [(week, math.floor(week * per_week)) for week in weeks]
    rows = []
    for week, loans in marks:
        if loans < 2:
            continue
        always = [_always_mde(question, pair, loans=loans) for pair in pairs]
        fixed = max(_fixed_mde(question, pair, loans=loans) for pair in pairs)
        rows.append(Detectable(week, loans, fixed, None if None in always else max(filter(None, always))))
    return tuple(rows)


def _always_mde(question: Question, pair: tuple[str, str], *, loans: int) -> float | None:
    low, high = 0.0, 100 * question.mean_minor
    if not _is_shown_always(question, pair, loans, effect_minor=high):
        return None
    for _ in range(60):
        middle = (low + high) / 2
        is_shown = _is_shown_always(question, pair, loans, effect_minor=middle)
        low, high = (low, middle) if is_shown else (middle, high)
    return high
