"""Walks pretend borrowers through a plain ladder, with the behaviour functions alone, to see where their loans end."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from domain.action import Action
from domain.work_item import Disposition, WorkKind
from simulation.behaviour.answer import Answer, answer_to_person
from simulation.behaviour.base_rates import shipped_rates
from simulation.behaviour.chance import draws_for
from simulation.behaviour.debt import Debt
from simulation.behaviour.payment import Payment
from simulation.behaviour.reaction import Replies, Said, reaction_to_message
from simulation.behaviour.self_payment import pays_by_itself
from simulation.behaviour.traits import Traits, traits_of

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
LADDER: tuple[tuple[int, Action], ...] = (
    (0, Action.SMS),
    (4, Action.EMAIL),
    (9, Action.SMS),
    (14, Action.CALLBACK),
    (21, Action.CALLBACK),
    (30, Action.FIELD_VISIT),
    (45, Action.LEGAL_REFERRAL),
)
INSTALMENT = 20_000
RESTS = {Disposition.HARDSHIP, Disposition.DISPUTE, Disposition.DECEASED, Disposition.REPRESENTED}


@dataclass
class Walk:
    """One loan's way down the ladder."""

    loan: str
    seed: int
    traits: Traits
    owed: int
    instalment: int
    bucket: int
    payments: list[Payment] = field(default_factory=list)
    reached: set[Action] = field(default_factory=set)
    answers: list[Answer] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    messages: int = 0
    rests_until: datetime = START
    cured_at: datetime | None = None

    def debt(self) -> Debt:
        return Debt(outstanding_minor=self.owed, instalment_minor=self.instalment, timezone="Europe/Madrid")

    def draw(self, topic: str, nth: int) -> random.Random:
        return draws_for(self.seed, self.loan, topic, nth)

    def settle(self, now: datetime) -> None:
        """Let the money come in that is due by now."""
        for payment in sorted((p for p in self.payments if p.at <= now), key=lambda p: p.at):
            self.payments.remove(payment)
            self.owed -= min(payment.amount_minor, self.owed)
            if self.owed == 0 and self.cured_at is None:
                self.cured_at = payment.at

    def take(self, action: Action, *, now: datetime) -> None:
        """Carry out one rung."""
        self.reached.add(action)
        if action.is_message:
            self._write(action, now=now)
        else:
            self._speak(WorkKind(action.value), now=now)

    def _write(self, action: Action, *, now: datetime) -> None:
        self.messages += 1
        reaction = reaction_to_message(
            self.traits,
            action=action,
            nth=self.messages,
            debt=self.debt(),
            at=now,
            draw=self.draw("message", self.messages),
            rates=shipped_rates(),
        )
        if isinstance(reaction, Payment):
            self.payments.append(reaction)
        elif isinstance(reaction, Replies):
            self.said.append(reaction.said)

    def _speak(self, kind: WorkKind, *, now: datetime) -> None:
        nth = len(self.answers) + 1
        answer = answer_to_person(
            self.traits,
            kind=kind,
            nth=nth,
            debt=self.debt(),
            at=now,
            draw=self.draw("answer", nth),
            rates=shipped_rates(),
        )
        self.answers.append(answer)
        self.payments.extend(answer.payments)
        if answer.promise:
            self.rests_until = now + timedelta(days=(answer.promise.due_on - now.date()).days + 3)
        if answer.instalments:
            last = answer.payments[-1].at if answer.payments else now
            kept = len(answer.payments) == len(answer.instalments)
            self.rests_until = last + timedelta(days=2 if kept else 20)
        if answer.disposition in RESTS:
            self.rests_until = now + timedelta(days=45)


def walk(number: int, *, seed: int, days_past_due: int, days: int = 120) -> Walk:
    """Carry one loan through the ladder; promises and arrangements make it rest until they are due."""
    loan = f"L-{number}"
    life = Walk(
        loan=loan,
        seed=seed,
        traits=traits_of(loan, seed=seed, days_past_due=days_past_due, rates=shipped_rates()),
        owed=INSTALMENT * (1 + days_past_due // 30),
        instalment=INSTALMENT,
        bucket=-(-days_past_due // 30),
    )
    by_itself = pays_by_itself(
        life.traits, debt=life.debt(), after=START, draw=life.draw("self", 1), rates=shipped_rates()
    )
    if by_itself:
        life.payments.append(by_itself)
    rungs, next_at = list(LADDER), START
    for day in range(days + 1):
        now = START + timedelta(days=day)
        life.settle(now)
        if life.cured_at or now < max(next_at, life.rests_until) or not rungs:
            continue
        planned, action = rungs.pop(0)
        life.take(action, now=now)
        next_at = now + timedelta(days=rungs[0][0] - planned) if rungs else now
    return life


def portfolio(*, loans: int, seed: int) -> list[Walk]:
    """Loans spread evenly from 5 to 150 days past due, each after 120 days of the ladder."""
    ages = draws_for(seed, "ages")
    return [walk(n, seed=seed, days_past_due=ages.randint(5, 150)) for n in range(loans)]
