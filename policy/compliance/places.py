"""Saying where: the city by which a zone is known."""

from zoneinfo import ZoneInfo


def city(zone: ZoneInfo) -> str:
    """`America/New_York` is New York."""
    return zone.key.rpartition("/")[2].replace("_", " ")
