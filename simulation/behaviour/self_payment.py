"""When a borrower pays by itself, without having been spoken to."""

import random
from datetime import datetime, timedelta

from simulation.behaviour.base_rates import BaseRates
from simulation.behaviour.debt import Debt
from simulation.behaviour.payment import Payment, a_payment
from simulation.behaviour.traits import Life, Traits

MONTH = timedelta(days=30)
FORESEEN = timedelta(days=400)


def pays_by_itself(
    traits: Traits, *, debt: Debt, after: datetime, draw: random.Random, rates: BaseRates
) -> Payment | None:
    """The next payment that would come without any contact; None when none is in sight (400 days)."""
    if traits.self_pay_hazard <= 0 or traits.life is Life.DECEASED:
        return None
    wait = draw.expovariate(traits.self_pay_hazard) * MONTH
    if wait > FORESEEN:
        return None
    return a_payment(draw, debt=debt, after=after, days=wait.days, rates=rates)
