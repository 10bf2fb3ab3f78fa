"""How a borrower reacts to a message that was delivered."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.action import Action
from simulation.behaviour.base_rates import BaseRates
from simulation.behaviour.debt import Debt
from simulation.behaviour.hours import whole_hour
from simulation.behaviour.payment import Payment, a_payment
from simulation.behaviour.traits import Life, Temper, Traits

LONGEST_PAYING_DAYS = 5
LONGEST_ANSWERING_HOURS = 6


class Said(StrEnum):
    """What a borrower writes back about."""

    STOP = "stop"
    WILL_PAY = "will_pay"
    HARDSHIP = "hardship"
    DISPUTE = "dispute"


WORDS = {
    Said.STOP: ("STOP", "Stop", "UNSUBSCRIBE", "stop please"),
    Said.WILL_PAY: ("Thanks, I will pay on Friday", "Sorry, forgot about it. Paying this week"),
    Said.HARDSHIP: ("I lost my job and cannot pay right now", "I have been ill, can we talk about this?"),
    Said.DISPUTE: ("I do not owe this", "This was settled months ago, please check"),
}


@dataclass(frozen=True, slots=True)
class Ignores:
    """Nothing follows."""


@dataclass(frozen=True, slots=True)
class Replies:
    """A message back. For email it is only ever a request to stop, which reaches the sender as an unsubscription."""

    at: datetime
    said: Said
    text: str


Reaction = Ignores | Payment | Replies


def reaction_to_message(
    traits: Traits,
    *,
    action: Action,
    nth: int,
    debt: Debt,
    at: datetime,
    draw: random.Random,
    rates: BaseRates,
) -> Reaction:
    """What the nth message to a borrower (from 1) brings about.

    Args:
        traits: the borrower.
        action: `sms`, `chat` or `email`.
        nth: how many messages the borrower has had, this one included; each works less than the one before.
        debt: what is overdue when the message arrives.
        at: when it arrives.
        draw: the source of chance of this message.
        rates: the base rates.
    """
    if debt.outstanding_minor <= 0 or traits.life is Life.DECEASED:
        return Ignores()
    strength = rates.message_by_channel[action] * rates.message_wears_off ** (nth - 1)
    if draw.random() < traits.message_pays * strength:
        return a_payment(draw, debt=debt, after=at, days=draw.randint(0, LONGEST_PAYING_DAYS), rates=rates)
    if draw.random() < traits.stops * rates.message_by_channel[action]:
        return _replies(Said.STOP, at=at, draw=draw)
    if action is not Action.EMAIL and draw.random() < rates.message_answered[traits.temper]:
        return _replies(_reason_of(traits.temper), at=at, draw=draw)
    return Ignores()


def _reason_of(temper: Temper) -> Said:
    match temper:
        case Temper.HARDSHIP:
            return Said.HARDSHIP
        case Temper.DISPUTING:
            return Said.DISPUTE
        case Temper.REFUSING:
            return Said.STOP
        case Temper.FORGETFUL | Temper.STRETCHED:
            return Said.WILL_PAY


def _replies(said: Said, *, at: datetime, draw: random.Random) -> Replies:
    later = whole_hour(at + timedelta(hours=draw.uniform(0, LONGEST_ANSWERING_HOURS)))
    return Replies(at=later, said=said, text=draw.choice(WORDS[said]))
