"""The ladders that come with the product keep their promises to borrowers, to lenders and to the demo."""

from datetime import timedelta

import pytest

from domain.action import WORK, Action
from policy.ladders.ladder import Ladder, OnDeadline, Rung
from policy.ladders.reading import canonical_text, read_ladder
from policy.ladders.shipped import FOLDER, UnknownLadder, shipped_ladder, shipped_ladder_text, shipped_ladders

NAMES = ["gentle", "late_stage", "quiet", "standard", "standard_early_call"]
DEMO = timedelta(days=120)


class TestTheShippedLadders:
    """What is in the folder."""

    def test_are_those_that_the_documents_name(self) -> None:
        """Five ladders, each in a file of its own name."""
        assert sorted(shipped_ladders()) == NAMES
        assert sorted(path.stem for path in FOLDER.iterdir()) == NAMES

    def test_say_which_there_are_when_asked_for_another(self) -> None:
        """A misspelt name is answered with the nearest one."""
        with pytest.raises(UnknownLadder, match="did you mean 'standard'"):
            shipped_ladder("standarq")

    @pytest.mark.parametrize("name", NAMES)
    def test_are_pinned_by_their_canonical_text(self, name: str) -> None:
        """What the ledger keeps of a shipped ladder reads back to the same ladder."""
        kept = shipped_ladder_text(name)
        assert read_ladder(kept, name="ledger") == shipped_ladder(name)
        assert kept == canonical_text((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))

    @pytest.mark.parametrize("name", NAMES)
    def test_end_within_a_demo_at_the_slowest(self, name: str) -> None:
        """Even when every piece of work runs to its last deadline, a ladder ends within 120 days."""
        ladder = shipped_ladder(name)
        assert sum(map(_slowest, ladder.rungs), ladder.finish_after) <= DEMO

    @pytest.mark.parametrize("name", NAMES)
    def test_ask_before_they_refer(self, name: str) -> None:
        """Notice and an offer of help come before a lawyer or an agency."""
        rungs = shipped_ladder(name).rungs
        for position, rung in enumerate(rungs):
            if rung.action in {Action.LEGAL_REFERRAL, Action.AGENCY_PLACEMENT}:
                said = {earlier.wording for earlier in rungs[:position]}
                assert {"pre_legal_notice", "offer_of_help"} <= said


class TestTheGentleLadder:
    """For loans a little behind."""

    def test_never_goes_beyond_a_callback(self) -> None:
        """Messages and one kind of work: a call."""
        assert _actions(shipped_ladder("gentle")) & WORK == {Action.CALLBACK}


class TestTheStandardLadder:
    """The full path."""

    def test_uses_every_kind_of_action(self) -> None:
        """From SMS to a referral, nothing is left untried."""
        assert _actions(shipped_ladder("standard")) == set(Action)

    def test_has_a_challenger_that_differs_in_when_it_calls(self) -> None:
        """The same steps, so that a difference in outcome speaks of their order."""
        standard, early = shipped_ladder("standard"), shipped_ladder("standard_early_call")
        assert sorted(rung.name for rung in standard.rungs) == sorted(rung.name for rung in early.rungs)
        assert [rung.name for rung in early.rungs][1] == "callback"
        assert sum((r.after for r in early.rungs), timedelta(0)) == sum((r.after for r in standard.rungs), timedelta(0))


class TestTheQuietLadder:
    """The holdout."""

    def test_is_the_gentle_one_after_45_days_of_silence(self) -> None:
        """Nobody is contacted for 45 days; then the rungs are those of gentle."""
        quiet, gentle = shipped_ladder("quiet"), shipped_ladder("gentle")
        assert quiet.rungs[0].after == timedelta(days=45)
        assert quiet.rungs[1:] == gentle.rungs[1:]


class TestTheLateLadder:
    """For loans more than 180 days past due."""

    def test_begins_with_a_letter_and_a_call_to_verify(self) -> None:
        """Nobody is referred before it is known that the right person was spoken to or looked for."""
        first, second, *_ = shipped_ladder("late_stage").rungs
        assert (first.action, first.wording) == (Action.EMAIL, "account_letter")
        assert second.action is Action.CALLBACK


def _actions(ladder: Ladder) -> set[Action]:
    return {rung.action for rung in ladder.rungs}


def _slowest(rung: Rung) -> timedelta:
    tries = rung.tries if rung.on_deadline is OnDeadline.AGAIN else 1
    work = (rung.deadline or timedelta(0)) * tries
    return rung.after + work + rung.again_after * (tries - 1)
