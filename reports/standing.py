"""Where loans stood on past days: worked out from what the book said, the money since, and the entries of journeys.

A loan's position on a day follows from the newest statement of a day up to it, and the money received after that day,
as `domain.arrears` works it out. The entry of a journey that an import of the past told of counts as a statement: the
arrears and the days past due that it opened with. That of a journey of ours only serves before the first statement,
from which it was worked out itself otherwise. Nothing is said of a loan before any of them.
"""

from dataclasses import dataclass

import numpy as np

from domain.arrears import BUCKET_DAYS
from domain.journey import ClosingReason
from reports.buckets import LAST
from reports.facts.facts import Facts
from reports.facts.fetching import NONE, Ints
from reports.facts.grouping import first_in_group, last_at_or_before
from reports.recovery_curve import DAY

DAYS = 1 << 20
"""More than any day since 1970 has as its number."""
GONE = tuple(
    reason.value
    for reason in (
        *(ClosingReason.CHARGED_OFF, ClosingReason.WRITTEN_OFF, ClosingReason.SOLD, ClosingReason.SETTLED),
        *(ClosingReason.WITHDRAWN, ClosingReason.DECEASED),
    )
)
"""Ends after which a loan is in no bucket any more."""


@dataclass(frozen=True, slots=True, eq=False)
class Sightings:
    """What was seen of loans, in order of loan and day; `cash` is what had come in on the loan by then.

    source: the number of the statement, or -1 less the number of the journey whose entry it was.
    """

    source: Ints
    loan: Ints
    on: Ints
    arrears: Ints
    instalment: Ints
    since_on: Ints
    balance: Ints
    cash: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Where every loan stood at the end of a day: its bucket (-1: not seen yet, or gone), its balance in minor units.

    gone: a code into GONE, -1 for those that are there.
    """

    bucket: Ints
    balance: Ints
    gone: Ints


class Past:
    """The past of all loans, from which any day can be told."""

    def __init__(self, facts: Facts) -> None:
        self.loans = 1 + max(
            int(table["loan"].max(initial=-1)) for table in (facts.statements, facts.journeys, facts.payments)
        )
        self.cash_loan, self.cash_at, self.cash_sum = _cash(facts)
        self.cash_key = self.cash_loan * DAYS + self.cash_at // DAY
        self.facts = facts
        was_told = facts.journeys["known_at"] > facts.journeys["opened_at"]
        every, told = self._entries(np.arange(len(was_told))), self._entries(np.flatnonzero(was_told))
        self.entered, self.stated = every, _merged(self._statements(), told)

    def on(self, day: int) -> Standing:
        """Where every loan stood at the end of a day (days since 1970, UTC)."""
        loans = np.arange(self.loans)
        cash = self._cash_before(loans, day + 1)
        bucket, balance = self._position(self.stated, loans, day, cash)
        others = np.flatnonzero(bucket < 0)
        bucket[others], balance[others] = self._position(self.entered, others, day, cash[others])
        gone = self._gone(day)
        return Standing(np.where(gone >= 0, NONE, bucket), balance, gone)

    def seen_by(self, day: int, loans: Ints) -> tuple[Ints, Ints]:
        """What each loan's position on a day follows from (as `Sightings.source` says), and since when money counts."""
        source, since = self._seen(self.stated, loans, day)
        other, other_since = self._seen(self.entered, loans, day)
        return np.where(since >= 0, source, other), np.where(since >= 0, since, other_since)

    def _seen(self, seen: Sightings, loans: Ints, day: int) -> tuple[Ints, Ints]:
        if not len(seen.loan):
            return np.full(len(loans), NONE), np.full(len(loans), NONE)
        at = np.searchsorted(seen.loan * DAYS + seen.on, loans * DAYS + day, side="right") - 1
        is_seen = (at >= 0) & (seen.loan[at] == loans)
        source = seen.source[at]
        opened_at = np.append(self.facts.journeys["opened_at"], NONE)[np.where(source < 0, -1 - source, NONE)]
        since = np.where(source < 0, opened_at, (seen.on[at] + 1) * DAY)
        return source, np.where(is_seen, since, NONE)

    def _position(self, seen: Sightings, loans: Ints, day: int, cash: Ints) -> tuple[Ints, Ints]:
        at = np.searchsorted(seen.loan * DAYS + seen.on, loans * DAYS + day, side="right") - 1
        if not len(seen.loan):
            return np.full(len(loans), NONE), np.zeros(len(loans), dtype=np.int64)
        is_seen = (at >= 0) & (seen.loan[at] == loans)
        received = cash - seen.cash[at]
        arrears, days = positions(
            arrears=seen.arrears[at],
            instalment=seen.instalment[at],
            since_on=seen.since_on[at],
            as_of_on=seen.on[at],
            received=received,
            on=day,
        )
        bucket = np.where(arrears > 0, np.minimum(-(-days // BUCKET_DAYS), LAST), 0)
        return np.where(is_seen, bucket, NONE), np.where(is_seen, np.maximum(seen.balance[at] - received, 0), 0)

    def _gone(self, day: int) -> Ints:
        """The last journey that had opened, if it ended by then because the loan left our hands."""
        journeys = self.facts.journeys
        opened = np.flatnonzero(journeys["opened_at"] // DAY <= day)
        last = np.full(self.loans, NONE, dtype=np.int64)
        last[journeys["loan"][opened]] = opened  # in order of opening: the last one stays
        names = self.facts.names["closing"]
        code = np.array([*(GONE.index(name) if name in GONE else NONE for name in names), NONE], dtype=np.int64)
        closed_at = np.append(journeys["closed_at"], NONE)[last]
        closing = np.append(journeys["closing"], NONE)[last]
        return np.where((closed_at >= 0) & (closed_at // DAY <= day), code[closing], NONE)

    def _statements(self) -> Sightings:
        statements = self.facts.statements
        order = np.lexsort((statements["recorded_at"], statements["as_of_on"], statements["loan"]))
        loan, on = statements["loan"][order], statements["as_of_on"][order]
        return Sightings(
            order,
            loan,
            on,
            arrears=statements["arrears_minor"][order],
            instalment=statements["instalment_minor"][order],
            since_on=statements["since_on"][order],
            balance=statements["balance_minor"][order],
            cash=self._cash_before(loan, on + 1),  # it speaks for its whole day; money counts from the next midnight
        )

    def _entries(self, some: Ints) -> Sightings:
        """What some journeys opened with; money of that very instant comes after it."""
        journeys, statements = self.facts.journeys, self.facts.statements
        order = some[np.lexsort((journeys["opened_at"][some], journeys["loan"][some]))]
        loan, opened_at = journeys["loan"][order], journeys["opened_at"][order]
        on, arrears = opened_at // DAY, journeys["opening_minor"][order]
        first = first_in_group(statements["loan"], loan)
        instalment = np.where(first >= 0, np.append(statements["instalment_minor"], 0)[first], 0)
        since_on = on - journeys["days_past_due"][order]
        came = last_at_or_before(self.cash_loan, self.cash_at, loan, opened_at - 1)
        return Sightings(-1 - order, loan, on, arrears, instalment, since_on, arrears, self._upto(came))

    def _cash_before(self, loans: Ints, day: Ints | int) -> Ints:
        """What had come in on loans before the beginning of a day."""
        at = np.searchsorted(self.cash_key, loans * DAYS + day, side="left") - 1
        is_theirs = (at >= 0) & (np.append(self.cash_loan, NONE)[at] == loans)
        return self._upto(np.where(is_theirs, at, NONE))

    def _upto(self, at: Ints) -> Ints:
        return np.append(self.cash_sum, 0)[at]


def positions(
    *, arrears: Ints, instalment: Ints, since_on: Ints, as_of_on: Ints, received: Ints, on: Ints | int
) -> tuple[Ints, Ints]:
    """Arrears in minor units and days past due: `domain.arrears.position_of` for whole columns, days since 1970."""
    left = arrears - received
    dues = _months_between(since_on, as_of_on) + 1
    size = np.maximum(np.maximum(instalment, -(-arrears // dues)), 1)
    oldest = _add_months(since_on, np.where(arrears > 0, np.maximum(received, 0) // size, 0))
    is_behind = left > 0
    return np.where(is_behind, left, 0), np.where(is_behind, np.maximum(on - oldest, 0), 0)


def _merged(first: Sightings, second: Sightings) -> Sightings:
    """Both in one order; of two of one day the second counts."""
    columns = {
        name: np.concatenate([getattr(first, name), getattr(second, name)])
        for name in ("source", "loan", "on", "arrears", "instalment", "since_on", "balance", "cash")
    }
    order = np.lexsort((columns["on"], columns["loan"]))
    return Sightings(**{name: values[order] for name, values in columns.items()})


def _months_between(first: Ints, last: Ints) -> Ints:
    """How many times a month can be added to the first day without passing the last; at least 0."""
    months = _month(last) - _month(first)
    return np.asarray(np.maximum(months - (_add_months(first, months) > last), 0))


def _add_months(day: Ints, months: Ints) -> Ints:
    """The same day of the month so many months later; the month's last day where it has no such day."""
    month = _month(day) + months
    of_month = day - _first_day(_month(day))
    return np.asarray(np.minimum(_first_day(month) + of_month, _first_day(month + 1) - 1))


def _month(day: Ints) -> Ints:
    months: Ints = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return months


def _first_day(month: Ints) -> Ints:
    days: Ints = month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return days


def _cash(facts: Facts) -> tuple[Ints, Ints, Ints]:
    """Payments and reversals in order of loan and instant, and what had come in on the loan after each of them."""
    payments, reversals = facts.payments, facts.reversals
    loan = np.concatenate([payments["loan"], payments["loan"][reversals["payment"]]])
    at = np.concatenate([payments["at"], reversals["at"]])
    amount = np.concatenate([payments["amount_minor"], -reversals["amount_minor"]])
    order = np.lexsort((at, loan))
    loan, at, total = loan[order], at[order], np.cumsum(amount[order])
    begins = np.searchsorted(loan, loan, side="left")
    before = np.where(begins > 0, np.append(total, 0)[begins - 1], 0)
    return loan, at, total - before
