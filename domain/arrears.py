"""How far behind a loan is on a day, worked out from its unpaid instalments and the money received since.

Nothing is kept as a running total: a payment, a reversal or a newer statement of the lender changes the inputs, and the
position follows.
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

BUCKET_DAYS = 30


@dataclass(frozen=True, slots=True)
class Position:
    """Where a loan stands on a day.

    arrears_minor: overdue and unpaid, in minor units; zero when cured.
    days_past_due: whole days since the oldest unpaid instalment fell due; zero when cured.
    """

    arrears_minor: int
    days_past_due: int

    @property
    def bucket(self) -> int:
        """0 when current, 1 for 1-30 days past due, 2 for 31-60, and so on."""
        return bucket_of(self.days_past_due)

    @property
    def is_cured(self) -> bool:
        return self.arrears_minor <= 0


@dataclass(frozen=True, slots=True)
class Statement:
    """What the lender's book says of a loan on a day.

    arrears_minor is overdue on `as_of_on`; `past_due_since_on` is the due date of the oldest unpaid instalment;
    `instalment_minor` is the regular instalment (monthly), by which the arrears are split into due dates.
    """

    arrears_minor: int
    instalment_minor: int
    past_due_since_on: date
    as_of_on: date


def position_of(statement: Statement, *, received_minor: int, on: date) -> Position:
    """The position on a day, after `received_minor` (net of reversals) came in since the statement.

    Negative money (a payment of before the statement was taken back) adds to the arrears. Money pays the oldest
    instalment first. A part payment moves the oldest unpaid due date forward by the instalments that it covers whole;
    it never moves it back.
    """
    unpaid = received_minor
    for due_on, amount in instalments_of(statement):
        if unpaid < amount:
            left = statement.arrears_minor - received_minor
            return Position(arrears_minor=left, days_past_due=max((on - due_on).days, 0))
        unpaid -= amount
    if received_minor < 0:  # nothing was overdue on the statement; what was taken back since is
        days = max((on - statement.past_due_since_on).days, 0)
        return Position(arrears_minor=-received_minor, days_past_due=days)
    return Position(arrears_minor=0, days_past_due=0)


def instalments_of(statement: Statement) -> Iterable[tuple[date, int]]:
    """Split the arrears into (due date, minor units), oldest first; the last one carries what is left over.

    When the arrears are more than the instalments due by the statement's date can hold, each is stretched evenly: the
    count of due dates is a fact of the calendar, the amounts are the lender's.
    """
    if statement.arrears_minor <= 0:
        return
    due_dates = [statement.past_due_since_on]
    while (following := add_months(statement.past_due_since_on, len(due_dates))) <= statement.as_of_on:
        due_dates.append(following)
    size = max(statement.instalment_minor, -(-statement.arrears_minor // len(due_dates)), 1)
    left = statement.arrears_minor
    for due_on in due_dates:
        amount = min(size, left)
        if amount:
            yield due_on, amount
        left -= amount


def bucket_of(days_past_due: int) -> int:
    """The delinquency bucket: 0 for current, 1 for 1-30 days past due, 2 for 31-60, ..."""
    return -(-max(days_past_due, 0) // BUCKET_DAYS)


def add_months(day: date, months: int) -> date:
    """The same day of the month, `months` later; the month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
