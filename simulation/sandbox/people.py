"""The pretend borrowers as the sandbox knows them: their debts, what reaches them, and what they then do."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from domain.action import Action
from domain.work_item import WorkKind
from simulation.behaviour.answer import Answer, answer_to_person
from simulation.behaviour.base_rates import shipped_rates
from simulation.behaviour.chance import draws_for
from simulation.behaviour.debt import Debt
from simulation.behaviour.payment import Payment, taken_back_at
from simulation.behaviour.reaction import Ignores, Replies, reaction_to_message
from simulation.behaviour.self_payment import pays_by_itself
from simulation.behaviour.traits import Traits, traits_of
from simulation.sandbox.agenda import Agenda, DueKind
from simulation.sandbox.control import PretendBorrower, Question
from simulation.sandbox.homes import Guess, guesses_at, home_of
from simulation.sandbox.state import State, stored

SOURCE = "bank"


class UnknownLoan(LookupError):
    """No borrower is registered for this loan number."""


@dataclass(frozen=True, slots=True)
class Person:
    """A registered borrower with what is overdue now."""

    card: PretendBorrower
    outstanding_minor: int
    registered_at: datetime

    def debt(self) -> Debt:
        return Debt(
            outstanding_minor=self.outstanding_minor,
            instalment_minor=self.card.instalment_minor,
            timezone=self.card.timezone,
        )


class People:
    """Joins the pure behaviour to the agenda. Every draw belongs to one loan, one topic and its count."""

    def __init__(self, state: State, agenda: Agenda, *, seed: int) -> None:
        self._state = state
        self._agenda = agenda
        self._seed = seed

    def register(self, cards: Sequence[PretendBorrower], *, at: datetime) -> int:
        """Take in borrowers; one whose loan is known already is left as it is. Returns how many are new."""
        new = 0
        with self._state.transaction() as db:
            for card in cards:
                known = db.execute("SELECT 1 FROM person WHERE loan_number = ?", (card.loan_number,)).fetchone()
                if known:
                    continue
                row = (card.loan_number, card.borrower_number, card.phone, card.email.lower(), card.portfolio)
                db.execute(
                    "INSERT INTO person VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (*row, card.model_dump_json(), card.arrears_minor, stored(at)),
                )
                new += 1
                self._plan_self_payment(self.person(card.loan_number), after=at)
        return new

    def person(self, loan_number: str) -> Person:
        """A registered borrower.

        Raises:
            UnknownLoan: there is none for this loan.
        """
        with self._state.transaction() as db:
            row = db.execute("SELECT * FROM person WHERE loan_number = ?", (loan_number,)).fetchone()
        if row is None:
            raise UnknownLoan(loan_number)
        return _person(row)

    def reached_at(self, address: str, *, action: Action) -> list[Person]:
        """The borrowers behind a number or an email address, in the order of their loans."""
        # Two whole statements, so that no column name is ever put together from parts.
        query = (
            "SELECT * FROM person WHERE email = ? ORDER BY loan_number"
            if action is Action.EMAIL
            else "SELECT * FROM person WHERE phone = ? ORDER BY loan_number"
        )
        with self._state.transaction() as db:
            return [_person(row) for row in db.execute(query, (address.lower(),)).fetchall()]

    def home(self, loan_number: str) -> str:
        """Where a borrower truly lives; raises UnknownLoan."""
        return home_of(self.person(loan_number).card, seed=self._seed, rates=shipped_rates())

    def guesses(self, known: str) -> list[Guess]:
        """What an enrichment desk says of whoever is known under a number, an email or a postal address."""
        with self._state.transaction() as db:
            row = db.execute(
                "SELECT * FROM person WHERE phone = ? OR email = ? OR json_extract(card, '$.address') = ?"
                " ORDER BY loan_number",
                (known, known.lower(), known),
            ).fetchone()
        return [] if row is None or not known else guesses_at(_person(row).card, seed=self._seed, rates=shipped_rates())

    def traits(self, person: Person) -> Traits:
        """Who the borrower is."""
        return traits_of(
            person.card.loan_number, seed=self._seed, days_past_due=person.card.days_past_due, rates=shipped_rates()
        )

    def message_arrived(self, address: str, *, action: Action, at: datetime) -> None:
        """A message was delivered: its readers react, and at most one of them writes back."""
        replied = False
        for person in self.reached_at(address, action=action):
            loan = person.card.loan_number
            nth = self._state.count_up(loan, "message")
            reaction = reaction_to_message(
                self.traits(person),
                action=action,
                nth=nth,
                debt=person.debt(),
                at=at,
                draw=self._draw(loan, "message", nth),
                rates=shipped_rates(),
            )
            match reaction:
                case Payment():
                    self._plan_payment(loan, reaction)
                case Replies() if not replied:
                    replied = True
                    payload = {"action": action, "address": address, "said": reaction.said, "text": reaction.text}
                    self._agenda.add(DueKind.REPLY, at=reaction.at, sort_key=f"{loan}/{nth}", payload=payload)
                case Replies() | Ignores():
                    pass

    def answer(self, question: Question) -> Answer:
        """What comes of one piece of work; the money that follows goes on the agenda.

        Raises:
            UnknownLoan: nobody is registered for the loan.
        """
        person = self.person(question.loan_number)
        loan = question.loan_number
        # Looking for somebody is no contact: it wears nobody out, and moves no chance of theirs.
        topic = "verification" if question.kind is WorkKind.VERIFY_CONTACTS else "answer"
        nth = self._state.count_up(loan, topic)
        answer = answer_to_person(
            self.traits(person),
            kind=question.kind,
            nth=nth,
            debt=person.debt(),
            at=question.at,
            draw=self._draw(loan, topic, nth),
            rates=shipped_rates(),
        )
        for payment in answer.payments:
            self._plan_payment(loan, payment)
        return answer

    def pay(self, loan: str, *, amount_minor: int, at: datetime) -> None:
        """Pay into the loan book, but no more than what is overdue."""
        person = self.person(loan)
        amount = min(amount_minor, person.outstanding_minor)
        if amount <= 0:
            return
        nth, payment_id = self._write_payment(person, amount, at=at, reverses=None)
        back = taken_back_at(
            self._draw(loan, "taken_back", nth), paid_at=at, timezone=person.card.timezone, rates=shipped_rates()
        )
        if back is not None:
            payload = {"loan": loan, "amount_minor": amount, "reverses": payment_id}
            self._agenda.add(DueKind.TAKEN_BACK, at=back, sort_key=payment_id, payload=payload)

    def pay_by_itself(self, loan: str, *, amount_minor: int, at: datetime) -> None:
        """A payment that nobody asked for; the next one is foreseen where something is left."""
        self.pay(loan, amount_minor=amount_minor, at=at)
        self._plan_self_payment(self.person(loan), after=at)

    def take_back(self, loan: str, *, amount_minor: int, reverses: str, at: datetime) -> None:
        """The bank takes a payment back, and the borrower owes it again."""
        person = self.person(loan)
        self._write_payment(person, amount_minor, at=at, reverses=reverses)
        if person.outstanding_minor == 0:
            self._plan_self_payment(self.person(loan), after=at)

    def _write_payment(self, person: Person, amount: int, *, at: datetime, reverses: str | None) -> tuple[int, str]:
        card = person.card
        with self._state.transaction() as db:
            nth = self._state.count_up(card.loan_number, "payment")
            payment_id = f"{card.loan_number}-{nth}"
            row = (payment_id, card.loan_number, card.portfolio, amount, card.currency, stored(at), reverses)
            db.execute("INSERT INTO payment VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            db.execute(
                "UPDATE person SET outstanding_minor = outstanding_minor - ? WHERE loan_number = ?",
                (-amount if reverses else amount, card.loan_number),
            )
        return nth, payment_id

    def _plan_payment(self, loan: str, payment: Payment) -> None:
        nth = self._state.count_up(loan, "planned")
        payload = {"loan": loan, "amount_minor": payment.amount_minor}
        self._agenda.add(DueKind.PAYMENT, at=payment.at, sort_key=f"{loan}/{nth}", payload=payload)

    def _plan_self_payment(self, person: Person, *, after: datetime) -> None:
        if person.outstanding_minor <= 0:
            return
        loan = person.card.loan_number
        nth = self._state.count_up(loan, "self")
        payment = pays_by_itself(
            self.traits(person),
            debt=person.debt(),
            after=after,
            draw=self._draw(loan, "self", nth),
            rates=shipped_rates(),
        )
        if payment is not None:
            payload = {"loan": loan, "amount_minor": payment.amount_minor}
            self._agenda.add(DueKind.SELF_PAYMENT, at=payment.at, sort_key=f"{loan}/{nth}", payload=payload)

    def _draw(self, loan: str, topic: str, nth: int) -> Random:
        return draws_for(self._seed, loan, topic, nth)


def _person(row: sqlite3.Row) -> Person:
    return Person(
        card=PretendBorrower(**json.loads(row["card"])),
        outstanding_minor=row["outstanding_minor"],
        registered_at=datetime.fromisoformat(row["registered_at"]).astimezone(UTC),
    )
