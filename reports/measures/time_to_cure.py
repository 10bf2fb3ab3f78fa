"""Time to cure: the share of the entered that was cured by each day, where other ends compete with the cure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reports.facts.fetching import Ints
from reports.measures.groups import Group
from reports.measures.interval import Z, share_of
from reports.measures.watching import Watched

Floats = npt.NDArray[np.float64]

DAILY_UNTIL = 90
WEEK = 7
"""After so many days a curve is told week by week."""
SOME_DAYS = (1, 3, 7, 14, 21, 30, 45, 60, 75, 90, 120, 150, 180, 270, 365, 545, 730)
"""The days on which the curves of a breakdown are told."""
LEAST = 30
"""Fewer journeys have no curve of their own."""

TERMS = {
    "time to cure": (
        "Aalen-Johansen cumulative incidence: sum over days of (journeys open at the day's start that nothing had "
        "ended / entered, with those still watched standing for those that are not) x (cured that day / at risk); "
        "other ends (exhausted, with legal or an agency, charged off, withdrawn, ...) compete and are not censored, "
        "because 1 - Kaplan-Meier would overstate it; 95 % interval from Aalen's variance, on the log(-log) scale; "
        "by breakdown a row with fewer than 30 journeys is not shown"
    ),
}


@dataclass(frozen=True, slots=True)
class Incidence:
    """By the end of a day after entry: the share cured, its interval, and the share that each other end had taken.

    at_risk: journeys that were open and watched at the start of the day.
    """

    day: int
    at_risk: int
    cured: float
    ci_low: float
    ci_high: float
    competing: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class NamedIncidence:
    """The same of one row of a breakdown."""

    name: str
    day: int
    at_risk: int
    cured: float
    ci_low: float
    ci_high: float
    competing: Mapping[str, float]


def time_to_cure(watched: Watched, ends: tuple[str, ...], *, cure: str) -> tuple[Incidence, ...]:
    """The curve of the entered, by days; `ends` are the names behind the codes of `watched.end`."""
    if not len(watched):
        return ()
    return incidences(*lived(watched), ends=ends, cure=cure)


def time_to_cure_of(group: Group, ends: tuple[str, ...], *, cure: str) -> Iterator[NamedIncidence]:
    """The curve of one row of a breakdown on some days; nothing where it has fewer than 30 journeys."""
    if len(group.watched) >= LEAST:
        for each in on_some_days(group.watched, ends, cure=cure):
            yield NamedIncidence(
                group.name, each.day, each.at_risk, each.cured, each.ci_low, each.ci_high, dict(each.competing)
            )


def on_some_days(watched: Watched, ends: tuple[str, ...], *, cure: str) -> tuple[Incidence, ...]:
    """The curve on some days, as far as any of them was watched: where all have ended by then, it stays as it was."""
    longest = int(watched.days.max(initial=0))
    days = [day for day in SOME_DAYS if day <= longest]
    return incidences(*lived(watched), ends=ends, cure=cure, days=days)


def lived(watched: Watched) -> tuple[Ints, Ints]:
    """The last day on which each was at risk, and the code of what ended it then; -1 where that is not seen."""
    is_seen = (watched.ended_on > 0) & (watched.ended_on <= watched.days)  # a day that is not over is not seen
    last = np.where(is_seen, watched.ended_on, np.maximum(watched.days, 0))
    return last, np.where(is_seen, watched.end, -1)


def incidences(
    last: Ints, end: Ints, *, ends: tuple[str, ...], cure: str, days: Sequence[int] | None = None
) -> tuple[Incidence, ...]:
    """Aalen and Johansen's estimate. last: the last day on which each was at risk; end: what ended it then, or -1.

    days: only these; else every day to the last one, and after some time every week.

    The variance is the one of Aalen's type, by the delta method (Marubini and Valsecchi 1995, section 10.2).
    """
    longest = max(int(last.max(initial=0)), *(days or (0,)))
    size = longest + 2
    at_risk = np.cumsum(np.bincount(last, minlength=size)[::-1])[::-1].astype(np.float64)[1:]
    ended = {
        name: np.bincount(last[end == code], minlength=size)[1:].astype(np.float64)
        for code, name in enumerate(ends)
        if (end == code).any()
    }
    cured = ended.pop(cure, np.zeros(size - 1))
    everything = cured + sum(ended.values(), np.zeros(size - 1))
    risk = np.maximum(at_risk, 1)
    surviving = np.concatenate([[1.0], np.cumprod(1 - everything / risk)[:-1]])
    curve = np.cumsum(surviving * cured / risk)
    others = {name: np.cumsum(surviving * count / risk) for name, count in ended.items()}
    spread = np.sqrt(_variance(curve, surviving, cured=cured, everything=everything, risk=risk))
    if days is None:
        days = [d for d in range(1, longest + 1) if d <= DAILY_UNTIL or d % WEEK == 0 or d == longest]
    return tuple(
        Incidence(
            day,
            int(at_risk[day - 1]),
            round(float(curve[day - 1]), 6),
            *_interval(float(curve[day - 1]), float(spread[day - 1]), n=len(last)),
            {name: round(float(share[day - 1]), 6) for name, share in others.items()},
        )
        for day in days
    )


def _variance(curve: Floats, surviving: Floats, *, cured: Floats, everything: Floats, risk: Floats) -> Floats:
    """Sums over the days up to each day of terms in (that day's incidence - the earlier day's), multiplied out."""
    left = risk - everything
    hazard = np.where(left > 0, everything / (risk * np.where(left > 0, left, 1)), 0.0)  # nobody left: nothing follows
    first = curve**2 * np.cumsum(hazard) - 2 * curve * np.cumsum(curve * hazard) + np.cumsum(curve**2 * hazard)
    second = np.cumsum(surviving**2 * cured * (risk - cured) / risk**3)
    crossed = surviving * cured / risk**2
    third = curve * np.cumsum(crossed) - np.cumsum(curve * crossed)
    return np.asarray(np.maximum(first + second - 2 * third, 0.0))


def _interval(share: float, spread: float, *, n: int) -> tuple[float, float]:
    """On the scale of log(-log), on which it stays between 0 and 1; at 0 and 1 Wilson's, which has a width there."""
    if not 0 < share < 1:
        edge = share_of(n if share >= 1 else 0, n)
        return edge.ci_low or 0.0, edge.ci_high or 0.0
    width = np.exp(Z * spread / (share * np.log(share)))  # the logarithm is below zero, so this is below one
    return round(float(share ** (1 / width)), 6), round(float(share**width), 6)
