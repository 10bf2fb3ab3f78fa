"""The roll matrix: from the bucket at one month's end to the bucket at the next, in money and in loans."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from domain.arrears import add_months
from reports.buckets import BUCKETS
from reports.facts.facts import EPOCH, Facts
from reports.facts.fetching import Bools, Ints
from reports.facts.grouping import summed
from reports.measures.groups import Group
from reports.measures.watching import Watched
from reports.standing import GONE, Past

NAMES = (*BUCKETS, *GONE)

TERMS = {
    "roll rate": (
        "of the balances (or loans) in a bucket at a month's end, the share that is in each bucket at the next month's "
        "end, over all pairs of month ends from the one before the period to its last; a row adds up to 1; money is "
        "the balance at the first of the two month ends; a past month end is worked out from the newest "
        "statement of the lender's book up to it (failing that, from the entry of the journey) and the money since; "
        "`roll_by` tells them of the loans whose journeys stand in each row of a breakdown"
    ),
}


@dataclass(frozen=True, slots=True)
class MoneyRoll:
    """Balances in minor units that went from one bucket to another, and their share of all that were in the first."""

    from_bucket: str
    to_bucket: str
    amount_minor: int
    rate: float | None


@dataclass(frozen=True, slots=True)
class CountRoll:
    """The same in loans."""

    from_bucket: str
    to_bucket: str
    loans: int
    rate: float | None


@dataclass(frozen=True, slots=True)
class RollMatrix:
    """buckets: in order of delinquency, the ends (such as `withdrawn`) last. Empty cells are not listed."""

    buckets: tuple[str, ...]
    money: tuple[MoneyRoll, ...]
    counts: tuple[CountRoll, ...]


@dataclass(frozen=True, slots=True)
class RollBy:
    """One cell of both matrices, of the loans of one row of a breakdown: `loans` and balances, each with its share."""

    name: str
    from_bucket: str
    to_bucket: str
    loans: int
    loan_rate: float | None
    amount_minor: int
    money_rate: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Rolled:
    """Loans that were in a bucket at one month's end (`before`) and somewhere at the next, `day`; days since 1970.

    cell: of the matrix, row by row. balance: at the first of the two, in minor units.
    """

    before: int
    day: int
    loan: Ints
    cell: Ints
    balance: Ints

    def only(self, which: Bools) -> "Rolled":
        """Some of the loans."""
        return replace(self, loan=self.loan[which], cell=self.cell[which], balance=self.balance[which])


def rolled(facts: Facts) -> Iterator[Rolled]:
    """Month by month."""
    past, before, earlier = Past(facts), None, 0
    for day in month_ends(facts):
        now = past.on(day)
        if before is not None:
            to = np.where(now.gone >= 0, len(BUCKETS) + now.gone, now.bucket)
            here = np.flatnonzero((before.bucket >= 0) & (to >= 0))
            yield Rolled(earlier, day, here, before.bucket[here] * len(NAMES) + to[here], before.balance[here])
        before, earlier = now, day


def roll_matrix(months: Sequence[Rolled]) -> RollMatrix:
    """Both matrices, over the month ends that are over."""
    money, loans = _matrices((month.cell, month.balance) for month in months)
    return RollMatrix(
        NAMES if loans.any() else (),
        tuple(MoneyRoll(a, b, amount, rate) for a, b, amount, rate in _cells(money, loans)),
        tuple(CountRoll(a, b, number, rate) for a, b, number, rate in _cells(loans, loans)),
    )


def rolls_of(group: Group, months: Sequence[Rolled], facts: Facts) -> tuple[RollBy, ...]:
    """The same of the loans whose journeys stand in one row of a breakdown."""
    which = [is_of(group.watched, month, facts) for month in months]
    money, loans = _matrices((m.cell[here], m.balance[here]) for m, here in zip(months, which, strict=True))
    both = zip(_cells(loans, loans), _cells(money, loans), strict=True)
    return tuple(
        RollBy(group.name, a, b, number, loan_rate, amount, money_rate)
        for (a, b, number, loan_rate), (_, _, amount, money_rate) in both
    )


def is_of(watched: Watched, month: Rolled, facts: Facts) -> Bools:
    """Which loans of a month are those of some journeys."""
    journeys = facts.journeys["loan"]
    member = np.zeros(max(journeys.max(initial=-1), month.loan.max(initial=-1)) + 1, dtype=bool)
    member[journeys[watched.journey]] = True
    return np.asarray(member[month.loan])


def _matrices(months: Iterable[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    """Balances and loans by cell, from cells and balances month by month."""
    size = len(NAMES) ** 2
    money, loans = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    for cell, balance in months:
        money += summed(cell, balance, size)
        loans += np.bincount(cell, minlength=size)
    return money, loans


def month_ends(facts: Facts) -> list[int]:
    """The last days of months, from the one before the period to its last, as far as they are over, since 1970."""
    scope = facts.scope
    day = scope.from_on.replace(day=1) - timedelta(days=1)
    found = []
    while day <= scope.to_on and day < scope.as_of.date():
        found.append((day - EPOCH.date()).days)
        day = _next(day)
    return found


def _next(day: date) -> date:
    return add_months(day.replace(day=1), 2) - timedelta(days=1)


def _cells(matrix: Ints, loans: Ints) -> Iterator[tuple[str, str, int, float | None]]:
    """The cells in which there was a loan, with their share of their row."""
    rows = matrix.reshape(len(NAMES), len(NAMES)).sum(axis=1)
    for cell in np.flatnonzero(loans):
        row, column = divmod(int(cell), len(NAMES))
        whole = int(rows[row])
        yield NAMES[row], NAMES[column], int(matrix[cell]), round(int(matrix[cell]) / whole, 6) if whole else None
