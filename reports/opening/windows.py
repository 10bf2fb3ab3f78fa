"""The rows behind money within so many days of an instant: payments, what was taken back of them, and costs."""

from reports.facts.fetching import Ints
from reports.opening.ground import EARLIER, Ground
from reports.opening.part import Part, Unit


def received(ground: Ground, loan: Ints, starts: Ints, *, days: int, name: str = "received") -> Part:
    """Payments; one that is in the days of two starts is there twice."""
    _, number = ground.money.received.rows_within(loan, starts, days=days)
    return Part(name, "payments", number, ground.facts.payments["amount_minor"][number], Unit.MINOR)


def taken_back(ground: Ground, loan: Ints, starts: Ints, *, days: int, name: str = "taken back") -> Part:
    """Reversals, less than zero."""
    _, number = ground.money.taken_back_within(loan, starts, days=days)
    return Part(name, "reversals", number, -ground.facts.reversals["amount_minor"][number], Unit.MINOR)


def spent(ground: Ground, loan: Ints, starts: Ints, *, days: int, name: str = "spent") -> tuple[Part, ...]:
    """Costs of the period, and (where there are any) those of before it."""
    flow, amount = ground.spent
    _, number = flow.rows_within(loan, starts, days=days)
    size = len(ground.facts.costs)
    here, before = number[number < size], number[number >= size]
    ours = Part(name, "costs", here, amount[here], Unit.MILLIS)
    earlier = Part(f"{name}, before the period", EARLIER, before - size, amount[before], Unit.MILLIS)
    return (ours, earlier) if len(before) else (ours,)
