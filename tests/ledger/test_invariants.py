"""Every invariant can fail: what it watches is tampered with, and it is named."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import Session, col, delete, select, update

from domain.step import Outcome
from domain.work_item import WorkKind
from ledger import invariants
from ledger.database import Ledger, open_ledger
from ledger.keyring import Keyring
from ledger.tables.attempt import AttemptRow, VerdictRow
from ledger.tables.columns import new_id
from ledger.tables.decision import DecisionRow, PackRow
from ledger.tables.journey import AssignmentRow, JourneyRow, StepRow, TurnRow
from ledger.tables.money import CostRow, PaymentRow, ReversalRow
from ledger.tables.work_item import WorkItemRow
from tests.ledger.lender import NOW, Lender
from tests.ledger.unguarded import unguard


def send_without_permission(session: Session) -> None:
    """A decision says no, and the message left all the same."""
    session.exec(update(DecisionRow).values(answer="forbidden"))


def send_without_step(session: Session) -> None:
    """A message left, and its step was never written."""
    session.exec(delete(StepRow).where(col(StepRow.outcome) == Outcome.SENT.value))


def say_sent_without_attempt(session: Session) -> None:
    """A step that says sent, and nothing left."""
    step = session.exec(select(StepRow)).first()
    assert step is not None
    session.add(StepRow(**{**step.model_dump(), "id": new_id(), "turn_no": 99, "outcome": Outcome.SENT.value}))


def lose_an_assignment(session: Session) -> None:
    """The arm of a journey is lost."""
    session.exec(delete(AssignmentRow))


def ask_on_a_closed_journey(session: Session) -> None:
    """Work stays on the list."""
    session.exec(update(WorkItemRow).values(state="open"))


def decide_after_the_end(session: Session) -> None:
    """A turn after the last one."""
    turn = session.exec(select(TurnRow)).first()
    assert turn is not None
    session.add(TurnRow(**{**turn.model_dump(), "id": new_id(), "turn_no": 99, "decision": "wait"}))
    session.exec(update(JourneyRow).values(turn_no=99))


def forget_an_unknown(session: Session) -> None:
    """Nobody knows what became of a contact, and nobody asks."""
    session.exec(update(AttemptRow).values(state="unknown"))


def book_a_foreign_currency(session: Session) -> None:
    """Euros for a loan in pounds."""
    session.exec(update(CostRow).values(currency="EUR"))


def take_back_too_much(session: Session) -> None:
    """More than was paid."""
    payment = session.exec(select(PaymentRow)).one()
    session.add(
        ReversalRow(
            payment_id=payment.id,
            loan_id=payment.loan_id,
            source="s",
            external_id="r",
            amount_minor=payment.amount_minor + 1,
            reversed_at=NOW,
            recorded_at=NOW,
        )
    )


def miscalculate_a_cost(session: Session) -> None:
    """One too many."""
    session.exec(update(CostRow).values(amount_millis=CostRow.amount_millis + 1))


def correct_another_unit(session: Session) -> None:
    """A correction of an email takes from a text message."""
    cost = session.exec(select(CostRow)).first()
    assert cost is not None
    session.add(CostRow(**{**cost.model_dump(), "id": new_id(), "unit": "other", "corrects_id": cost.id}))


def act_upon_the_past(session: Session) -> None:
    """A journey that took turns is said to be of the past."""
    session.exec(update(JourneyRow).values(state="history"))


def send_too_often(session: Session) -> None:
    """The pack of that time allowed fewer messages than left."""
    pack = session.exec(select(PackRow)).one()
    assert "max: 3" in pack.content
    pack.content = pack.content.replace("max: 3", "max: 0")


def send_at_night(session: Session) -> None:
    """The pack of that time opened later than a message left."""
    pack = session.exec(select(PackRow)).one()
    assert 'opens: "08:00"' in pack.content
    pack.content = pack.content.replace('opens: "08:00"', 'opens: "18:00"')


TAMPERING: dict[str, Callable[[Session], None]] = {
    "sent_without_permission": send_without_permission,
    "sent_without_step": send_without_step,
    "steps_sent_without_attempt": say_sent_without_attempt,
    "journeys_without_assignment": lose_an_assignment,
    "open_work_of_closed_journeys": ask_on_a_closed_journey,
    "acts_on_closed_journeys": decide_after_the_end,
    "unknown_and_forgotten": forget_an_unknown,
    "money_in_a_foreign_currency": book_a_foreign_currency,
    "reversals_beyond_payment": take_back_too_much,
    "costs_that_do_not_multiply": miscalculate_a_cost,
    "corrections_of_another_loan": correct_another_unit,
    "the_past_is_acted_upon": act_upon_the_past,
    "over_a_cap": send_too_often,
    "outside_a_window": send_at_night,
}


@pytest.fixture
def tampered(ledger_url: str) -> Iterator[Ledger]:
    """A ledger with one finished journey, which nobody checks when the test is over."""
    ledger = open_ledger(ledger_url, keyring=Keyring(os.urandom(32)))
    lender = Lender(ledger)
    journey = lender.opens(ladder="standard_early_call")
    lender.has_work(journey, WorkKind.CALLBACK)
    lender.now += timedelta(hours=1)
    lender.receives(80_000)
    lender.lives(journey, days=0)
    unguard(ledger)
    yield ledger
    ledger.close()


class TestTheInvariants:
    """What must always be true."""

    def test_are_each_tampered_with_below(self) -> None:
        """Classify or fail."""
        assert {check.__name__ for check in invariants.INVARIANTS} == set(TAMPERING)

    def test_name_what_was_tampered_with(self, tampered: Ledger) -> None:
        """They hold before, and each one that is broken is named with its rows."""
        with tampered.reading() as session:
            assert invariants.broken(session) == {}
        for name, tamper in TAMPERING.items():
            with tampered.reading() as session:  # what is done here is undone when it ends
                tamper(session)
                session.flush()
                broken = invariants.broken(session)
            assert set(broken) == {name}
            assert all(broken.values())

    def test_may_see_an_attempt_that_was_given_back_without_a_verdict(self, tampered: Ledger) -> None:
        """An overtaken contact was never judged, and never left."""
        with tampered.transaction() as session:
            session.exec(delete(DecisionRow))
            session.exec(delete(VerdictRow))
            session.exec(update(AttemptRow).values(state="released"))
        with tampered.reading() as session:
            assert "sent_without_permission" not in invariants.broken(session)

    def test_are_asked_in_a_way_that_grows_with_the_ledger(self, lender: Lender) -> None:
        """PostgreSQL goes through a `NOT IN (SELECT ...)` once a row when its answer no longer fits into memory; what
        opens journeys asks for the absence of rows as well.
        """
        asked: list[str] = []
        event.listen(lender.ledger.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
        lender.lives(lender.opens(), days=3)
        with lender.ledger.reading() as session:
            invariants.broken(session)
        assert sum("NOT (EXISTS (SELECT" in " ".join(text.split()) for text in asked) >= 4
        assert [text for text in asked if "NOT IN (SELECT" in " ".join(text.split())] == []
