"""How much of the arrears came in by which day after entry, as far as enough journeys were watched that long."""

import math
from dataclasses import dataclass

import numpy as np

from reports.facts.fetching import Ints
from reports.measures.interval import Z

DAY = 86_400_000_000
"""Microseconds."""
WATCHED_SHARE = 0.5
"""A curve ends where fewer than this share of its journeys has been watched so long: an end, never a flat line."""


@dataclass(frozen=True, slots=True)
class Point:
    """After so many whole days since entry: the share of the opening arrears recovered, with its 95 percent band.

    journeys: how many were watched that long.
    """

    day: int
    share: float
    journeys: int
    ci_low: float
    ci_high: float


@dataclass(frozen=True, slots=True)
class Curve:
    """One row's recovery curve."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """Journeys that entered: when, and what was owed then; and the gross money credited to each (`paid_by`: its index).

    Instants are microseconds, money is in minor units.
    """

    opened_at: Ints
    opening_minor: Ints
    paid_by: Ints
    paid_at: Ints
    paid_minor: Ints


def recovery_curve(name: str, entries: Entries, *, until: int | Ints) -> Curve:
    """The curve of journeys seen until an instant, or each until its own.

    Each day's step is the money of that day over the opening arrears of the journeys watched to its end, so that young
    journeys neither pull the curve down nor drop out of its past. The band is the sum's own variance, by journey
    (what each one adds to the curve beyond its share), because some pay much and most pay nothing.
    """
    number = len(entries.opened_at)
    last = (until - entries.opened_at) // DAY - 1  # the last day that was seen to its end
    days = max(int(last.max(initial=-1)) + 1, 0)
    seen = last >= 0
    watched = _from_on(last[seen], np.ones(int(seen.sum()), dtype=np.int64), days)
    owed = _from_on(last[seen], entries.opening_minor[seen], days)
    on = (entries.paid_at - entries.opened_at[entries.paid_by]) // DAY
    counts = (on >= 0) & (on <= last[entries.paid_by])
    by, on, minor = _by_day(entries.paid_by[counts], on[counts], entries.paid_minor[counts])
    spread = _Spread(entries.opening_minor.astype(np.float64), last)
    points, share = [Point(0, 0.0, number, 0.0, 0.0)], 0.0
    bounds = np.searchsorted(on, np.arange(days + 1))
    for day in range(days):
        if watched[day] < WATCHED_SHARE * number or not owed[day]:
            break
        here = slice(bounds[day], bounds[day + 1])
        money = int(minor[here].sum())
        share += money / int(owed[day])
        half = Z * math.sqrt(spread.after(day, by[here], minor[here], money=money, owed=int(owed[day])))
        low, high = max(share - half, 0.0), share + half
        points.append(Point(day + 1, round(share, 6), int(watched[day]), round(low, 6), round(high, 6)))
    return Curve(name, tuple(points))


def _by_day(by: Ints, on: Ints, minor: Ints) -> tuple[Ints, Ints, Ints]:
    """Who paid how much on which day, in order of days; all that one paid on a day is one amount."""
    if not len(by):
        return by, on, minor
    order = np.lexsort((by, on))
    by, on, minor = by[order], on[order], minor[order]
    first = np.flatnonzero(np.concatenate([[True], (by[1:] != by[:-1]) | (on[1:] != on[:-1])]))
    return by[first], on[first], np.add.reduceat(minor, first)


def _from_on(last: Ints, amounts: Ints, days: int) -> Ints:
    """For each day, the sum of what is watched to its end."""
    sums = np.zeros(days, dtype=np.int64)
    np.add.at(sums, last, amounts)
    return np.cumsum(sums[::-1])[::-1]


class _Spread:
    """The variance of the curve: the sum of squares of what each journey has added to it so far.

    A journey adds (money - day's share x arrears) / arrears watched, each day on which it is watched. `came` is the one
    part of that sum, `slope` the other for one unit of arrears; those not watched any more keep what they had.
    """

    def __init__(self, owed: np.ndarray, last: Ints) -> None:
        self.owed, self.came = owed, np.zeros(len(owed))
        self.leaving = np.argsort(last, kind="stable")
        self.last = last[self.leaving]
        self.slope = self.left = self.squares = self.products = 0.0
        begun = owed[last >= 0]
        self.owed_squares = float(begun @ begun)
        self.number = len(begun)

    def after(self, day: int, by: Ints, minor: Ints, *, money: int, owed: int) -> float:
        """The variance at the end of a day on which these journeys paid so much, each of them once."""
        before = self.came[by]
        now = before + minor / owed
        self.came[by] = now
        self.squares += float(now @ now - before @ before)
        self.products += float((now - before) @ self.owed[by])
        self.slope += money / owed / owed
        there = self.squares - 2 * self.slope * self.products + self.slope**2 * self.owed_squares
        variance = max(there, 0.0) + self.left
        first, end = np.searchsorted(self.last, [day, day + 1])
        self._let_go(self.leaving[first:end])
        return variance * self.number / max(self.number - 1, 1)

    def _let_go(self, gone: Ints) -> None:
        came, owed = self.came[gone], self.owed[gone]
        added = came - self.slope * owed
        self.left += float(added @ added)
        self.squares -= float(came @ came)
        self.products -= float(came @ owed)
        self.owed_squares -= float(owed @ owed)
