"""When borrowers act: in their own waking hours, on whole hours of UTC so that a driver of time has few stops."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def whole_hour(at: datetime) -> datetime:
    """The instant itself when it is a whole hour of UTC, else the next one."""
    floor = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return floor if floor == at else floor + timedelta(hours=1)


def local_hour(after: datetime, *, days: int, hour: int, timezone: str) -> datetime:
    """The given local hour some days after an instant; the next whole hour when that has passed already."""
    zone = ZoneInfo(timezone)
    day = after.astimezone(zone).date() + timedelta(days=days)
    wanted = datetime(day.year, day.month, day.day, hour, tzinfo=zone)
    return whole_hour(max(wanted, after + timedelta(minutes=1)))
