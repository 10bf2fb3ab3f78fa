"""Pretend streams of loans whose truth is known, and the looks at them that a person would take."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date

import numpy as np

from reports.experiments.comparison import LEAST_LOANS, difference
from reports.experiments.confidence_sequence import Floats
from reports.experiments.entries import Entries
from reports.experiments.group import Group
from reports.experiments.verdict import Verdict

Money = Callable[[np.random.Generator, int], Floats]
FIRST_DAY = date(2026, 1, 5)


def skewed(rng: np.random.Generator, loans: int) -> Floats:
    """As spread as the accounts of measures.md: a standard deviation of 1.63 means."""
    spread = math.sqrt(math.log(1 + 1.63**2))
    return rng.lognormal(math.log(100) - spread**2 / 2, spread, loans)


def mostly_nothing(rng: np.random.Generator, loans: int) -> Floats:
    """Two in three bring nothing, the others sums of very different size: a standard deviation of some 3 means."""
    money: Floats = rng.lognormal(4, 1.2, loans) * (rng.random(loans) < 0.35)
    return money


def rare(rng: np.random.Generator, loans: int) -> Floats:
    """Half bring nothing; the others follow a power law (Lomax with 2.5) whose fourth moment does not exist."""
    money: Floats = 50 * (1 + rng.pareto(2.5, loans)) * (rng.random(loans) < 0.5)
    return money


MEAN_AND_SD_OF_RARE = (50 * 5 / 3 / 2, math.sqrt(2500 * 5 / 2 - (50 * 5 / 3 / 2) ** 2))
"""By hand: 1 + Lomax(2.5) has the mean 5/3 and the mean square 5."""


def stream(
    rng: np.random.Generator,
    money: Money,
    *,
    shares: Mapping[str, float],
    loans: int,
    days: int = 364,
    times: Mapping[str, float] | None = None,
) -> Entries:
    """Loans that enter evenly over the days; each arm's money is multiplied by what `times` says, or left alone."""
    names = np.array([*shares])
    arm = names[rng.choice(len(names), loans, p=[*shares.values()])]
    factor = np.array([(times or {}).get(name, 1.0) for name in arm])
    entered_on = np.datetime64(FIRST_DAY) + (np.arange(loans) * days // loans)
    probability = np.array([shares[name] for name in arm])
    return Entries(entered_on, arm, probability, money(rng, loans) * factor, np.zeros(loans))


def first_alarm(entries: Entries, pairs: Sequence[tuple[str, str]], *, looks: int, alpha: float = 0.05) -> int | None:
    """The first of evenly spaced looks, from 1, at which any pair is called better or worse; None where none is."""
    ends = [len(entries) * (look + 1) // looks for look in range(looks)]
    alarms = [_first(_runs(entries, arm, ends), _runs(entries, base, ends), alpha=alpha) for arm, base in pairs]
    return min((alarm for alarm in alarms if alarm is not None), default=None)


def _first(treated: Sequence[Group], base: Sequence[Group], *, alpha: float) -> int | None:
    for look, (one, other) in enumerate(zip(treated, base, strict=True), start=1):
        if min(one.loans, other.loans) < LEAST_LOANS:
            continue
        if difference(one, other, alpha=alpha, scale=math.inf).verdict in {Verdict.BETTER, Verdict.WORSE}:
            return look
    return None


def _runs(entries: Entries, arm: str, ends: Sequence[int]) -> list[Group]:
    mask = entries.arm == arm
    counts = np.concatenate([[0], np.cumsum(mask)])
    whole = entries.gross(arm)
    return [Group(whole.money[: counts[end]], whole.weight[: counts[end]]) for end in ends]
