"""Simulated lives against what can be worked out by hand."""

import math
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from domain.action import Action
from domain.borrower import ContactKind
from domain.step import Outcome
from ledger import cases, questions
from policy.compliance.stacking import stack, with_courtesy
from policy.ladders.shipped import shipped_ladder
from reports.what_if.fitting import MADE
from simulation.what_if import screening
from simulation.what_if.comparing import Compared, compare, from_opening, from_rung
from simulation.what_if.days import Days
from simulation.what_if.known import ALL, Known
from simulation.what_if.lives import Start, lives
from simulation.what_if.path import World, opened, path
from tests.what_if.toy import OPENED, OWED, SEEN, a_loan, brings, days, known, toy

FIRST, SECOND, COST = 0.01, 0.03, 50.0


def lived(what: Known, *, loans: int, present: int = 10, proposed: int = 3, seed: int = 1) -> Compared:
    """Two waits between the texts, over 45 days from the opening."""
    world = World(what, None, seed)
    starts = from_opening([a_loan(number) for number in range(loans)], world, days=SEEN)
    return compare(starts, world, present=toy(wait=present), proposed=toy(wait=proposed), days=SEEN)


class TestDays:
    """Payments expected by days since something."""

    def test_add_up_and_go_on_as_in_the_last_week(self) -> None:
        """Beyond what was seen the mean of the last seven days holds."""
        some = Days((0.1, 0.2, 0.3), (1, 2, 3))
        assert [some.expected(at) for at in (0.0, 0.5, 2.0, 2.5, 3.0, 5.0)] == pytest.approx(
            [0, 0.05, 0.3, 0.45, 0.6, 1.0]
        )
        for expected in (0.05, 0.1, 0.45, 0.6, 1.0):
            assert some.expected(some.when(expected)) == pytest.approx(expected)

    def test_are_never_waited_for_on_a_day_on_which_nobody_pays(self) -> None:
        """A payment falls where payments are expected."""
        some = Days((0.1, 0.0, 0.3), (1, 0, 3))
        assert some.when(0.1) == pytest.approx(2.0)

    @pytest.mark.parametrize(("since", "until"), [(0.2, 0.7), (0.2, 2.5), (1.0, 3.0), (2.5, 6.0), (4.0, 5.5)])
    def test_surprise_by_all_that_was_expected_and_did_not_come(self, since: float, until: float) -> None:
        """The scores sum to payments less those expected."""
        some = Days((0.1, 0.2, 0.3), (1, 2, 3))
        score = np.zeros(3)
        some.surprise(since, until, score=score, pays=False)
        assert score.sum() == pytest.approx(some.expected(since) - some.expected(until))
        some.surprise(until, until, score=score, pays=True)
        assert score.sum() == pytest.approx(1 + some.expected(since) - some.expected(until))


class TestALife:
    """On a ladder of two texts, by the same decisions as in production."""

    def test_takes_the_steps_when_the_ladder_says(self) -> None:
        """Whole days are counted on the borrower's calendar and end at nine."""
        world = World(known(days(0), days(0)), None, 1)
        entrant = a_loan(1, opened_at=OPENED + timedelta(hours=5))
        there = path(opened(entrant, world), entrant, toy(wait=4), world, until=OPENED + timedelta(days=40))
        assert [(step.rung, step.ended_at) for step in there[-1].steps] == [
            ("first", OPENED + timedelta(hours=5)),
            ("second", OPENED + timedelta(days=4)),
        ]

    def test_has_a_mean_that_is_known(self) -> None:
        """The closed form, within three standard errors."""
        found = lived(known(days(FIRST), days(SECOND), cost=COST), loans=400)
        for wait, told in ((10, found.present), (3, found.proposed)):
            error = (told.net.ci_high - told.net.ci_low) / 2 / 1.96
            assert abs(told.net.value - brings(FIRST, SECOND, wait=wait, cost=COST)) < 3 * error
            assert error < 5

    def test_is_cured_by_a_day_as_often_as_it_must(self) -> None:
        """One constant rate after both texts: an exponential time to cure."""
        found = lived(known(days(0.02), days(0.02)), loans=300)
        (_, share), *_ = found.present.cured
        assert share.ci_low < 1 - math.exp(-0.02 * 30) < share.ci_high

    def test_is_the_same_on_both_ladders_until_they_differ(self) -> None:
        """The same ladder twice: no difference, and no doubt about it."""
        found = lived(known(days(FIRST), days(SECOND)), loans=20, proposed=10)
        assert (found.difference.net.value, found.difference.net.ci_low, found.difference.net.ci_high) == (0, 0, 0)

    def test_is_the_same_each_time(self) -> None:
        """Chances belong to loans and seeds."""
        what = known(days(FIRST), days(SECOND))
        assert lived(what, loans=10) == lived(what, loans=10)
        assert lived(what, loans=10) != lived(what, loans=10, seed=2)

    def test_that_pays_a_part_is_given_time_and_goes_on(self) -> None:
        """A fifth each time: the second text waits for the whole spacing from the payment."""
        what = known(days(0.2), days(0.2), share=0.2)
        entrant, world = a_loan(1), World(what, None, 3)
        start = Start(entrant, opened(entrant, world), OPENED + timedelta(days=SEEN))
        some = lives(start, toy(wait=5), world, number=20)
        assert some.payment_minor == pytest.approx(OWED / 5)
        assert {life.payments for life in some.each} >= {4, 5}
        assert all((life.payments == 5) == (life.cured_after < SEEN) for life in some.each)

    def test_pays_at_all_with_a_chance_that_is_known(self) -> None:
        """Of a first payment within the days, and how it grows with each day's rate."""
        entrant, world = a_loan(1), World(known(days(FIRST), days(SECOND)), None, 3)
        start = Start(entrant, opened(entrant, world), OPENED + timedelta(days=SEEN))
        some = lives(start, toy(wait=10), world, number=2)
        unpaid = math.exp(-10 * FIRST - 35 * SECOND)
        assert some.chance == pytest.approx(1 - unpaid)
        assert sum(slope.sum() for slope in some.slopes.values()) == pytest.approx(unpaid * (10 * FIRST + 35 * SECOND))


def test_what_is_known_roughly_makes_the_interval_wider() -> None:
    """Five hundred loans a day instead of a thousand millions."""
    rng = np.random.default_rng(5)
    rough = known(days(FIRST, loans=300, rng=rng), days(SECOND, loans=300, rng=rng))
    sure = known(days(FIRST), days(SECOND))
    wide, narrow = (
        found.difference.net.ci_high - found.difference.net.ci_low
        for found in (lived(what, loans=60) for what in (rough, sure))
    )
    assert wide > 1.2 * narrow


def test_a_planted_difference_lies_in_the_interval_about_as_often_as_promised() -> None:
    """Twenty worlds, each known from its own past; by hand 120 of them gave 95 %."""
    rng = np.random.default_rng(11)
    true = brings(FIRST, SECOND, wait=3, cost=COST) - brings(FIRST, SECOND, wait=10, cost=COST)
    hits = 0
    for world in range(20):
        what = known(days(FIRST, loans=500, rng=rng), days(SECOND, loans=500, rng=rng), cost=COST)
        net = lived(what, loans=25, seed=world).difference.net
        hits += net.ci_low <= true <= net.ci_high
    assert hits >= 17  # fewer would come once in 700 times if the interval held 95 %


class TestWorkForPeople:
    """On the shipped ladders."""

    def ending(self, outcome: Outcome) -> World:
        """Whatever people do ends so, after six hours."""
        what = known(days(0.0), days(0.0))
        ends = {action: ((outcome, 1.0),) for action in Action if not action.is_message}
        return World(replace(what, ends={**what.ends, **ends}, hours=dict.fromkeys(Action, (6.0,))), None, 1)

    def steps(self, outcome: Outcome) -> list[tuple[str, Outcome]]:
        """What becomes of one loan on `gentle`."""
        entrant, world = a_loan(1), self.ending(outcome)
        there = path(
            opened(entrant, world), entrant, shipped_ladder("gentle"), world, until=OPENED + timedelta(days=90)
        )
        return [(step.rung, step.outcome) for step in there[-1].steps]

    def test_is_tried_again_as_often_as_the_ladder_says(self) -> None:
        """Nobody answers: two tries, then the ladder goes on to its end."""
        taken = self.steps(Outcome.NO_ANSWER)
        assert [o for rung, o in taken if rung == "callback"] == [Outcome.NO_ANSWER] * 2
        assert taken[-1] == ("still_here", Outcome.SENT)

    def test_gives_time_where_money_is_promised(self) -> None:
        """The next rung comes only after the promised day and its grace."""
        entrant, world = a_loan(1), self.ending(Outcome.PROMISED)
        there = path(
            opened(entrant, world), entrant, shipped_ladder("gentle"), world, until=OPENED + timedelta(days=90)
        )
        at = {step.rung: step.ended_at for step in there[-1].steps}
        assert at["offer_of_help"] - at["callback"] >= timedelta(days=9)

    def test_rests_for_good_where_there_is_hardship(self) -> None:
        """Until a person lifts the hold, which nobody does here."""
        assert self.steps(Outcome.HARDSHIP)[-1] == ("callback", Outcome.HARDSHIP)


class TestScreening:
    """By the packs, on the contacts that were simulated before."""

    def test_moves_a_text_into_the_hours_in_which_it_may_come(self) -> None:
        """Somebody in Auckland whose journey opens late in the evening."""
        packs = stack(with_courtesy([]))
        entrant = a_loan(1, opened_at=OPENED + timedelta(minutes=30))
        entrant = replace(entrant, borrower=replace(entrant.borrower, timezone="Pacific/Auckland"))
        world = World(known(days(0), days(0)), packs, 1)
        there = path(opened(entrant, world), entrant, toy(wait=4), world, until=OPENED + timedelta(days=40))
        deferred, sent, *_ = there[-1].steps
        assert (deferred.outcome, sent.outcome) == (Outcome.DEFERRED, Outcome.SENT)
        assert sent.ended_at.astimezone(ZoneInfo("Pacific/Auckland")).hour >= 8


def test_what_is_asked_and_counted_is_what_the_ledger_asks_and_counts() -> None:
    """The same questions to the packs, the same media in a person's history, and only steps that left."""
    assert {action: questions.ASKED_FOR[action] for action in screening.ASKED_FOR} == screening.ASKED_FOR
    assert screening.MEDIUM_OF == cases.MEDIUM_OF
    assert set(Action) - set(screening.ASKED_FOR) == {Action.CALLBACK, Action.VERIFY_CONTACTS}
    assert set(screening.TALKED_OR_NOT) | screening.LEFT <= MADE


class TestFromARung:
    """Those lives begin where both ladders still agree."""

    def test_loans_that_never_take_it_are_left_out(self) -> None:
        """One without a telephone number takes no text."""
        world = World(known(days(FIRST), days(SECOND)), None, 1)
        deaf = replace(a_loan(2), borrower=replace(a_loan(2).borrower, contact_points=()))
        starts = from_rung([a_loan(1), deaf], toy(wait=4), world, rung="first", days=45, patience=200)
        assert [(start.entrant.key, start.standing.at) for start in starts] == [("L1", OPENED)]


def test_a_rung_that_nobody_has_taken_is_known_by_its_action() -> None:
    """And one whose action nobody has taken changes nothing."""
    texted = days(0.01)
    what = replace(known(days(0.02), days(0.03)), after_action={(Action.SMS, ALL): texted})
    assert what.days_after("new", Action.SMS, Outcome.SENT, segment="mass") is texted
    assert what.days_after("new", Action.EMAIL, Outcome.SENT, segment="mass") is None
    assert what.ends_as(Action.EMAIL, number=0.5) is None


def test_days_past_due_grow_and_an_unknown_address_stays_unknown() -> None:
    """Ten days later the loan is ten days further behind; nobody can verify an address that nobody has."""
    entrant = a_loan(1)
    standing = opened(entrant, World(known(days(0), days(0)), None, 1))
    assert standing.position(entrant, now=datetime(2026, 3, 12, 12, tzinfo=ZoneInfo("UTC"))).days_past_due == 30
    assert not standing.verified().has_verified(ContactKind.ADDRESS)
