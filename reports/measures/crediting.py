"""Who gets the credit for money: the last touch, the first one, or all of them, the more the nearer they were."""

from dataclasses import dataclass

import numpy as np

from reports.breakdown import Breakdown
from reports.crediting import Credits
from reports.facts.facts import Facts
from reports.facts.fetching import Ints
from reports.facts.grouping import spread, summed
from reports.movement import at_touch
from reports.placing import Placing
from reports.recovery_curve import DAY
from reports.tally import places

TERMS = {
    "first touch": "the same, credited to the first touch of the journey that the payment belongs to",
    "time decay": (
        "the same, shared among all touches of the journey before the payment, each with half the weight for every "
        "half-life that lies between; shares are whole minor units and sum to the payment"
    ),
}


METHODS = ("last_touch", "first_touch", "time_decay")


@dataclass(frozen=True, slots=True)
class Credited:
    """What one step (`standard v1: first_sms`) is credited with, in minor units."""

    step: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Attributions:
    """Three ways to credit the same payments; each sums to recovered."""

    last_touch: tuple[Credited, ...]
    first_touch: tuple[Credited, ...]
    time_decay: tuple[Credited, ...]


def attributions(facts: Facts, credited: Credits, placing: Placing, *, half_life_days: float) -> Attributions:
    """Credit the payments of the period in all three ways."""
    return Attributions(
        *(
            _credited(shares_of(method, facts, credited, half_life_days=half_life_days), credited, placing)
            for method in METHODS
        )
    )


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Payments by their numbers, the touch that each is credited to (-1 for none), and with how much (minor units)."""

    payment: Ints
    touch: Ints
    amount: Ints


def shares_of(method: str, facts: Facts, credited: Credits, *, half_life_days: float) -> Shares:
    """Who is credited with the payments of the period by a method; all of a payment's shares sum to it."""
    paid = np.flatnonzero(facts.in_period(facts.payments["at"]))
    amount = facts.payments["amount_minor"][paid]
    if method == "time_decay":
        return Shares(*_decaying(credited, paid, amount, half_life_days=half_life_days))
    return Shares(paid, (credited.last if method == "last_touch" else credited.first)[paid], amount)


def rows_of(shares: Shares, credited: Credits, placing: Placing) -> Ints:
    """The row by rung that each share belongs to."""
    payment, journey = shares.payment, credited.journey[shares.payment]
    moved = at_touch(credited, "payments", payment, number=shares.amount, journey=journey, touch=shares.touch)
    return places(Breakdown.RUNG, moved, placing)


def _credited(shares: Shares, credited: Credits, placing: Placing) -> tuple[Credited, ...]:
    names = placing.rows[Breakdown.RUNG]
    rows = rows_of(shares, credited, placing)
    sums = summed(rows, shares.amount, len(names))
    shown = {*rows.tolist(), len(names) - 2}
    return tuple(Credited(names[row], int(sums[row])) for row in sorted(shown))


def _decaying(credited: Credits, paid: Ints, amount: Ints, *, half_life_days: float) -> tuple[Ints, Ints, Ints]:
    """Each payment shared among its touches: the payment, the touch (-1 for none) and the share in minor units."""
    is_touched = credited.last[paid] >= 0
    touched, whole = paid[is_touched], amount[is_touched]
    payment, place = spread(credited.last[touched] - credited.first[touched] + 1)
    touch = credited.first[touched][payment] + place
    age = credited.touches.at[credited.last[touched]][payment] - credited.touches.at[touch]
    weight = 0.5 ** (age / (half_life_days * DAY))  # beside the last touch, whose weight is 1
    exact = whole[payment] * (weight / np.bincount(payment, weight, minlength=len(touched))[payment])
    share = np.floor(exact).astype(np.int64)
    short = whole - np.bincount(payment, share, minlength=len(touched)).astype(np.int64)
    # What is left of each payment goes to the largest remainders, one minor unit each; the later touch of two equals.
    order = np.lexsort((-place, share - exact, payment))
    begins = np.searchsorted(payment[order], payment[order], side="left")
    share[order] += np.arange(len(order)) - begins < short[payment[order]]
    untouched = paid[~is_touched]
    return (
        np.concatenate([touched[payment], untouched]),
        np.concatenate([touch, np.full(len(untouched), -1)]),
        np.concatenate([share, amount[~is_touched]]),
    )
