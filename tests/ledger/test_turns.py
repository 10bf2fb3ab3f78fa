"""Turns: one run holds a journey, a lost run's act is taken up again, and a wait lets go."""

from datetime import timedelta

import pytest

from domain.action import Action
from domain.hold import HoldReason
from domain.journey import ClosingReason, WaitingFor
from domain.step import Outcome
from ledger.holds import place_hold
from ledger.tables.journey import StepRow, TurnRow
from ledger.tables.work_item import WorkItemRow
from ledger.turns import JourneyIsBusy, LeaseWasLost
from policy.next_step import Finish, Wait
from tests.ledger.lender import LEASE, MOBILE, Lender, a_loan

LATER = LEASE + timedelta(seconds=1)


class TestARunThatHoldsAJourney:
    """The lease and the fence."""

    def test_keeps_every_other_run_away(self, lender: Lender) -> None:
        """From the very first turn, until its lease ends."""
        journey = lender.opens()
        lender.turn(journey)
        with pytest.raises(JourneyIsBusy) as busy:
            lender.turn(journey)
        assert busy.value.until == lender.now + LEASE

    def test_goes_on_under_its_own_fence(self, lender: Lender) -> None:
        """Its next turn needs no new claim, and makes the lease longer."""
        journey = lender.opens()
        fence = lender.turn(journey).fence
        again = lender.turn(journey, fence=fence, machine_now=lender.now + timedelta(minutes=4))
        assert again.fence == fence
        assert lender.journey(journey).lease_until == lender.now + timedelta(minutes=4) + LEASE

    def test_loses_it_when_it_gives_no_sign_of_life(self, lender: Lender) -> None:
        """Another run claims the journey; the first one may not write to it any more."""
        journey = lender.opens()
        lost = lender.turn(journey)
        attempt = lender.plans(lost)
        taken = lender.turn(journey, machine_now=lender.now + LATER)
        assert taken.fence > lost.fence
        with pytest.raises(LeaseWasLost):
            lender.plans(lost)
        with pytest.raises(LeaseWasLost):
            lender.claims(attempt, lost)
        with pytest.raises(JourneyIsBusy):
            lender.turn(journey, fence=lost.fence, machine_now=lender.now + LATER)

    def test_lets_go_while_the_journey_waits(self, lender: Lender) -> None:
        """What it waits for can be read, and whoever comes next may take it."""
        journey = lender.opens()
        turn = lender.lives(journey, days=0)
        assert isinstance(turn.decision, Wait)
        row = lender.journey(journey)
        assert (row.lease_until, row.due_at, row.waiting_for) == (None, turn.decision.until, WaitingFor.TIME.value)
        assert row.waiting_reason == "helpful reminder comes next"
        assert lender.turn(journey).fence == turn.fence + 1


class TestAnActOfALostRun:
    """Decided, and not carried out."""

    def test_is_taken_up_again_by_the_next(self, lender: Lender) -> None:
        """The same turn, the same rung, and the contact that was written down."""
        journey = lender.opens()
        lost = lender.turn(journey)
        attempt = lender.plans(lost)
        resumed = lender.turn(journey, machine_now=lender.now + LATER)
        assert (resumed.number, resumed.decision) == (lost.number, lost.decision)
        assert lender.plans(resumed) == attempt

    def test_is_not_repeated_once_it_was_carried_out(self, lender: Lender) -> None:
        """The message left and was recorded; the next run finds a wait."""
        journey = lender.opens()
        lender.is_accepted(lender.begins_to_send(journey))
        after = lender.turn(journey, machine_now=lender.now + LATER)
        assert isinstance(after.decision, Wait)

    def test_gives_no_call_out_that_a_hold_has_overtaken(self, lender: Lender) -> None:
        """A run dies before it puts the call on the list, and the loan is disputed meanwhile."""
        journey = lender.opens(ladder="standard_early_call")
        lender.lives(journey, days=9, before=Action.CALLBACK)
        with lender.ledger.transaction() as session:
            place_hold(session, lender.loan().id, reason=HoldReason.DISPUTE, until=None, now=lender.now)
        resumed = lender.turn(journey, machine_now=lender.now + LATER)
        assert lender.assigns(resumed) is Outcome.OVERTAKEN
        assert lender.rows(WorkItemRow) == []
        assert isinstance(lender.turn(journey, fence=resumed.fence).decision, Wait)

    def test_gives_a_call_out_once(self, lender: Lender) -> None:
        """The call is on the list; whoever takes the turn up again finds it there."""
        journey = lender.opens(ladder="standard_early_call")
        turn = lender.lives(journey, days=9, before=Action.CALLBACK)
        assert lender.assigns(turn) == lender.assigns(turn)


class TestATurn:
    """One row for every evaluation."""

    def test_is_kept_with_its_position_and_its_reason(self, lender: Lender) -> None:
        """An act, and then the wait for the next rung."""
        lender.lives(lender.opens(), days=0)
        act, wait = sorted(lender.rows(TurnRow), key=lambda row: row.turn_no)
        assert (act.decision, act.rung, act.action) == ("act", "friendly_reminder", "sms")
        assert (act.arrears_minor, act.days_past_due, act.carried_out_at) == (80_000, 16, lender.now)
        assert (wait.decision, wait.waiting_for, wait.reason) == ("wait", "Waiting", "helpful reminder comes next")

    def test_keeps_the_rungs_that_it_passed_over(self, lender: Lender) -> None:
        """There is no chat, so the check-in is left out, and the reason says so."""
        lender.lives(lender.opens(a_loan(contacts=[MOBILE]), ladder="standard"), days=14)
        (passed,) = [row for row in lender.rows(StepRow) if row.outcome == Outcome.PASSED_OVER.value]
        assert (passed.rung, passed.reason) == ("check_in", "'contactable.chat' does not hold")

    def test_closes_a_journey_for_good(self, lender: Lender) -> None:
        """Everything is paid: the next turn ends it, later ones change nothing and hold nothing."""
        journey = lender.opens()
        lender.lives(journey, days=1)
        lender.receives(80_000)
        assert lender.turn(journey).decision == Finish(ClosingReason.CURED)
        turns = len(lender.rows(TurnRow))
        for _ in range(2):
            assert lender.turn(journey).decision == Finish(ClosingReason.CURED)
        row = lender.journey(journey)
        assert (row.state, row.closing_reason, row.due_at, row.lease_until) == ("closed", "cured", None, None)
        assert len(lender.rows(TurnRow)) == turns

    def test_carries_a_silent_borrower_to_the_end_of_the_ladder(self, lender: Lender) -> None:
        """Reminders only: whoever cannot be called is reminded, and left alone a month after the last one."""
        journey = lender.opens(a_loan(contacts=[MOBILE]), ladder="gentle")
        assert lender.lives(journey, days=150).decision == Finish(ClosingReason.EXHAUSTED)
        sent = [rung for rung, outcome in lender.steps() if outcome == "sent"]
        assert sent == ["friendly_reminder", "helpful_reminder", "offer_of_help", "still_here"]
