"""Money that a borrower is going to pay, and whether the bank takes it back."""

import random
from dataclasses import dataclass
from datetime import datetime

from simulation.behaviour.base_rates import BaseRates
from simulation.behaviour.debt import Debt
from simulation.behaviour.hours import local_hour

PAYING_HOURS = (9, 12, 18)
DAYS_UNTIL_TAKEN_BACK = (2, 5)
PART_SHARES = (0.3, 0.7)


@dataclass(frozen=True, slots=True)
class Payment:
    """An amount in minor units at an instant; when it comes to it, no more than what is still overdue is paid."""

    at: datetime
    amount_minor: int


def a_payment(draw: random.Random, *, debt: Debt, after: datetime, days: int, rates: BaseRates) -> Payment:
    """A payment some days after an instant: mostly everything that is overdue, else a part."""
    share = 1.0 if draw.random() < rates.pays_in_full else draw.uniform(*PART_SHARES)
    at = local_hour(after, days=days, hour=draw.choice(PAYING_HOURS), timezone=debt.timezone)
    return Payment(at=at, amount_minor=debt.part(share))


def taken_back_at(draw: random.Random, *, paid_at: datetime, timezone: str, rates: BaseRates) -> datetime | None:
    """When the bank takes a payment back; None for nearly all of them."""
    if draw.random() >= rates.payment_taken_back:
        return None
    return local_hour(paid_at, days=draw.randint(*DAYS_UNTIL_TAKEN_BACK), hour=9, timezone=timezone)
