"""Who a borrower is: drawn once for a loan, hidden from the product, and steering everything the borrower does."""

from dataclasses import dataclass
from enum import StrEnum

from domain.arrears import bucket_of
from simulation.behaviour.base_rates import BaseRates
from simulation.behaviour.chance import around, draws_for, pick


class Temper(StrEnum):
    """Why a borrower has not paid."""

    FORGETFUL = "forgetful"
    STRETCHED = "stretched"
    HARDSHIP = "hardship"
    DISPUTING = "disputing"
    REFUSING = "refusing"


class LineState(StrEnum):
    """Whether a number or an email address works; a landline takes calls but no messages."""

    WORKS = "works"
    LANDLINE = "landline"
    DEAD = "dead"


class Life(StrEnum):
    """Whether the borrower is still alive."""

    LIVING = "living"
    DECEASED = "deceased"


@dataclass(frozen=True, slots=True)
class Traits:
    """One borrower's own rates (chances between 0 and 1), scattered around those of the temper.

    self_pay_hazard: events per 30 days of paying by itself.
    message_pays, stops: per message; answers: per dial; at_home: per visit.
    """

    temper: Temper
    self_pay_hazard: float
    message_pays: float
    stops: float
    answers: float
    at_home: float
    keeps_promise: float
    keeps_plan: float
    phone: LineState
    email: LineState
    life: Life


def traits_of(loan_number: str, *, seed: int, days_past_due: int, rates: BaseRates) -> Traits:
    """Draw the borrower behind a loan; the same seed, loan and bucket always give the same one."""
    draw = draws_for(seed, loan_number, "traits")
    bucket = min(max(bucket_of(days_past_due), 1), len(rates.tempers)) - 1
    tempers = rates.tempers[bucket]
    temper = Temper(pick(draw, tempers))
    mean_factor = sum(share * rates.self_cure_by_temper[name] for name, share in tempers.items())
    frailty = draw.gammavariate(rates.spread, 1 / rates.spread)
    hazard = rates.self_cure_monthly[bucket] * rates.self_cure_by_temper[temper] / mean_factor * frailty
    return Traits(
        temper=temper,
        self_pay_hazard=hazard,
        message_pays=around(draw, rates.message_pays[temper], spread=rates.spread),
        stops=around(draw, rates.message_stop, spread=rates.spread),
        answers=around(draw, rates.right_party_per_dial, spread=rates.spread),
        at_home=around(draw, rates.visit_meets_borrower, spread=rates.spread),
        keeps_promise=around(draw, rates.promise_kept[temper], spread=rates.spread),
        keeps_plan=around(draw, rates.plan_kept[temper], spread=rates.spread),
        phone=LineState(
            pick(
                draw,
                {
                    LineState.DEAD: rates.phone_dead,
                    LineState.LANDLINE: rates.phone_landline,
                    LineState.WORKS: 1 - rates.phone_dead - rates.phone_landline,
                },
            )
        ),
        email=LineState(pick(draw, {LineState.DEAD: rates.email_dead, LineState.WORKS: 1 - rates.email_dead})),
        life=Life(pick(draw, {Life.DECEASED: rates.deceased, Life.LIVING: 1 - rates.deceased})),
    )
