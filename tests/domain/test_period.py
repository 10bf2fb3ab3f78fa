"""Months: which one was over on a day, and whether a period is one."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis.strategies import dates

from domain.period import Period, month_before


def test_the_last_whole_month_is_over() -> None:
    """On the first of a month it is the one before, also across a year and in a leap year."""
    assert month_before(date(2026, 4, 1)) == Period(date(2026, 3, 1), date(2026, 3, 31))
    assert month_before(date(2026, 1, 31)) == Period(date(2025, 12, 1), date(2025, 12, 31))
    assert month_before(date(2028, 3, 9)) == Period(date(2028, 2, 1), date(2028, 2, 29))


@given(dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_month_before_is_whole_and_a_day_less_is_not(day: date) -> None:
    """For any day."""
    month = month_before(day)
    assert month.is_whole_month
    assert not Period(month.from_on, month.to_on - timedelta(days=1)).is_whole_month
    assert not Period(month.from_on + timedelta(days=1), month.to_on).is_whole_month
    assert not Period(month.from_on, day).is_whole_month
