"""Saying where and when: the city by which a zone is known, and the name that people give its clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

COMMON_NAMES = {
    "America/New_York": "Eastern",
    "America/Chicago": "Central",
    "America/Denver": "Mountain",
    "America/Los_Angeles": "Pacific",
    "America/Anchorage": "Alaska",
    "Pacific/Honolulu": "Hawaii",
}
"""Zones whose clock has a name of its own; every other one is told by its city."""


def city(zone: ZoneInfo) -> str:
    """`America/New_York` is New York."""
    return zone.key.rpartition("/")[2].replace("_", " ")


def clock_name(zone: ZoneInfo) -> str:
    """What follows an hour: `Eastern`, or `in Phoenix`."""
    return COMMON_NAMES.get(zone.key) or f"in {city(zone)}"


def hour_in(at: datetime, zone: ZoneInfo) -> str:
    """`11:00 Eastern`."""
    return f"{at.astimezone(zone):%H:%M} {clock_name(zone)}"


def day_and_hour_in(at: datetime, zone: ZoneInfo) -> str:
    """`13 May 11:00 Eastern`."""
    return f"{at.astimezone(zone):%-d %b %H:%M} {clock_name(zone)}"
