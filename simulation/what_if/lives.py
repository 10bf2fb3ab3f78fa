"""One life of a loan on one ladder: when each payment comes, and what all of it brings and costs.

A payment comes when the payments that were expected since the one before reach a number that was drawn for it: the
same number on whichever ladder, so that two ladders differ by what they do and not by luck.
"""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import numpy as np

from domain.action import MESSAGES, Action
from policy.ladders.ladder import Ladder
from simulation.behaviour.chance import number_for
from simulation.what_if.days import Days, Floats
from simulation.what_if.entrant import Entrant
from simulation.what_if.path import World, paid, path
from simulation.what_if.standing import Standing

DAY = timedelta(days=1)
MOST_PAYMENTS = 12
"""Further ones within the time that is simulated are not followed."""
REACHES_OUT = frozenset({*MESSAGES, Action.CALLBACK, Action.FIELD_VISIT})
"""Steps that are a contact with the borrower."""

Scores = dict[Days, Floats]
"""By day: how many more payments came than were expected."""


@dataclass(frozen=True, slots=True)
class Start:
    """A loan, how it stands where every ladder begins, and the end of what is counted."""

    entrant: Entrant
    standing: Standing
    until: datetime


@dataclass(eq=False)
class Life:
    """payments: how many came. cost: in minor units. cured_after: days from the start; infinity where it was not cured.

    by_rung: steps made of each rung. scores: by day, payments that came less those that were expected.
    """

    payments: int = 0
    cost: float = 0.0
    steps: int = 0
    contacts: int = 0
    cured_after: float = math.inf
    by_rung: Counter[str] = field(default_factory=Counter)
    scores: Scores = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Lives:
    """Of one loan. Whether it ever pays need not be left to luck: what the ladder does until then is the same in all.

    payment_minor: what a payment brings, which has nothing to do with what the ladder does: the mean share paid.
    chance: of a first payment. slopes: how much that chance grows with the logarithm of each day's rate.
    """

    each: tuple[Life, ...]
    payment_minor: float
    chance: float
    slopes: Scores

    def further_minor(self, life: Life) -> float:
        """What the payments after the first one brought."""
        return self.payment_minor * max(life.payments - 1, 0)


def lives(start: Start, ladder: Ladder, world: World, *, number: int) -> Lives:
    """So many lives of one loan; they share what its steps come to, and differ in when it pays and how much."""
    silent = path(start.standing, start.entrant, ladder, world, until=start.until)
    expected: Scores = {}
    _next_payment(silent, math.inf, start.until, expected)
    unpaid = math.exp(sum(float(score.sum()) for score in expected.values()))
    return Lives(
        each=tuple(_live(start, silent, ladder, world, life=life, of=number) for life in range(number)),
        payment_minor=world.known.mean_share * start.entrant.opening.arrears_minor,
        chance=1 - unpaid,
        slopes={days: -score * unpaid for days, score in expected.items()},
    )


def _live(start: Start, silent: list[Standing], ladder: Ladder, world: World, *, life: int, of: int) -> Life:
    told, known, entrant = Life(), world.known, start.entrant
    draw = partial(number_for, world.seed, entrant.key, life)
    standings = silent
    for nth in range(MOST_PAYMENTS):
        pays_at, standing = _next_payment(standings, _needed(draw, nth, life=life, of=of), start.until, told.scores)
        if pays_at is None:
            break
        amount = max(round(known.share_of(draw("amount", nth)) * entrant.opening.arrears_minor), 1)
        told.payments += 1
        standing = paid(standing, amount, at=pays_at, known=known)
        if standing.position(entrant, now=pays_at).is_cured:
            told.cured_after = (pays_at - start.standing.at) / DAY
            standings = [standing]
            break
        standings = path(standing, entrant, ladder, world, until=start.until)
    _add_steps(told, standings[-1], start, world)
    return told


def _needed(draw: Callable[[str, int], float], nth: int, *, life: int, of: int) -> float:
    """How many payments must be expected until this one comes: exponential, and of first ones spread over the lives."""
    number = draw("payment", nth)
    return -math.log1p(-((life + number) / of if nth == 0 else number))


def _next_payment(
    standings: list[Standing], needed: float, until: datetime, scores: Scores
) -> tuple[datetime | None, Standing]:
    """When the next payment comes, and the standing at that time; None and the last standing where none comes."""
    for standing, following in zip(standings, [*standings[1:], None], strict=True):
        ends_at = until if following is None else following.at
        days = standing.days
        if days is None or ends_at <= standing.at:
            continue
        score = scores.get(days)
        if score is None:
            score = scores[days] = np.zeros(len(days.rates))
        begins, ends = (standing.at - standing.since) / DAY, (ends_at - standing.since) / DAY
        before = days.expected(begins)
        expected = days.expected(ends) - before
        if expected > needed:
            pays = min(max(days.when(before + needed), begins), ends)
            days.surprise(begins, pays, score=score, pays=True)
            return standing.since + pays * DAY, standing
        days.surprise(begins, ends, score=score, pays=False)
        needed -= expected
    return None, standings[-1]


def _add_steps(told: Life, last: Standing, start: Start, world: World) -> None:
    for step in last.steps[len(start.standing.steps) :]:
        if step.outcome in world.known.made and step.ended_at < start.until:
            told.steps += 1
            told.contacts += step.action in REACHES_OUT
            told.cost += world.known.cost_of(step.rung, step.action, step.outcome)
            told.by_rung[step.rung] += 1
