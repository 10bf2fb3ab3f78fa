"""When a planned wait ends: whole days are counted on the borrower's calendar and end at the ladder's hour."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
LAST_DAY = date(9990, 1, 1)
"""No agreed day is waited for beyond this one: the calendar ends soon after, and its last hours have no UTC."""


def spaced(start: datetime, wait: timedelta, *, zone: ZoneInfo, hour: time) -> datetime:
    """The instant (UTC) at which a wait that began at `start` is over.

    Whole days end at `hour` on the borrower's calendar, whatever the clocks did in between, and never before `start`;
    shorter waits are counted in hours.
    """
    if wait % timedelta(days=1):
        return start.astimezone(UTC) + wait
    return max(start.astimezone(UTC), local_instant(start.astimezone(zone).date() + wait, hour=hour, zone=zone))


def local_instant(day: date, *, hour: time, zone: ZoneInfo) -> datetime:
    """A wall-clock hour on a day in a zone, as UTC; an hour that the clocks skip is the first instant after the gap."""
    local = datetime.combine(day, hour, tzinfo=zone)
    usual, other = local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
    if usual <= other:  # the hour comes once; or twice, and the first one counts
        return usual
    # The clocks skip it: they change somewhere between the two readings, on a whole minute.
    minutes = (other + number * MINUTE for number in range(int((usual - other) / MINUTE)))
    skipped = other.astimezone(zone).utcoffset()
    return next((minute for minute in minutes if minute.astimezone(zone).utcoffset() != skipped), usual)


def grace_ends(due_on: date, *, grace: timedelta, hour: time, zone: ZoneInfo) -> datetime:
    """The instant (UTC) from which money that was agreed for a day is late; a day beyond LAST_DAY is taken for it."""
    return local_instant(min(due_on, LAST_DAY) + grace, hour=hour, zone=zone)
