"""What is left of a planned wait when a hold is over: its days are not counted while the journey rests."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.hold import Rest
from policy.spacing import spaced

LEAST_DAYS = 1
"""Nobody is contacted on the day on which a hold ends."""


def resumed(due_at: datetime, rests: Iterable[Rest], *, since: datetime, zone: ZoneInfo, hour: time) -> datetime:
    """When a wait that began at `since`, and was to end at `due_at`, is over after the rests that came into it.

    What was left of it when a rest began, counted in days on the borrower's calendar, runs on when the rest is over;
    at least a day, also where the wait had run out before.
    """
    for rest in _joined(rests):
        if rest.ended_at <= since:
            continue
        began_on = max(rest.began_at, since).astimezone(zone).date()
        left = max((due_at.astimezone(zone).date() - began_on).days, LEAST_DAYS)
        due_at = max(due_at, spaced(rest.ended_at, timedelta(days=left), zone=zone, hour=hour))
    return due_at


def _joined(rests: Iterable[Rest]) -> list[Rest]:
    """The same time, oldest first, in pieces that do not touch: two holds at once are one rest."""
    joined: list[Rest] = []
    for rest in sorted(rests, key=lambda rest: (rest.began_at, rest.ended_at)):
        if joined and rest.began_at <= joined[-1].ended_at:
            joined[-1] = replace(joined[-1], ended_at=max(joined[-1].ended_at, rest.ended_at))
        else:
            joined.append(rest)
    return joined
