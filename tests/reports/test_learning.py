"""What is learned is the same on both databases, to the last figure, and fits under the keys of the report."""

import os
from datetime import date, timedelta

from domain.action import Action
from domain.step import Outcome
from ledger.database import Ledger, open_ledger
from ledger.keyring import Keyring
from reports.facts.facts import facts_of
from reports.learning.learning import learn, learning_json
from reports.placing import placing_of
from reports.scope import scope_of
from tests.learning.book import START, Book
from tests.reports.chronicle import AS_OF, FIRST_DAY, LAST_DAY, Chronicle


def a_little_of_everything() -> Book:
    """A hundred loans: two arms, a rung withheld, calls, costs, and what was known when they were made."""
    book = Book()
    for number in range(100):
        loan = book.loan(
            at=START + timedelta(hours=number, microseconds=number),
            arm="holdout" if number % 4 == 0 else "champion",
            probability=0.25 if number % 4 == 0 else 0.75,
            attributes={"industry": "trade" if number % 2 else "care", "vintage": "2024"} if number % 3 else {},
            originated_on=date(2023, 5, 1),
        )
        loan.step("friendly_reminder", day=0, turn=1)
        if number % 5 == 0:
            loan.step("helpful_reminder", day=5, turn=2, outcome=Outcome.WITHHELD, share=0.2, draw=0.1)
        else:
            loan.turn("helpful_reminder", day=5, turn=2, share=0.2, draw=0.7)
            loan.step("helpful_reminder", day=5, turn=2, action=Action.EMAIL).costs(3, day=5, rung="helpful_reminder")
        loan.work(day=9, by="ada" if number % 2 else "ben")
        if number % 3 == 0:
            loan.pays(1_000 + number, day=7.5).pays(500, day=44.999999)
    return book


def test_nothing_is_learned_of_nothing(ledger: Ledger) -> None:
    """A portfolio without loans, and one with a loan that has no journey and no money."""
    with ledger.transaction() as session:
        past = Chronicle(session)
        for number in range(2):
            scope = scope_of(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
            facts = facts_of(session, scope)
            told = learning_json(learn(session, facts, ladders=placing_of(session, facts).ladder_names))
            assert not any(told.values())
            past.loan(f"L-{number}")


def test_both_databases_say_the_same(ledger_url: str) -> None:
    """Counts and sums that are known by hand."""
    ledger = open_ledger(ledger_url, keyring=Keyring(os.urandom(32)))
    with ledger.transaction() as session:
        facts = facts_of(session, a_little_of_everything().write(session))
        told = learning_json(learn(session, facts, ladders=placing_of(session, facts).ladder_names))
        session.rollback()
    ledger.close()
    (arm,) = told["incremental"]
    assert (arm["n"], arm["n_arm"], arm["days"]) == (100, 75, 90)
    paid = [1_500 + n for n in range(0, 100, 3)]
    of_holdout = sum(1_500 + n for n in range(0, 100, 12)) / 25
    of_champion = (sum(paid) - sum(1_500 + n for n in range(0, 100, 12))) / 75
    assert arm["difference_per_loan_minor"] == round(of_champion - of_holdout, 4)
    (rung,) = told["rung_holdouts"]
    assert (rung["rung"], rung["n_arm"], rung["n_against"]) == ("gentle v1: helpful_reminder", 80, 20)
    first = told["wait_intervals"][0]
    assert (first["rung"], first["segment"], first["wait_days"], first["n"]) == (
        "gentle v1: friendly_reminder",
        "all",
        5,
        100,
    )
    cells = {(each["by"], each["name"]): each["loans"] for each in told["origination"]}
    assert cells == {
        ("industry", "care"): 33,
        ("industry", "not known"): 34,
        ("industry", "trade"): 33,
        ("product", "card"): 100,
        ("vintage", "2023"): 34,
        ("vintage", "2024"): 66,
    }
    ada, ben = told["collectors"]
    assert (ada["cases"], ada["recovered_minor"], ben["cases"]) == (50, 0, 50)
