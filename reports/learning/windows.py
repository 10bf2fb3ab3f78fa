"""Money within so many days of an instant, for whole columns at once: of a loan's entry, a draw, or a call."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy import Select, select
from sqlmodel import Session, col

from ledger.tables.money import CostRow
from reports.evidence import on_record
from reports.experiments.confidence_sequence import Floats
from reports.facts.facts import Facts
from reports.facts.fetching import Ints, fetch
from reports.facts.grouping import first_in_group, last_at_or_before, spread
from reports.facts.queries import numbered_loans
from reports.facts.spelling import micros
from reports.learning.hearing import Heard, unheard
from reports.scope import Scope

DAY = 86_400 * 1_000_000
"""Microseconds."""
MILLIS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """Amounts of loans at instants, in the order of loans and instants, with their running sum, from nothing on.

    order: the number that each row had before it was put in order.
    """

    loan: Ints
    at: Ints
    running: Ints
    order: Ints

    def within(self, loan: Ints, starts: Ints, *, days: int) -> Ints:
        """For each loan and start, the sum from the start until so many days later (which is no more counted)."""
        return self._until(loan, starts + days * DAY) - self._until(loan, starts)

    def rows_within(self, loan: Ints, starts: Ints, *, days: int) -> tuple[Ints, Ints]:
        """The rows that such sums are made of: for each row the place of its loan and start, and its number."""
        return self.rows_between(loan, starts, starts + days * DAY)

    def rows_between(self, loan: Ints, starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
        """The same until instants (which are no more counted)."""
        none = first_in_group(self.loan, loan) - 1  # the row before a loan's first
        last = last_at_or_before(self.loan, self.at, loan, ends - 1)
        before = np.maximum(last_at_or_before(self.loan, self.at, loan, starts - 1), none)
        place, nth = spread(np.where(last >= 0, last - before, 0))
        return place, self.order[before[place] + 1 + nth]

    def _until(self, loan: Ints, at: Ints) -> Ints:
        """The sum of a loan before an instant."""
        last = last_at_or_before(self.loan, self.at, loan, at - 1)
        before = first_in_group(self.loan, loan)
        return np.where(last >= 0, self.running[last + 1] - self.running[np.maximum(before, 0)], 0)


@dataclass(frozen=True, slots=True, eq=False)
class Money:
    """All that came in, was taken back and was spent, in minor units and (spent) in thousandths of them."""

    facts: Facts
    received: Flow
    spent: Flow

    def received_within(self, loan: Ints, starts: Ints, *, days: int) -> Ints:
        """Received within the days after each start, gross."""
        return self.received.within(loan, starts, days=days)

    def kept_within(self, loan: Ints, starts: Ints, *, days: int) -> Floats:
        """Received within the days, less what was taken back of it within them; a loan may stand there many times."""
        gross = self.received_within(loan, starts, days=days).astype(np.float64)
        payments, reversals = self.facts.payments, self.facts.reversals
        of = reversals["payment"]
        order = np.argsort(loan, kind="stable")
        first = np.searchsorted(loan[order], payments["loan"][of], side="left")
        number = np.searchsorted(loan[order], payments["loan"][of], side="right") - first
        for nth in range(int(number.max(initial=0))):
            here = number > nth
            place = order[first[here] + nth]
            counts = (payments["at"][of[here]] >= starts[place]) & (reversals["at"][here] < starts[place] + days * DAY)
            np.subtract.at(gross, place[counts], reversals["amount_minor"][here][counts])
        return gross

    def taken_back_within(self, loan: Ints, starts: Ints, *, days: int) -> tuple[Ints, Ints]:
        """The reversals that `kept_within` takes off: the place of the loan and start of each, and its number."""
        payments, reversals = self.facts.payments, self.facts.reversals
        of = reversals["payment"]
        back = flow_of(payments["loan"][of], reversals["at"], reversals["amount_minor"])
        ends = starts + days * DAY
        none = first_in_group(back.loan, loan) - 1
        last = last_at_or_before(back.loan, back.at, loan, ends - 1)
        place, nth = spread(np.where(last >= 0, last - none, 0))
        number = back.order[none[place] + 1 + nth]
        counts = payments["at"][of[number]] >= starts[place]
        return place[counts], number[counts]

    def spent_within(self, loan: Ints, starts: Ints, *, days: int) -> Floats:
        """Spent within the days, in minor units and parts of them."""
        found: Floats = self.spent.within(loan, starts, days=days) / MILLIS
        return found


def money_of(session: Session, facts: Facts, *, heard: Heard = unheard) -> Money:
    """Of a report's facts, with what was spent before its period."""
    payments, costs = facts.payments, facts.costs
    read = fetch(session, costs_before(facts.scope), order="any")
    heard("costs before the period", read)
    earlier = read.columns
    both = {name: np.concatenate([costs[name], earlier[name]]) for name in ("loan", "at", "amount_millis")}
    return Money(
        facts,
        flow_of(payments["loan"], payments["at"], payments["amount_minor"]),
        flow_of(both["loan"], both["at"], both["amount_millis"]),
    )


def flow_of(loan: Ints, at: Ints, amount: Ints) -> Flow:
    """Amounts in any order as a flow."""
    order = np.lexsort((at, loan))
    return Flow(loan[order], at[order], np.concatenate([[0], np.cumsum(amount[order])]), order)


def costs_before(scope: Scope) -> Select[tuple[int, int, int]]:
    """What was spent on the portfolio's loans before the period."""
    loan = numbered_loans(scope)
    return (
        select(loan.c.no.label("loan"), micros(CostRow.incurred_at).label("at"), col(CostRow.amount_millis))
        .join(loan, loan.c.id == col(CostRow.loan_id))
        .where(col(CostRow.incurred_at) < scope.starts_at, on_record(scope, CostRow.recorded_at))
    )
