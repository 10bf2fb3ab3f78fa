"""A length of time as a rule writes it: years, months and days on the calendar, which are not a number of hours."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from pydantic import BeforeValidator

from policy.files.form import wrong
from policy.files.problem import quoted

WRITTEN = re.compile(r"([0-9]{1,4})\s+(year|month|day)s?")
LAST_YEAR = 9999


@dataclass(frozen=True, slots=True)
class Span:
    """So many calendar months and days; years are months by twelve."""

    months: int = 0
    days: int = 0

    def after(self, day: date) -> date:
        """The day that lies so long after another; a month without such a day ends on its last one."""
        month = day.month - 1 + self.months
        year = day.year + month // 12
        if year > LAST_YEAR:
            return date.max
        month = month % 12 + 1
        last = calendar.monthrange(year, month)[1]
        return date(year, month, min(day.day, last)) + timedelta(days=self.days)

    def __str__(self) -> str:
        years, months = divmod(self.months, 12)
        parts = [(years, "year"), (months, "month"), (self.days, "day")]
        return " and ".join(f"{n} {word}{'s' * (n != 1)}" for n, word in parts if n) or "0 days"


def _span(value: object) -> object:
    if isinstance(value, Span):
        return value
    match = WRITTEN.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise wrong(f"{quoted(value)} is not a span", remedy="write years, months or days, e.g. `5 years` or `30 days`")
    number = int(match[1])
    return {"year": Span(months=12 * number), "month": Span(months=number), "day": Span(days=number)}[match[2]]


SpanText = Annotated[Span, BeforeValidator(_span)]
