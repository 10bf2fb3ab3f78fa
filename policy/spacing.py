"""When a planned wait ends: whole days are counted on the borrower's calendar and end at the ladder's hour."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def spaced(start: datetime, wait: timedelta, *, zone: ZoneInfo, hour: time) -> datetime:
    """The instant (UTC) at which a wait that began at `start` is over.

    Whole days end at `hour` on the borrower's calendar, whatever the clocks did in between, and never before `start`;
    shorter waits are counted in hours.
    """
    if wait % timedelta(days=1):
        return start + wait
    return max(start, local_instant(start.astimezone(zone).date() + wait, hour=hour, zone=zone))


def local_instant(day: date, *, hour: time, zone: ZoneInfo) -> datetime:
    """A wall-clock hour on a day in a zone, as UTC; an hour that the clocks skip is the first instant after the gap."""
    local = datetime.combine(day, hour, tzinfo=zone)
    return local.astimezone(UTC)
