"""A small world with a known answer: two texts some days apart, and people who pay everything or nothing."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np

from domain.action import Action
from domain.arrears import Statement
from domain.borrower import Borrower, BorrowerId, ContactKind, ContactPoint, ContactPointId, ContactState
from domain.step import Outcome
from policy.ladders.ladder import Ladder
from policy.ladders.reading import read_ladder
from simulation.what_if.days import Days
from simulation.what_if.entrant import Entrant
from simulation.what_if.known import ALL, Known

OPENED = datetime(2026, 3, 2, 9, tzinfo=UTC)
OWED = 10_000
SEEN = 45
LADDER = """
ladder: toy
version: 1
title: Two texts
hour: "09:00"
promise_grace: 3 days
kept_share: 0.9
finish_after: 60 days
review_holds_after: 30 days
rungs:
  - {{name: first, action: sms, after: 0 days, wording: friendly_reminder}}
  - {{name: second, action: sms, after: {wait} days, wording: helpful_reminder}}
"""
REACHED = frozenset({Outcome.SENT, Outcome.DONE, Outcome.NO_ANSWER, Outcome.PROMISED, Outcome.HARDSHIP})


def toy(*, wait: int) -> Ladder:
    """The second text comes so many days after the first."""
    return read_ladder(LADDER.format(wait=wait), name="toy.yaml")


def a_loan(number: int, *, opened_at: datetime = OPENED, days_past_due: int = 20) -> Entrant:
    """Everybody owes the same, and can be reached by text, mail and telephone."""
    kinds = (ContactKind.MOBILE, ContactKind.EMAIL)
    points = tuple(ContactPoint(ContactPointId(k.value), k, ContactState.VERIFIED) for k in kinds)
    since_on = opened_at.date() - timedelta(days=days_past_due)
    return Entrant(
        key=f"L{number}",
        borrower=Borrower(BorrowerId(f"B{number}"), "UTC", "en", "GB", points),
        opened_at=opened_at,
        statement=Statement(OWED, OWED, since_on, opened_at.date()),
        product="card",
        segment="mass",
    )


def days(rate: float, *, loans: int = 10**9, rng: np.random.Generator | None = None) -> Days:
    """The same rate on every day, as it is, or as it was seen with so many loans a day."""
    paid = np.full(SEEN, rate * loans) if rng is None else rng.poisson(rate * loans, SEEN)
    return Days(tuple((paid / loans).tolist()), tuple(int(p) for p in paid))


def known(first: Days, second: Days, *, cost: float = 5.0, share: float = 1.0) -> Known:
    """What is known where each text costs the same, and whoever pays pays this share."""
    return Known(
        after_rung={("first", ALL): first, ("second", ALL): second},
        after_action={},
        after_outcome={},
        after_opening={},
        after_payment=None,
        shares=(share,),
        shares_error=0.0,
        ends={Action.SMS: ((Outcome.SENT, 1.0),)},
        rung_cost={"first": cost, "second": cost},
        made=REACHED,
        ladder_waits=frozenset({Outcome.SENT, Outcome.NO_ANSWER}),
    )


def brings(first: float, second: float, *, wait: int, days: int = SEEN, cost: float = 5.0) -> float:
    """Net money per loan, by hand: those who pay before the second text are spared its cost."""
    unpaid = math.exp(-first * wait)
    recovered = OWED * (1 - unpaid * math.exp(-second * (days - wait)))
    return recovered - cost - cost * unpaid
