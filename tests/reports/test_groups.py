"""The measures by cohort of each row: those who entered from their entry on, those of a step from that step on."""

from collections import Counter
from datetime import timedelta

import pytest

from domain.journey import ClosingReason
from ledger.database import Ledger
from reports.effectiveness import effectiveness
from reports.measures.measures import Measures
from tests.learning.book import AS_OF, LAST_DAY, PORTFOLIO, START, Book

MANY, FEW = 40, 12


def two_ladders() -> Book:
    """Forty loans on one ladder, half of which are messaged on day 5 and cured on day 8; twelve on another one."""
    book = Book()
    for number in range(MANY):
        loan = book.loan(at=START + timedelta(minutes=number), segment="mass", ladder="gentle")
        if number % 2:
            loan.step("friendly_reminder", day=5, turn=1).pays(10_000, day=7).ends(ClosingReason.CURED, day=7.5)
    for number in range(FEW):
        book.loan(at=START + timedelta(days=1, minutes=number), ladder="standard").ends(ClosingReason.SOLD, day=3)
    return book


@pytest.fixture
def measures(ledger: Ledger) -> Measures:
    """Of the year."""
    with ledger.transaction() as session:
        two_ladders().write(session)
        found = effectiveness(session, portfolio=PORTFOLIO, from_on=START.date(), to_on=LAST_DAY, as_of=AS_OF)
        session.rollback()
    return found.measures


def test_time_to_cure_is_told_of_every_row_that_is_large_enough(measures: Measures) -> None:
    """By ladder, arm, segment, bucket and reason from entry on; a row with fewer than thirty journeys has no curve."""
    curves = {
        (by, row.name, row.day): (row.at_risk, row.cured)
        for by, rows in measures.time_to_cure_by.items()
        for row in rows
    }
    assert curves["ladder", "gentle v1", 7] == (MANY, 0.0)
    assert curves["ladder", "gentle v1", 14] == (MANY // 2, 0.5)
    assert {name for by, name, _ in curves if by == "ladder"} == {"gentle v1"}
    assert curves["segment", "mass", 14] == (MANY // 2, round(MANY / 2 / (MANY + FEW), 6))
    assert {by for by, _, _ in curves} == {"ladder", "arm", "segment", "bucket", "reason"}
    sold = {row.day: row.competing for row in measures.time_to_cure_by["segment"]}[14]
    assert sold == {"sold": round(FEW / (MANY + FEW), 6)}


def test_a_step_counts_from_the_step_on(measures: Measures) -> None:
    """Those messaged on day 5 cured within 7 days of it; nobody that was not messaged is among them."""
    by_rung = {(rate.name, rate.horizon_days): (rate.cured, rate.n) for rate in measures.cure_by["rung"]}
    assert by_rung["gentle v1: friendly_reminder", 7] == (MANY // 2, MANY // 2)
    assert {rate.name for rate in measures.cure_by["channel"]} == {"sms"}
    rows = {(row.name, row.age_days): row for row in measures.liquidation_by["rung"]}
    assert rows["gentle v1: friendly_reminder", 7].rate == 1.0
    of_ladder = {(row.name, row.age_days): row for row in measures.liquidation_by["ladder"]}
    assert (of_ladder["gentle v1", 7].rate, of_ladder["gentle v1", 14].rate) == (0.0, 0.5)


def test_roll_rates_of_the_rows_are_those_of_all_taken_apart(ledger: Ledger) -> None:
    """Of ten loans 46 days past due at the end of January, the six on one ladder have paid by the next month's end."""
    book = Book()
    for number in range(6):
        book.loan(at=START + timedelta(minutes=number), ladder="gentle").pays(10_000, day=40)
    for number in range(4):
        book.loan(at=START + timedelta(hours=1, minutes=number), ladder="standard")
    with ledger.transaction() as session:
        book.write(session)
        until = (START + timedelta(days=58)).date()
        found = effectiveness(session, portfolio=PORTFOLIO, from_on=START.date(), to_on=until, as_of=AS_OF).measures
        session.rollback()
    whole = {(c.from_bucket, c.to_bucket): c.loans for c in found.roll.counts}
    money = {(c.from_bucket, c.to_bucket): c.amount_minor for c in found.roll.money}
    cells = found.roll_by["ladder"]
    assert {(c.name, c.to_bucket): (c.loans, c.loan_rate, c.money_rate) for c in cells} == {
        ("gentle v1", "current"): (6, 1.0, 1.0),
        ("standard v2", "61-90 days"): (4, 1.0, 1.0),
    }
    for by in ("ladder", "arm", "segment", "bucket"):
        loans, balances = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        for cell in found.roll_by[by]:
            loans[cell.from_bucket, cell.to_bucket] += cell.loans
            balances[cell.from_bucket, cell.to_bucket] += cell.amount_minor
        assert (dict(loans), dict(balances)) == (whole, money)


def test_every_breakdown_of_the_present_value_sums_to_it(measures: Measures) -> None:
    """To the minor unit."""
    assert {sum(part.npv_minor for part in parts) for parts in measures.npv.by.values()} == {measures.npv.npv_minor}
