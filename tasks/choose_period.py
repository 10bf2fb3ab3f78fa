"""One step: which days a report is about, and what is on record for it."""

from datetime import date, datetime
from typing import NamedTuple

from prefect import task

from domain.period import month_before
from tasks.repeatable import REPEATABLE
from tasks.surroundings import surroundings


class Chosen(NamedTuple):
    """The days, both included, and the instant whose knowledge the report has."""

    from_on: date
    to_on: date
    as_of: datetime


@task(task_run_name="choose the period", **REPEATABLE)
def choose_period(from_on: date | None, to_on: date | None, as_of: datetime | None) -> Chosen:
    """What was asked for; where nothing was said, the last whole month as on record now.

    Where only a first day was given, the last one is today.
    """
    now = surroundings().clock()
    last_month = month_before(now.date())
    to_on = to_on or (last_month.to_on if from_on is None else now.date())
    return Chosen(from_on or last_month.from_on, to_on, as_of or now)
