"""What is known of people where nothing is: the base rates of the pretend world."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.action import MESSAGES, Action
from domain.step import Outcome
from simulation.behaviour.base_rates import BaseRates, Shares
from simulation.behaviour.reaction import LONGEST_PAYING_DAYS
from simulation.what_if.days import Days
from simulation.what_if.known import ALL, Known

SEEN = 45
SURE = 10**9
"""Base rates are taken as they are: their uncertainty is not told, because nobody has measured it here."""
PARTLY = 0.5
KEPT_AFTER, KEPT_DAYS = 3, 10
"""Promised money comes in the ten days from the third on."""

SAID: dict[str, Outcome] = {
    "promise": Outcome.PROMISED,
    "arrangement": Outcome.ARRANGED,
    "paid": Outcome.PAID,
    "refused": Outcome.REFUSED,
    "hardship": Outcome.HARDSHIP,
    "dispute": Outcome.DISPUTED,
    "represented": Outcome.DISPUTED,
    "stop_contact": Outcome.REFUSED,
}
"""How a step ends by what was said; a lawyer rests a loan as a dispute does."""


@dataclass(frozen=True, slots=True)
class _World:
    rates: BaseRates
    tempers: Shares
    by_itself: float

    def mean(self, by_temper: Mapping[str, float]) -> float:
        """Over all borrowers."""
        return sum(share * by_temper[temper] for temper, share in self.tempers.items())

    def days(self, share: float = 0.0, *, first: int = 0, last: int = 0) -> Days:
        """Payments by themselves every day, and a share of borrowers who pay within some days."""
        extra = share / max(last - first, 1)
        rates = tuple(self.by_itself + (extra if first <= day < last else 0.0) for day in range(SEEN))
        return Days(rates, (SURE,) * SEEN)


def pretend(
    rates: BaseRates, *, made: frozenset[Outcome], ladder_waits: frozenset[Outcome], prices: Mapping[Action, float]
) -> Known:
    """Everything from base rates, of borrowers in their first bucket. prices: of a step of each action, minor units."""
    tempers = rates.tempers[0]
    world = _World(rates, tempers, rates.self_cure_monthly[0] / 30)
    pays = world.mean(rates.message_pays)
    kept, plans = world.mean(rates.promise_kept), world.mean(rates.plan_kept)
    alone = world.days()
    whole = round(10 * rates.pays_in_full)
    return Known(
        after_rung={},
        after_action={
            (action, ALL): world.days(pays * rates.message_by_channel[action.value], last=LONGEST_PAYING_DAYS + 1)
            if action in MESSAGES
            else alone
            for action in Action
        },
        after_outcome={
            Outcome.PROMISED: world.days(kept, first=KEPT_AFTER, last=KEPT_AFTER + KEPT_DAYS),
            Outcome.ARRANGED: world.days(plans, first=KEPT_AFTER, last=KEPT_AFTER + KEPT_DAYS),
            Outcome.PAID: world.days(1.0, last=2),
        },
        after_opening={ALL: alone},
        after_payment=alone,
        shares=(*(PARTLY,) * (10 - whole), *(1.0,) * whole),
        shares_error=0.0,
        ends={action: _ends(action, world) for action in Action},
        action_cost=prices,
        made=made,
        ladder_waits=ladder_waits,
    )


def _ends(action: Action, world: _World) -> tuple[tuple[Outcome, float], ...]:
    rates = world.rates
    match action:
        case Action.SMS | Action.EMAIL | Action.CHAT:
            return ((Outcome.SENT, 1.0),)
        case Action.CALLBACK:
            reached = 1 - (1 - rates.right_party_per_dial) ** rates.dials_per_callback
            missed = 1 - reached
            left = missed * rates.message_left
            return (*_said(world, reached), (Outcome.MESSAGE_LEFT, left), (Outcome.NO_ANSWER, missed - left))
        case Action.FIELD_VISIT:
            met = rates.visit_meets_borrower
            return (*_said(world, met), (Outcome.NO_ANSWER, 1 - met))
        case Action.VERIFY_CONTACTS:
            found = rates.verification_finds
            return ((Outcome.CONFIRMED, found), (Outcome.NOT_FOUND, 1 - found))
        case Action.LEGAL_REFERRAL | Action.AGENCY_PLACEMENT:
            return ((Outcome.HANDED_OVER, 1.0),)


def _said(world: _World, reached: float) -> list[tuple[Outcome, float]]:
    """What those say who were reached."""
    shares: dict[Outcome, float] = {}
    for temper, of in world.tempers.items():
        for word, share in world.rates.says_to_person[temper].items():
            shares[SAID[word]] = shares.get(SAID[word], 0.0) + reached * of * share
    return list(shares.items())
