"""Where a telephone number suggests that its owner is: the zones of its area code."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from phonenumbers import NumberParseException, parse
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number

SEASONS = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))
WIDEST = timedelta(hours=2)
"""Zones further apart than this are those of a whole country or of no place: the number says nothing then."""


@lru_cache(maxsize=4096)
def zones_of_number(number: str, *, home: str) -> tuple[str, ...]:
    """The zones other than that of the person's home in which a number's area code lies, one for each clock.

    number: in international form (`+16025550123`). Empty where the area code agrees with the home or names no place.
    """
    try:
        found = time_zones_for_number(parse(number))
    except NumberParseException:
        return ()
    by_clock = {_clock(zone): zone for zone in sorted(found, reverse=True) if zone != UNKNOWN_TIMEZONE}
    if not by_clock or _clock(home) in by_clock:
        return ()
    for readings in zip(*by_clock, strict=True):
        if max(readings) - min(readings) > WIDEST:
            return ()
    return tuple(sorted(by_clock.values()))


def _clock(zone: str) -> tuple[timedelta, ...]:
    """How far a zone's clocks are ahead of UTC, in winter and in summer."""
    return tuple(at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta() for at in SEASONS)
