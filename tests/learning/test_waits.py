"""How long to wait after a rung: hazards with a known answer, and suggestions that find what was planted."""

from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import insert, update
from sqlmodel import Session, select

from domain.action import Action
from domain.step import Outcome
from ledger.tables.borrower import BorrowerRow, ContactPointRow
from ledger.tables.columns import new_id
from ledger.tables.loan import LoanRow
from policy.ladders.shipped import shipped_ladder
from reports.facts.facts import facts_of
from reports.learning.learning import Waits, waits_of
from reports.learning.payment_hazard import Hazards, hazards
from reports.learning.wait_interval import KEEP, LONGER, SHORTER, TOO_LITTLE, WaitInterval
from tests.learning.book import AS_OF, START, Book

GENTLE = shipped_ladder("gentle").digest
NAMES = {GENTLE: "gentle v1"}


def found(session: Session, book: Book) -> Hazards:
    """The hazards of a book."""
    return hazards(facts_of(session, book.write(session)))


def suggested(session: Session, book: Book, *, most: int = 2) -> WaitInterval:
    """What is suggested after the first reminder, over all segments. most: loans to simulate for each suggestion."""
    told: Waits = waits_of(session, facts_of(session, book.write(session)), ladders=NAMES, most=most)
    return next(each for each in told.intervals if (each.rung, each.segment) == ("gentle v1: friendly_reminder", "all"))


class TestHazards:
    """Of a first payment, by whole days since the rung."""

    def test_of_a_toy_are_counted_by_hand(self, past: Session) -> None:
        """Four loans: one pays after a day and a half, one takes the next rung after two days, two see nothing."""
        book = Book()
        book.loan().step("friendly_reminder", day=0, turn=1).pays(700, day=1.5).pays(900, day=1.7)
        book.loan().step("friendly_reminder", day=0, turn=1).step("helpful_reminder", day=2, turn=2)
        for _ in range(2):
            book.loan().step("friendly_reminder", day=0, turn=1)
        after = found(past, book).after[GENTLE, "friendly_reminder", "all"]
        assert after.loans == 4
        assert after.paid[:3].tolist() == [0, 1, 0]
        assert after.exposed[:3].tolist() == pytest.approx([4, 3.5, 2])
        assert (after.mean, after.waits, after.next_rungs) == (700, {2: 1}, {"helpful_reminder": 1})

    def test_go_on_over_a_rung_that_was_withheld(self, past: Session) -> None:
        """Nothing was done on day 2, so the days after the first reminder last until day 5."""
        book = Book()
        loan = book.loan().step("friendly_reminder", day=0, turn=1)
        loan.step("helpful_reminder", day=2, turn=2, outcome=Outcome.WITHHELD, share=0.2, draw=0.1)
        loan.step("callback", day=5, turn=3, action=Action.CALLBACK, outcome=Outcome.NO_ANSWER)
        after = found(past, book).after[GENTLE, "friendly_reminder", "all"]
        assert (after.waits, after.next_rungs) == ({5: 1}, {"callback": 1})

    def test_leave_out_waits_that_the_ladder_did_not_set(self, past: Session) -> None:
        """After a promise the promised day decides; a second try is no wait for the next rung."""
        book = Book()
        loan = book.loan()
        loan.step("callback", day=0, turn=1, action=Action.CALLBACK, outcome=Outcome.NO_ANSWER)
        loan.step("callback", day=2, turn=2, action=Action.CALLBACK, outcome=Outcome.PROMISED)
        loan.step("offer_of_help", day=9, turn=3, action=Action.EMAIL)
        known = found(past, book)
        assert (GENTLE, "callback", "all") not in known.after
        assert known.steps[GENTLE, "callback"] == 2


def a_year(
    *, wait: int, early: float, late: float, after: float, cost: int, loans: int = 1200, minor: int = 1000
) -> Book:
    """Loans take two rungs `wait` days apart; hazards a day: early (days 1 to 3), late, and after the second rung."""
    rng, book = np.random.default_rng(3), Book()
    for number in range(loans):
        loan = book.loan(at=START + timedelta(minutes=120 * number), segment="mass" if number % 3 else "few")
        loan.step("friendly_reminder", day=0, turn=1)
        chances = [early if day < 3 else late for day in range(wait)] + [after] * 45
        pays = np.flatnonzero(rng.random(len(chances)) < np.array(chances))
        first = int(pays[0]) if len(pays) else None
        if first is not None:
            loan.pays(minor, day=first + 0.5)
        if first is None or first >= wait:
            loan.step("helpful_reminder", day=wait, turn=2).costs(cost, day=wait, rung="helpful_reminder")
    return book


class TestASuggestion:
    """The best of the waits that were seen, and what it would bring."""

    def test_is_shorter_where_waiting_brings_nothing(self, past: Session) -> None:
        """After day 3 hardly anybody pays by themselves, and the next step brings five in a hundred every day."""
        told = suggested(past, a_year(wait=10, early=0.05, late=0.001, after=0.05, cost=10))
        assert (told.verdict, told.wait_days, told.next_rung) == (SHORTER, 10, "helpful_reminder")
        assert told.suggested_days is not None
        assert told.suggested_days <= 4
        assert told.effect_ci_low is not None
        assert told.effect_ci_low > 0
        assert told.next_step_cost_minor == pytest.approx(10)
        assert told.value_of_a_day_minor is None or told.value_of_a_day_minor < 0

    def test_is_to_keep_on_where_the_next_step_is_dear(self, past: Session) -> None:
        """It costs more than it brings, and people pay by themselves all along: no shorter wait is better."""
        told = suggested(past, a_year(wait=10, early=0.03, late=0.03, after=0.03, cost=400))
        assert told.verdict == KEEP
        assert told.suggested_days == told.wait_days == 10

    def test_is_not_made_from_a_handful(self, past: Session) -> None:
        """Fifty loans: the counts, and no suggestion."""
        told = suggested(past, a_year(wait=5, early=0.05, late=0.02, after=0.05, cost=10, loans=50))
        assert (told.verdict, told.suggested_days, told.n) == (TOO_LITTLE, None, 50)
        assert told.why == "fewer than 100 loans or 30 payers"

    def test_is_the_same_each_time(self, past: Session) -> None:
        """The draws have a fixed seed, so that the same ledger gives the same bytes."""
        scope = a_year(wait=5, early=0.05, late=0.02, after=0.05, cost=10, loans=400).write(past)
        facts = facts_of(past, scope)
        assert waits_of(past, facts, ladders=NAMES) == waits_of(past, facts, ladders=NAMES)

    def test_carries_what_taking_it_would_do(self, past: Session) -> None:
        """Lived with the ladder's own decisions: as the formula has it where people pay everything at once."""
        book = a_year(wait=5, early=0.012, late=0.002, after=0.05, cost=10, minor=10_000)
        told = suggested(past, book, most=150)
        assert (told.verdict, told.wait_days, told.sim_agrees) == (SHORTER, 5, "yes")
        assert told.effect_per_loan_minor is not None
        assert told.sim_net_ci_low is not None
        assert told.sim_net_ci_high is not None
        assert told.sim_net_ci_low < told.effect_per_loan_minor < told.sim_net_ci_high
        assert told.sim_recovered_minor == pytest.approx(
            (told.sim_net_minor or 0) + (told.sim_cost_minor or 0), abs=0.01
        )

    def test_stays_what_it_was_whatever_becomes_known_later(self, past: Session) -> None:
        """Borrowers move, get other numbers and products, and a loan comes in: what was simulated is the same."""
        scope = a_year(wait=5, early=0.012, late=0.002, after=0.05, cost=10, minor=10_000, loans=600).write(past)
        once = waits_of(past, facts_of(past, scope), ladders=NAMES)
        assert any(each.sim_net_minor for each in once.intervals)
        later, rows = AS_OF + timedelta(days=3), past.connection()
        new = {
            "text_sealed": b"sealed",
            "state": "verified",
            "provenance": "book",
            "added_at": later,
            "changed_at": later,
        }
        points = [
            {"id": new_id(), "borrower_id": borrower, "kind": "email", "lookup": borrower.encode(), **new}
            for borrower in past.exec(select(BorrowerRow.id)).all()
        ]
        rows.execute(insert(ContactPointRow), points)
        rows.execute(update(BorrowerRow).values(timezone="Pacific/Auckland", language="es", jurisdiction="US"))
        rows.execute(update(LoanRow).values(product="loan", segment="private", instalment_minor=1))
        newest = past.exec(select(LoanRow)).first()
        assert newest is not None
        rows.execute(insert(LoanRow), [{**newest.model_dump(), "id": "newer", "number": "A0", "created_at": later}])
        assert waits_of(past, facts_of(past, scope), ladders=NAMES) == once

    def test_carries_none_where_nothing_is_suggested(self, past: Session) -> None:
        """There is nothing to take."""
        told = suggested(past, a_year(wait=10, early=0.03, late=0.03, after=0.03, cost=400))
        assert (told.sim_journeys, told.sim_net_minor, told.sim_agrees) == (None, None, None)

    def test_longer_waits_are_suggested_only_where_they_were_seen(self) -> None:
        """The word is there for ledgers in which a rung was withheld or late."""
        assert LONGER != KEEP


def test_segments_have_rows_of_their_own_where_they_are_large(past: Session) -> None:
    """A third of 1,200 loans is enough; the days are listed for both and for all."""
    told = waits_of(
        past,
        facts_of(past, a_year(wait=5, early=0.05, late=0.02, after=0.05, cost=10).write(past)),
        ladders=NAMES,
        most=2,
    )
    assert {each.segment for each in told.intervals} == {"all", "few", "mass"}
    first = next(each for each in told.hazards if (each.segment, each.day) == ("all", 1))
    assert first.hazard is not None
    assert first.ci_low is not None
    assert first.ci_high is not None
    assert first.ci_low < 0.05 < first.ci_high
