"""The times that a person has called inconvenient, as stretches of real time on the clock where the person is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from policy.compliance.case import Case
from policy.compliance.history import Medium, Preference, PreferenceKind
from policy.spacing import local_instant

MOST_ROUNDS = 800
"""More than a year of days one after another: a wish that leaves no hour free has no end."""


@dataclass(frozen=True, slots=True)
class Blackout:
    """One stretch of inconvenient time (`ends` is free again), and the wish that it comes from."""

    begins: datetime
    ends: datetime
    wish: Preference


def blackouts(case: Case, *, medium: Medium | None, at: datetime) -> list[Blackout]:
    """The stretches that a moment lies in, for contacts through a medium."""
    wishes = (p for p in case.all_of(Preference) if p.kind is PreferenceKind.INCONVENIENT_TIME and stands(p, at=at))
    return [
        stretch
        for wish in wishes
        if wish.medium is None or medium is None or wish.medium == medium.value
        for zone in case.zones()
        for stretch in _stretches(wish, zone, at=at)
        if stretch.begins <= at < stretch.ends
    ]


def first_free(case: Case, *, medium: Medium | None, at: datetime) -> datetime | None:
    """The first instant from a moment on that is not inconvenient; None when there is none."""
    moment = at
    for _ in range(MOST_ROUNDS):
        found = blackouts(case, medium=medium, at=moment)
        if not found:
            return moment
        moment = max(stretch.ends for stretch in found)
    return None


def stands(wish: Preference, *, at: datetime) -> bool:
    """Whether a wish is known and was not taken back."""
    return wish.at <= at and (wish.withdrawn_at is None or at < wish.withdrawn_at)


def _stretches(wish: Preference, zone: ZoneInfo, *, at: datetime) -> Iterator[Blackout]:
    """Those that begin on the day of a moment or the day before it (they may run past midnight)."""
    today = at.astimezone(zone).date()
    begins, ends = wish.begins or time(0), wish.ends or time(0)
    for day in (today - timedelta(days=1), today):
        if wish.weekdays and day.weekday() not in wish.weekdays:
            continue
        if wish.valid_through is not None and day > wish.valid_through:
            continue
        last = day if ends > begins else day + timedelta(days=1)
        yield Blackout(local_instant(day, hour=begins, zone=zone), local_instant(last, hour=ends, zone=zone), wish)
