"""What came next on a loan after each step: a step, a payment, the end or the opening of a journey, or nothing yet."""

from dataclasses import dataclass

import numpy as np

from reports.facts.facts import Facts, in_micros
from reports.facts.fetching import NONE, Ints
from reports.learning.payment_hazard import CLOSED, OPENED, PAID, SEEN, STEP, TAKEN


@dataclass(frozen=True, slots=True, eq=False)
class After:
    """Steps by their numbers, how long nothing happened after each (microseconds), and what ended that.

    following: the number of the step or payment that did; -1 for neither.
    """

    step: Ints
    length: Ints
    ended_by: Ints
    following: Ints


def after_steps(facts: Facts) -> After:
    """The steps that were taken in the period in which a loan was seen, one by one, with what came next on the loan."""
    starts, ends = in_micros(facts.scope.starts_at), in_micros(facts.scope.seen_until)
    journeys, steps, payments = facts.journeys, facts.steps, facts.payments
    taken = np.array([*(name in TAKEN for name in facts.names["outcome"]), False])
    step = np.flatnonzero(taken[steps["outcome"]] & (steps["at"] >= starts) & (steps["at"] < ends))
    paid = np.flatnonzero((payments["at"] >= starts) & (payments["at"] < ends))
    closed = np.flatnonzero((journeys["closed_at"] >= starts) & (journeys["closed_at"] < ends))
    opened = np.flatnonzero((journeys["opened_at"] >= starts) & (journeys["opened_at"] < ends))
    loans, there = journeys["loan"], steps["journey"][step]
    loan = np.concatenate([loans[there], payments["loan"][paid], loans[closed], loans[opened]])
    ends_and_openings = (journeys["closed_at"][closed], journeys["opened_at"][opened])
    at = np.concatenate([steps["at"][step], payments["at"][paid], *ends_and_openings])
    what = np.repeat([STEP, PAID, CLOSED, OPENED], [len(step), len(paid), len(closed), len(opened)])
    number = np.concatenate([step, paid, np.full(len(closed) + len(opened), NONE)])
    order = np.lexsort((what, at, loan))
    loan, at, what, number = loan[order], at[order], what[order], number[order]
    has_next = np.append(loan[1:] == loan[:-1], False)[: len(loan)]
    begins = what == STEP
    return After(
        step=number[begins],
        length=(np.where(has_next, np.append(at[1:], 0)[: len(at)], ends) - at)[begins],
        ended_by=np.where(has_next, np.append(what[1:], SEEN)[: len(at)], SEEN)[begins],
        following=np.where(has_next, np.append(number[1:], NONE)[: len(at)], NONE)[begins],
    )
