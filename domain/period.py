"""Periods of whole days."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last, both included."""

    from_on: date
    to_on: date

    @property
    def is_whole_month(self) -> bool:
        """Whether it is one calendar month from its first day to its last."""
        return self == month_before(first_of_next_month(self.from_on))


def month_before(day: date) -> Period:
    """The last calendar month that was over on a day."""
    last = day.replace(day=1) - timedelta(days=1)
    return Period(last.replace(day=1), last)


def first_of_next_month(day: date) -> date:
    """The first day of the month that follows a day's."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
