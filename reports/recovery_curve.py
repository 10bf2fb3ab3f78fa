"""How much of the arrears came in by which day after entry, as far as enough journeys were watched that long."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WATCHED_SHARE = 0.5
"""A curve ends where fewer than this share of its journeys has been watched so long: an end, never a flat line."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A journey that entered: what was owed then, in minor units, and the gross money credited to it since."""

    opened_at: datetime
    opening_minor: int
    money: Sequence[tuple[datetime, int]]


@dataclass(frozen=True, slots=True)
class Point:
    """After so many whole days since entry: the share of the opening arrears recovered; journeys watched that long."""

    day: int
    share: float
    journeys: int


@dataclass(frozen=True, slots=True)
class Curve:
    """One row's recovery curve."""

    name: str
    points: tuple[Point, ...]


def recovery_curve(name: str, entries: Iterable[Entry], *, until: datetime) -> Curve:
    """The curve of journeys seen until an instant.

    Each day's step is the money of that day over the opening arrears of the journeys watched to its end, so that young
    journeys neither pull the curve down nor drop out of its past.
    """
    day = timedelta(days=1)
    watched_journeys, watched_minor, money = Counter[int](), Counter[int](), Counter[int]()
    number = 0
    for entry in entries:
        number += 1
        last = (until - entry.opened_at) // day - 1  # the last day that was seen to its end
        watched_journeys[last] += 1
        watched_minor[last] += entry.opening_minor
        for received_at, amount_minor in entry.money:
            if (on := (received_at - entry.opened_at) // day) <= last:
                money[on] += amount_minor
    points, share = [Point(0, 0.0, number)], 0.0
    journeys = number - sum(count for last, count in watched_journeys.items() if last < 0)
    owed = sum(minor for last, minor in watched_minor.items() if last >= 0)
    for on in range(max(watched_journeys, default=-1) + 1):
        if journeys < WATCHED_SHARE * number or not owed:
            break
        share += money[on] / owed
        points.append(Point(on + 1, round(share, 6), journeys))
        journeys -= watched_journeys[on]
        owed -= watched_minor[on]
    return Curve(name, tuple(points))
