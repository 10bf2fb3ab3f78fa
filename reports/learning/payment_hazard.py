"""How likely a payment is on each day after a rung, while nothing else is done: by rung and segment."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from domain.step import Outcome
from reports.facts.facts import Facts, in_micros
from reports.facts.fetching import NONE, Ints
from reports.touch import REACH, Reach

DAYS = 45
"""So many days after a rung are looked at."""
LEAST_EXPOSED = 30
"""Fewer loan-days say nothing of a day."""
ALL = "all"
MICROS = 86_400 * 1_000_000
MOST_DAYS = 400
"""Longer waits are told apart no more."""

LADDER_WAITS = frozenset(
    {
        Outcome.SENT,
        Outcome.UNKNOWN,
        Outcome.MESSAGE_LEFT,
        Outcome.REFUSED,
        Outcome.DONE,
        Outcome.NO_ANSWER,
    }
)
"""After these the ladder's own spacing decides when the next rung comes; after a promise or a hardship others do."""
TAKEN = tuple(outcome.value for outcome, reach in REACH.items() if reach in {Reach.TOUCH, Reach.TRIED})

TERMS = {
    "hazard of payment": (
        "on day d after a rung: first payments on that day / loan-days on it without a payment, a further step or the "
        "journey's end before; rungs withheld at random lengthen the days that can be seen; days with fewer than 30 "
        "loan-days are not shown; only outcomes after which the ladder's spacing decides (not promises, hardship, "
        "disputes); 95 % interval after Wilson"
    ),
}

Floats = NDArray[np.float64]

OPENED, STEP, PAID, CLOSED, SEEN = -1, 0, 1, 2, 3
"""What begins or ends days: a journey that opens, a step, a payment, the journey's end, or the end of what is seen."""
BY_LADDER, OPENING, PAYMENT, OUTCOMES = 0, 1, 2, 3
"""What days come after: a step after which the ladder waits, the journey's opening, a payment, or (from 3 on) a step
with another outcome."""


@dataclass
class AfterRung:
    """What is known of the days after one rung in one segment; arrays are by day, from the first 24 hours on.

    loans: how many took the rung. paid: first payments. exposed: loan-days. next_rungs, waits: the steps that followed,
    by name and by whole days waited. amount: of the first payments, in minor units, and their squares.
    """

    loans: int = 0
    paid: Floats = field(default_factory=lambda: np.zeros(DAYS))
    exposed: Floats = field(default_factory=lambda: np.zeros(DAYS))
    next_rungs: Counter[str] = field(default_factory=Counter)
    waits: Counter[int] = field(default_factory=Counter)
    amount: float = 0.0
    squares: float = 0.0

    def add(self, *, day: int, part: float, number: int, ended_by: int) -> None:
        """So many loans whose days ended on this day, with the parts of that day that they saw, summed."""
        self.loans += number
        self.exposed[: min(day, DAYS)] += number
        if day < DAYS:
            self.exposed[day] += part
            self.paid[day] += number if ended_by == PAID else 0

    @property
    def payers(self) -> int:
        """How many paid within the days."""
        return int(self.paid.sum())

    @cached_property
    def mean(self) -> float:
        """Of a first payment, in minor units; 0 where there was none."""
        return self.amount / self.payers if self.payers else 0.0

    @cached_property
    def error(self) -> float:
        """The standard error of that mean."""
        if self.payers < 2:
            return 0.0
        variance = max(self.squares / self.payers - self.mean**2, 0.0)
        return float(np.sqrt(variance / (self.payers - 1)))

    @property
    def seen_days(self) -> int:
        """For how many days, without a gap, there are enough loan-days."""
        short = np.flatnonzero(self.exposed < LEAST_EXPOSED)
        return int(short[0]) if len(short) else DAYS


@dataclass(frozen=True, slots=True)
class Hazards:
    """By ladder digest, rung and segment (`all` as well); steps: how many were taken of each rung of a ladder.

    cost_millis: spent in the period on each rung of a ladder, in thousandths of a minor unit.
    opening: the days after a journey opened, by segment. payment: after a payment. outcome: after steps with outcomes
    after which the ladder does not wait, by their names.
    """

    after: dict[tuple[str, str, str], AfterRung]
    steps: dict[tuple[str, str], int]
    cost_millis: dict[tuple[str, str], int]
    opening: dict[str, AfterRung] = field(default_factory=dict)
    payment: AfterRung = field(default_factory=AfterRung)
    outcome: dict[str, AfterRung] = field(default_factory=dict)


def hazards(facts: Facts) -> Hazards:
    """After every rung that was taken in the period, with the money that was on record."""
    after = defaultdict[tuple[str, str, str], AfterRung](AfterRung)
    opening, outcome = defaultdict[str, AfterRung](AfterRung), defaultdict[str, AfterRung](AfterRung)
    payment = AfterRung()
    steps: Counter[tuple[str, str]] = Counter()
    ladders, rungs, segments, outcomes = (facts.names[kind] for kind in ("ladder", "rung", "segment", "outcome"))
    for row in _counted(facts):
        groups = (ALL, *([segments[row.segment]] if row.segment >= 0 else []))
        if row.after == PAYMENT:
            row.count(payment, rungs)
        elif row.after == OPENING:
            for segment in groups:
                row.count(opening[segment], rungs)
        else:
            ladder, rung = ladders[row.ladder], rungs[row.rung]
            steps[ladder, rung] += row.number
            is_retry = row.ended_by == STEP and row.next_rung == row.rung
            if row.after != BY_LADDER:
                row.count(outcome[outcomes[row.after - OUTCOMES]], rungs)
            elif not is_retry:
                for segment in groups:
                    row.count(after[ladder, rung, segment], rungs)
    return Hazards(dict(after), dict(steps), _spent(facts), dict(opening), payment, dict(outcome))


@dataclass(frozen=True, slots=True)
class _Ended:
    """So many steps (or openings, or payments) of one kind whose days ended on the same day and in the same way."""

    ladder: int
    rung: int
    segment: int
    after: int
    ended_by: int
    next_rung: int
    day: int
    number: int
    part: float
    amount: float
    squares: float

    def count(self, there: AfterRung, rungs: Sequence[str]) -> None:
        """Add them up."""
        there.add(day=self.day, part=self.part, number=self.number, ended_by=self.ended_by)
        if self.ended_by == PAID and self.day < DAYS:
            there.amount += self.amount
            there.squares += self.squares
        if self.ended_by == STEP:
            there.next_rungs[rungs[self.next_rung]] += self.number
            there.waits[self.day] += self.number


def _counted(facts: Facts) -> Iterator[_Ended]:
    columns, part, amount = _spells(facts)
    if len(part):
        yield from _alike(columns, part, amount)


def _spells(facts: Facts) -> tuple[dict[str, Ints], Floats, Floats]:
    """The days after each opening, step and payment: of what, how they ended, the last day, and what was paid then."""
    happened = _happened(facts)
    order = np.lexsort((happened["what"], happened["at"], happened["loan"]))
    for name in happened:  # one copy at a time
        happened[name] = happened[name][order]
    same = np.append(happened["loan"][1:] == happened["loan"][:-1], False)

    def following(name: str, otherwise: int) -> Ints:
        return np.where(same, np.append(happened[name][1:], otherwise), otherwise)

    begins = happened["what"] != CLOSED
    length = (following("at", in_micros(facts.scope.seen_until)) - happened["at"])[begins]
    ended_by = following("what", SEEN)[begins]
    columns = {
        **{name: happened[name][begins] for name in ("ladder", "rung", "segment", "after")},
        "ended_by": ended_by,
        "next_rung": np.where(ended_by == STEP, following("rung", NONE)[begins], NONE),
        "day": np.minimum(length // MICROS, MOST_DAYS),
    }
    return columns, (length % MICROS) / MICROS, following("amount", 0)[begins].astype(np.float64)


def _alike(columns: dict[str, Ints], part: Floats, amount: Floats) -> Iterator[_Ended]:
    """One row for all that are alike in every column, with their number and their sums."""
    spans = {name: int(values.max()) + 2 for name, values in columns.items()}
    code = np.zeros(len(part), dtype=np.int64)
    for name in list(columns):
        code = code * spans[name] + columns.pop(name) + 1
    order = np.argsort(code, kind="stable")
    code = code[order]
    begins = np.flatnonzero(np.concatenate([[True], code[1:] != code[:-1]]))
    numbers = np.diff(np.append(begins, len(code)))
    sums = [np.add.reduceat(values[order], begins) for values in (part, amount, amount * amount)]
    for kind, number, parts, money, squares in zip(code[begins].tolist(), numbers.tolist(), *sums, strict=True):
        found: dict[str, int] = {}
        left = kind
        for name, span in reversed(spans.items()):
            left, value = divmod(left, span)
            found[name] = value - 1
        yield _Ended(**found, number=number, part=float(parts), amount=float(money), squares=float(squares))


def _happened(facts: Facts) -> dict[str, Ints]:
    """Openings, steps taken, payments and journeys' ends from the period's start to the end of what is seen."""
    starts, ends = in_micros(facts.scope.starts_at), in_micros(facts.scope.seen_until)
    journeys, steps, payments = facts.journeys, facts.steps, facts.payments
    outcomes = facts.names["outcome"]
    taken = np.array([*(name in TAKEN for name in outcomes), False])
    waits = [BY_LADDER if name in LADDER_WAITS else OUTCOMES + code for code, name in enumerate(outcomes)]
    step = taken[steps["outcome"]] & (steps["at"] >= starts) & (steps["at"] < ends)
    paid = (payments["at"] >= starts) & (payments["at"] < ends)
    closed = (journeys["closed_at"] >= starts) & (journeys["closed_at"] < ends)
    opened = (journeys["opened_at"] >= starts) & (journeys["opened_at"] < ends)
    journey = steps["journey"][step]
    numbers = (int(step.sum()), int(paid.sum()), int(closed.sum()), int(opened.sum()))

    def column(of_steps: Ints, of_payments: Ints | int, of_ends: Ints | int, of_openings: Ints | int) -> Ints:
        parts = [
            np.broadcast_to(part, number)
            for part, number in zip((of_steps, of_payments, of_ends, of_openings), numbers, strict=True)
        ]
        return np.concatenate(parts).astype(np.int64)

    def of_journeys(name: str) -> Ints:
        return column(journeys[name][journey], NONE, NONE, journeys[name][opened])

    return {
        "loan": column(
            journeys["loan"][journey], payments["loan"][paid], journeys["loan"][closed], journeys["loan"][opened]
        ),
        "at": column(
            steps["at"][step], payments["at"][paid], journeys["closed_at"][closed], journeys["opened_at"][opened]
        ),
        "what": column(np.full(numbers[0], STEP), PAID, CLOSED, OPENED),
        "ladder": of_journeys("ladder"),
        "segment": of_journeys("segment"),
        "rung": column(steps["rung"][step], NONE, NONE, NONE),
        "after": column(np.array([*waits, NONE])[steps["outcome"][step]], PAYMENT, NONE, OPENING),
        "amount": column(np.zeros(numbers[0], dtype=np.int64), payments["amount_minor"][paid], 0, 0),
    }


def _spent(facts: Facts) -> dict[tuple[str, str], int]:
    costs = facts.costs
    known = (costs["journey"] >= 0) & (costs["rung"] >= 0)
    ladder = facts.journeys["ladder"][costs["journey"][known]]
    spent: Counter[tuple[str, str]] = Counter()
    width = len(facts.names["rung"]) + 1
    sums = np.bincount(ladder * width + costs["rung"][known], weights=costs["amount_millis"][known])
    for code in np.flatnonzero(sums):
        spent[facts.names["ladder"][code // width], facts.names["rung"][code % width]] += round(float(sums[code]))
    return dict(spent)
