"""What arms and rungs brought, worked out from the ledger, against a truth that was planted."""

from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import insert
from sqlmodel import Session, col, select

from domain.step import Outcome
from ledger.tables.journey import JourneyRow
from ledger.tables.money import PaymentRow
from policy.ladders.shipped import shipped_ladder
from reports.experiments.verdict import Verdict
from reports.facts.facts import facts_of
from reports.learning.entering import LONGEST_DAYS, Standing, standing
from reports.learning.incremental import Incremental, RungHoldout, incremental, rung_holdouts
from reports.learning.windows import money_of
from reports.scope import Scope
from tests.learning.book import AS_OF, START, Book, whole_year

LOANS = 1200
GENTLE = shipped_ladder("gentle").digest
PLANTED = 600


def planted(*, rules: bool = False) -> Book:
    """Half of the loans in each arm; the champion brings 600 more on average, and costs 50.

    rules: a second rule gives the champion only to loans that pay ten times as much: they must not count.
    """
    rng, book = np.random.default_rng(5), Book()
    for number in range(LOANS):
        is_champion = rng.random() < 0.5
        loan = book.loan(
            at=START + timedelta(hours=number),
            arm="champion" if is_champion else "holdout",
            ladder="gentle" if is_champion else "quiet",
        )
        if rng.random() < 0.5:
            loan.pays(int(rng.gamma(2, 1000)) + 2 * PLANTED * is_champion, day=10)
        loan.pays(5_000_000, day=46)  # after the quiet days: the holdout is contacted by then
        if is_champion:
            loan.costs(50, day=3).costs(9_999, day=50)
    for number in range(300 if rules else 0):
        rich = book.loan(at=START + timedelta(hours=number), arm="challenger", probability=0.5, rule="default@1/rich")
        rich.pays(50_000, day=5)
        poor = book.loan(at=START + timedelta(hours=number), arm="champion", probability=0.5, rule="default@1/rich")
        poor.pays(40_000 + 20_000 * (number % 2), day=5)
    return book


def of(found: tuple[Incremental, ...], arm: str, against: str) -> Incremental:
    """One comparison."""
    return next(each for each in found if (each.arm, each.against) == (arm, against))


def stands(session: Session, scope: Scope) -> Standing:
    """The experiment as it stood."""
    facts = facts_of(session, scope)
    return standing(session, facts, money_of(session, facts))


def rungs(session: Session, scope: Scope) -> tuple[RungHoldout, ...]:
    """What the withheld rungs brought."""
    facts = facts_of(session, scope)
    return rung_holdouts(session, facts, money_of(session, facts), ladders={GENTLE: "gentle v1"})


def before_loan(session: Session) -> str:
    """The first loan that entered."""
    return session.exec(select(JourneyRow.loan_id).order_by(col(JourneyRow.opened_at))).first() or ""


class TestAnArm:
    """Against the holdout, per loan entered."""

    def test_brings_what_was_planted(self, past: Session) -> None:
        """600 gross and 550 net, in money of the 45 days in which the holdout is left alone."""
        there = stands(past, planted().write(past))
        (found,) = incremental(there)
        assert there.days == found.days == 45
        assert (found.arm, found.against, found.n) == ("champion", "holdout", LOANS)
        assert found.difference_per_loan_minor is not None
        assert found.ci_low is not None
        assert found.ci_high is not None
        assert found.ci_low < PLANTED < found.ci_high
        assert found.verdict is Verdict.BETTER
        assert found.net_difference_per_loan_minor == pytest.approx(found.difference_per_loan_minor - 50, abs=0.01)
        assert found.incremental_minor == round(found.difference_per_loan_minor * found.n_arm)
        assert found.mde_minor is not None
        assert 0 < found.mde_minor < 2 * PLANTED

    def test_is_compared_only_where_a_rule_could_give_both(self, past: Session) -> None:
        """A rule for rich loans has no holdout; its champions do not make the champion look rich."""
        book = planted(rules=True)
        found = incremental(stands(past, book.write(past)))
        against_holdout = of(found, "champion", "holdout")
        assert against_holdout.n == LOANS
        assert against_holdout.verdict is Verdict.BETTER
        rich = of(found, "challenger", "champion")
        assert rich.n == 600
        assert rich.difference_per_loan_minor == 0
        assert of(found, "challenger", "holdout").verdict is Verdict.INSUFFICIENT_DATA

    def test_counts_only_loans_that_were_watched_long_enough(self, past: Session) -> None:
        """45 days after the hundredth loan entered, so many are watched, and the rest are still to come."""
        planted().write(past)
        early = whole_year(past, as_of=START + timedelta(hours=99, days=45, minutes=1))
        there = stands(past, early)
        assert len(there.entries) == 100
        assert there.loans > 100
        (found,) = incremental(there)
        assert found.verdict is Verdict.INSUFFICIENT_DATA
        assert "fewer than 100 loans in an arm" in found.why
        assert found.mde_minor is not None
        assert found.mde_all_entered_minor is not None
        assert found.mde_all_entered_minor < found.mde_minor

    def test_that_nobody_has_watched_yet_says_so(self, past: Session) -> None:
        """A day after the first loans entered there is a row, and no figure in it."""
        planted().write(past)
        (found,) = incremental(stands(past, whole_year(past, as_of=START + timedelta(days=1))))
        assert (found.n, found.difference_per_loan_minor, found.verdict) == (0, None, Verdict.INSUFFICIENT_DATA)
        assert found.why == "no loan of both arms has been watched for 45 days yet"

    def test_gives_the_same_figures_for_the_same_past_day(self, past: Session) -> None:
        """What is learned later of older days does not change what was on record."""
        scope = planted().write(past)
        before = incremental(stands(past, scope))
        paid = {"id": "p", "loan_id": before_loan(past), "source": "bank", "external_id": "late", "currency": "GBP"}
        at = {"received_at": START + timedelta(days=1), "recorded_at": AS_OF + timedelta(days=1)}
        past.connection().execute(insert(PaymentRow), [{**paid, **at, "amount_minor": 10**6}])
        assert incremental(stands(past, scope)) == before
        assert incremental(stands(past, whole_year(past, as_of=AS_OF + timedelta(days=2)))) != before

    def test_counts_ninety_days_where_nobody_is_held_out(self, past: Session) -> None:
        """Champion against challenger."""
        book = Book()
        for arm in ("champion", "challenger"):
            book.loan(arm=arm).pays(100, day=89).pays(1, day=90)
        there = stands(past, book.write(past))
        assert there.days == LONGEST_DAYS
        assert there.entries.recovered.tolist() == [100, 100]


class TestARung:
    """Withheld at random, by the draw that was logged."""

    def test_brings_what_was_planted(self, past: Session) -> None:
        """A tenth do not get the reminder; those who do bring 400 more in the thirty days after it was due."""
        rng, book = np.random.default_rng(6), Book()
        for number in range(1600):
            draw = float(rng.random())
            loan = book.loan(at=START + timedelta(minutes=60 * number))
            if draw < 0.2:
                loan.step("still_here", day=3, turn=2, outcome=Outcome.WITHHELD, share=0.2, draw=draw)
            else:
                loan.turn("still_here", day=3, turn=2, share=0.2, draw=draw)
                loan.turn("still_here", day=4, turn=3, share=0.2, draw=draw)  # asked again: it counts once
            loan.pays(99_999, day=1).pays(99_999, day=34)  # before the draw and after the thirty days
            loan.pays(int(rng.gamma(2, 500)) + 400 * (draw >= 0.2), day=20)
        (found,) = rungs(past, book.write(past))
        compared = found.comparison
        assert found.rung == "gentle v1: still_here"
        assert (compared.arm, compared.against, compared.days) == ("taken", "withheld", 30)
        assert 1580 < compared.n <= 1600  # but for the first and last days, on which only one of the two was drawn
        assert compared.ci_low is not None
        assert compared.ci_high is not None
        assert compared.ci_low < 400 < compared.ci_high
        assert compared.verdict is Verdict.BETTER

    def test_that_is_never_withheld_is_not_listed(self, past: Session) -> None:
        """Nothing can be said of it."""
        book = Book()
        book.loan().step("friendly_reminder", day=0, turn=1)
        assert rungs(past, book.write(past)) == ()
