"""Diaries of borrowers who pay, promise, arrange, dispute or ask for rest."""

from datetime import timedelta

import pytest

from domain.hold import HoldReason
from domain.journey import WaitingFor
from domain.step import Outcome
from policy.ladders.shipped import shipped_ladder
from tests.policy.world import Answer, World, arranges, hold_is_lifted, is_held, pays, promises


class TestAPartPayment:
    """Paying part always buys time."""

    def test_starts_the_spacing_of_the_next_rung_anew(self) -> None:
        """Day 3: 200 arrive, one day before the email; it comes four days after the money."""
        world = World()
        world.on(3, pays(20_000))
        assert world.live(days=8).diary == [
            "day 0 sms friendly_reminder: sent",
            "day 3: pays 20000",
            "day 7 email helpful_reminder: sent",
        ]

    def test_that_covers_an_instalment_moves_the_visit_away(self) -> None:
        """Two instalments behind; the older one is paid, and a visit has to wait until the newer is 45 days old."""
        behind = World(instalment_minor=40_000, days_past_due=40)
        assert "day 37 field_visit field_visit: no_answer" not in behind.live(days=34).diary
        world = World(instalment_minor=40_000, days_past_due=40)
        world.on(20, pays(40_000))
        visit = next(line for line in world.live().diary if "field_visit" in line)
        assert visit == "day 38 field_visit field_visit: no_answer"

    @pytest.mark.parametrize("name", ["standard", "standard_early_call", "late_stage", "gentle"])
    def test_is_never_followed_by_a_harsher_rung_than_without_it(self, name: str) -> None:
        """Whichever day it comes on, no rung is taken earlier than it would have been."""
        without = {rung: at for at, rung in reversed(World(ladder=shipped_ladder(name), days_past_due=95).live().acts)}
        for day in range(0, 60, 3):
            world = World(ladder=shipped_ladder(name), days_past_due=95, instalment_minor=30_000)
            world.on(day, pays(30_000), hour=10)
            first = {rung: at for at, rung in reversed(world.live().acts)}
            assert all(at >= without[rung] for rung, at in first.items())


class TestAPromise:
    """Made on the phone on day 13."""

    def test_that_is_kept_gives_time_before_the_next_rung(self) -> None:
        """500 by day 18; they come on day 17, and the offer of help follows five days after the money."""
        world = World(answers={"callback": [promises(50_000, in_days=5)]})
        world.on(17, pays(50_000))
        assert world.live(days=23).diary[3:] == [
            "day 13 callback callback: promised",
            "day 17: pays 50000",
            "day 22 email offer_of_help: sent",
        ]

    def test_that_pays_everything_ends_the_journey(self) -> None:
        """800 by day 18."""
        world = World(answers={"callback": [promises(80_000, in_days=5)]})
        world.on(18, pays(80_000))
        assert world.live().diary[-1] == "day 18: closed cured"

    def test_that_is_broken_goes_on_at_the_next_rung_after_its_grace(self) -> None:
        """500 by day 18, nothing comes, and three days of grace run out on day 21 at 09:00."""
        world = World(answers={"callback": [promises(50_000, in_days=5)]}).live(days=22)
        assert world.diary[3:] == ["day 13 callback callback: promised", "day 21 email offer_of_help: sent"]
        assert world.waits[-2].waiting_for is WaitingFor.PROMISE
        assert world.waits[-2].until == world.at(21, 9)

    def test_that_is_kept_in_part_is_broken_but_the_money_buys_time(self) -> None:
        """100 of 500 on day 18; the promise is judged on day 21, the spacing counts from day 18."""
        world = World(answers={"callback": [promises(50_000, in_days=5)]})
        world.on(18, pays(10_000))
        assert world.live(days=24).diary[-1] == "day 23 email offer_of_help: sent"

    def test_holds_off_every_rung_until_it_is_judged(self) -> None:
        """A promise for day 40 keeps the journey quiet for longer than any spacing."""
        world = World(answers={"callback": [promises(50_000, in_days=27)]}).live(days=44)
        assert world.diary[-1] == "day 43 email offer_of_help: sent"


class TestAnArrangement:
    """Agreed on the phone on day 13."""

    def test_that_is_kept_is_never_disturbed(self) -> None:
        """Two instalments of 400; both come in time, and the last one cures the loan."""
        world = World(answers={"callback": [arranges((40_000, 10), (40_000, 40))]})
        world.on(23, pays(40_000))
        world.on(54, pays(40_000))  # a day late, inside the grace
        assert world.live().diary[4:] == ["day 23: pays 40000", "day 54: pays 40000", "day 54: closed cured"]

    def test_that_is_broken_goes_on_at_the_next_rung(self) -> None:
        """The second instalment does not come; its grace ends on day 56, and the rung after the call follows."""
        world = World(answers={"callback": [arranges((40_000, 10), (40_000, 40))]})
        world.on(23, pays(40_000))
        assert world.live(days=57).diary[4:] == ["day 23: pays 40000", "day 56 email offer_of_help: sent"]
        assert world.waits[-2].waiting_for is WaitingFor.ARRANGEMENT


class TestAHold:
    """A pause with a reason."""

    def test_without_an_end_rests_until_a_person_lifts_it(self) -> None:
        """Disputed on day 2, two days before the next rung; settled on day 50: that rung follows two days later."""
        world = World()
        world.on(2, is_held(HoldReason.DISPUTE))
        world.on(50, hold_is_lifted)
        assert world.live(days=53).diary == [
            "day 0 sms friendly_reminder: sent",
            "day 52 email helpful_reminder: sent",
        ]
        assert [w.until for w in world.waits if w.waiting_for is WaitingFor.HOLD] == [
            world.at(32).astimezone(world.waits[0].until.tzinfo),
            world.at(62).astimezone(world.waits[0].until.tzinfo),
        ]

    def test_with_an_end_goes_on_by_itself(self) -> None:
        """Thirty days of rest for hardship from day 2 to 32; then the two days that the email still had to go."""
        world = World()
        world.on(2, is_held(HoldReason.HARDSHIP, days=30), hour=22)
        assert world.live(days=35).diary[1:] == ["day 34 email helpful_reminder: sent"]

    def test_takes_work_off_the_list_and_gives_the_same_rung_out_again(self) -> None:
        """Held while a call waits for a collector; lifted on day 20, the call is given out anew the day after."""
        late = Answer(Outcome.NO_ANSWER, after=timedelta(days=2))
        world = World(answers={"callback": [late, promises(1_000, in_days=5)]})
        world.on(14, is_held(HoldReason.BREATHING_SPACE))
        world.on(20, hold_is_lifted)
        assert world.live(days=22).diary[3:] == ["day 21 callback callback: promised"]

    def test_that_ends_at_night_is_followed_by_a_night_of_peace(self) -> None:
        """The rung had been due for long; it comes on the next day, not on the hour."""
        world = World()
        world.on(3, is_held(HoldReason.CEASE), hour=10)
        world.on(5, is_held(HoldReason.DISPUTE), hour=10)
        world.on(41, hold_is_lifted, hour=23)
        assert world.live(days=43).diary[1:] == ["day 42 email helpful_reminder: sent"]

    def test_after_another_one_leaves_what_was_left_then(self) -> None:
        """Held from day 1 to 11 and from 12 to 22: three days of spacing were left, and then two."""
        world = World()
        world.on(1, is_held(HoldReason.DISPUTE, days=10), hour=10)
        world.on(12, is_held(HoldReason.DISPUTE, days=10), hour=10)
        assert world.live(days=25).diary[1:] == ["day 24 email helpful_reminder: sent"]

    def test_that_was_over_before_the_last_rung_moves_nothing(self) -> None:
        """Only what is still waited for had its spacing stopped."""
        world = World()
        world.on(1, is_held(HoldReason.DISPUTE, days=2), hour=10)
        lived = world.live(days=30).diary
        assert lived[1] == "day 6 email helpful_reminder: sent"
        usual = World().live(days=30).diary
        assert [line.split(" ", 2)[2] for line in lived] == [line.split(" ", 2)[2] for line in usual[: len(lived)]]

    def test_does_not_keep_a_paid_loan_open(self) -> None:
        """Whoever pays while a dispute rests is done."""
        world = World()
        world.on(2, is_held(HoldReason.DISPUTE))
        world.on(9, pays(80_000))
        assert world.live().diary[-1] == "day 9: closed cured"
