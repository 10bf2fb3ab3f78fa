"""Two ladders lived by the same borrowers with the same chances, and what the one brings more than the other."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from policy.ladders.ladder import Ladder
from simulation.what_if.days import Days, Floats
from simulation.what_if.entrant import Entrant
from simulation.what_if.lives import Life, Lives, Start, lives
from simulation.what_if.path import World, opened, path

HORIZONS = (30, 60, 90)
REACH = 1.96
LIVES = 4
"""Lives of each loan: they share what steps come to, and differ in when people pay."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """With a 95 % interval, for the chance of who was drawn and for what is known only roughly."""

    value: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True, slots=True)
class Lived:
    """One ladder, per loan: money in minor units, steps and contacts, and the shares that were cured by a horizon.

    by_rung: steps per loan of each rung, in the ladder's order.
    """

    recovered: Estimate
    cost: Estimate
    net: Estimate
    steps: float
    contacts: float
    cured: tuple[tuple[int, Estimate], ...]
    by_rung: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What the proposed ladder brings more than the present one, per loan."""

    recovered: Estimate
    cost: Estimate
    net: Estimate
    steps: float
    contacts: float
    cured: tuple[tuple[int, Estimate], ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """Both, and the difference. loans: how many were lived, over `days` each, `lives` times."""

    loans: int
    lives: int
    days: int
    present: Lived
    proposed: Lived
    difference: Difference


def from_opening(entrants: Sequence[Entrant], world: World, *, days: int) -> list[Start]:
    """Every loan from the opening of its journey on."""
    return [Start(e, opened(e, world), e.opened_at + timedelta(days=days)) for e in entrants]


def from_rung(
    entrants: Sequence[Entrant], ladder: Ladder, world: World, *, rung: str, days: int, patience: int
) -> list[Start]:
    """Those loans that take a rung within so many days if they do not pay before, from the end of its first step on.

    Only steps after which the ladder itself decides when the next one comes.
    """
    starts = []
    for entrant in entrants:
        until = entrant.opened_at + timedelta(days=patience)
        for standing in path(opened(entrant, world), entrant, ladder, world, until=until):
            last = standing.steps[-1] if standing.steps else None
            if last is None or last.rung != rung or last.outcome not in world.known.made:
                continue
            if last.outcome in world.known.ladder_waits:
                starts.append(Start(entrant, standing, standing.at + timedelta(days=days)))
            break
    return starts


def compare(
    starts: Sequence[Start], world: World, *, present: Ladder, proposed: Ladder, days: int, number: int = LIVES
) -> Compared:
    """Live both ladders from the same starts; there is one at least. number: of lives of each loan."""
    before, after = (_lived(starts, world, ladder, number=number) for ladder in (present, proposed))
    difference = _minus(after, before)
    horizons = tuple(h for h in HORIZONS if h <= days)
    return Compared(
        loans=len(starts),
        lives=number,
        days=days,
        present=Lived(**_told(before, world, horizons), by_rung=_by_rung(before, present)),
        proposed=Lived(**_told(after, world, horizons), by_rung=_by_rung(after, proposed)),
        difference=Difference(**_told(difference, world, horizons)),
    )


RECOVERED, COST, NET, STEPS, CONTACTS, CURED = range(6)
"""What is measured of a life; from CURED on, whether it was cured by each horizon."""


@dataclass(eq=False)
class _Measured:
    """figures: a row a loan (the mean of its lives), a column a measure. slopes: how much each mean would change, by
    the relative change of each day's rate.
    """

    figures: Floats
    slopes: dict[Days, Floats]
    by_rung: Counter[str]
    lives: int


def _lived(starts: Sequence[Start], world: World, ladder: Ladder, *, number: int) -> _Measured:
    figures, by_rung = [], Counter[str]()
    of_luck, surprises, of_first = _Sums(), _Sums(), _Sums()
    for start in starts:
        of_loan = []
        there = lives(start, ladder, world, number=number)
        for life in there.each:
            by_luck = _by_luck(there, life)
            of_loan.append(by_luck)
            by_rung += life.by_rung
            for days, score in life.scores.items():
                of_luck.add(days, np.outer(by_luck, score))
                surprises.add(days, score)
        for days, slope in there.slopes.items():
            of_first.add(days, there.payment_minor * slope)
        first = np.zeros(len(of_loan[0]))
        first[[RECOVERED, NET]] = there.payment_minor * there.chance
        figures.append((np.mean(of_loan, axis=0), first))
    luck = np.array([each for each, _ in figures])
    total, mean = len(starts) * number, luck.mean(axis=0)
    slopes = {days: (each - np.outer(mean, surprises[days])) / total for days, each in of_luck.items()}
    for days, slope in of_first.items():
        slopes.setdefault(days, np.zeros((len(mean), len(slope))))[[RECOVERED, NET]] += slope / len(starts)
    return _Measured(luck + np.array([first for _, first in figures]), slopes, by_rung, total)


class _Sums(dict[Days, Floats]):
    """Sums by day."""

    def add(self, days: Days, more: Floats) -> None:
        """Add up."""
        self[days] = self[days] + more if days in self else more


def _by_luck(there: Lives, life: Life) -> Floats:
    """What is left to luck: everything but whether the loan pays at all, whose chance is known."""
    further = there.further_minor(life)
    cured = (float(life.cured_after <= horizon) for horizon in HORIZONS)
    return np.array([further, life.cost, further - life.cost, life.steps, life.contacts, *cured])


def _minus(after: _Measured, before: _Measured) -> _Measured:
    slopes = {
        days: after.slopes.get(days, np.zeros(1)) - before.slopes.get(days, np.zeros(1))
        for days in {**after.slopes, **before.slopes}
    }
    return _Measured(after.figures - before.figures, slopes, Counter(), after.lives)


def _told(measured: _Measured, world: World, horizons: tuple[int, ...]) -> dict[str, Any]:
    means, reach = measured.figures.mean(axis=0), REACH * np.sqrt(_variances(measured, world))

    def estimate(column: int) -> Estimate:
        value = float(means[column])
        return Estimate(value, value - float(reach[column]), value + float(reach[column]))

    return {
        "recovered": estimate(RECOVERED),
        "cost": estimate(COST),
        "net": estimate(NET),
        "steps": float(means[STEPS]),
        "contacts": float(means[CONTACTS]),
        "cured": tuple((horizon, estimate(CURED + place)) for place, horizon in enumerate(horizons)),
    }


def _variances(measured: _Measured, world: World) -> Floats:
    """Of the means: between the loans that were lived, and by how roughly rates and amounts are known."""
    loans = len(measured.figures)
    found: Floats = measured.figures.var(axis=0, ddof=1) / loans if loans > 1 else np.zeros(measured.figures.shape[1])
    for days, slopes in measured.slopes.items():
        found = found + (np.square(slopes) / np.maximum(days.paid, 1)).sum(axis=1)
    of_amounts = np.zeros(len(found))
    of_amounts[[RECOVERED, NET]] = measured.figures[:, RECOVERED].mean() * world.known.shares_error
    return found + np.square(of_amounts)


def _by_rung(measured: _Measured, ladder: Ladder) -> tuple[tuple[str, float], ...]:
    return tuple((rung.name, measured.by_rung[rung.name] / measured.lives) for rung in ladder.rungs)
