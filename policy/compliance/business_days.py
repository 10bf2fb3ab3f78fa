"""Days on which business is done: the calendars that packs count by."""

from datetime import date, timedelta
from functools import cache

import holidays

CALENDARS = ("us_federal", "weekdays")
SATURDAY = 5


def business_days_after(day: date, *, days: int, calendar: str) -> date:
    """The so-many-th business day after a day, which is not counted itself."""
    reached = day
    while days > 0:
        reached += timedelta(days=1)
        days -= is_business_day(reached, calendar=calendar)
    return reached


def is_business_day(day: date, *, calendar: str) -> bool:
    """Whether a day is neither a Saturday, a Sunday nor a legal holiday of the calendar."""
    return day.weekday() < SATURDAY and not (calendar == "us_federal" and day in _us_holidays(day.year))


@cache
def _us_holidays(year: int) -> frozenset[date]:
    # 5 U.S.C. 6103(a) names the days themselves. The Friday or Monday off for one that falls on a weekend comes from
    # 6103(b), which is about the pay and leave of federal employees.
    return frozenset(holidays.country_holidays("US", years=year, observed=False))
