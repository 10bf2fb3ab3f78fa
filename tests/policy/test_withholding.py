"""Rungs withheld at random: who is drawn, what comes next for them, and what is never withheld."""

from dataclasses import replace

import pytest

from domain.action import Action
from domain.step import Outcome
from policy.ladders.ladder import Ladder
from policy.ladders.reading import UnreadableLadder, read_ladder
from policy.ladders.shipped import FOLDER, shipped_ladder
from policy.next_step import Act, Wait, decide
from policy.withholding import drawn
from tests.policy.world import START, World

SHARE = 0.2
KEYS = [f"journey-{number}" for number in range(4000)]


def with_holdout(rung: str, *, share: float = SHARE) -> Ladder:
    """The standard ladder, one of its rungs withheld from a share of journeys."""
    ladder = shipped_ladder("standard")
    rungs = tuple(replace(r, holdout=share) if r.name == rung else r for r in ladder.rungs)
    return replace(ladder, rungs=rungs)


def key(rung: str, *, withheld: bool) -> str:
    """The first journey that is drawn so."""
    return next(k for k in KEYS if drawn(key=k, rung=rung, share=SHARE).withholds is withheld)


class TestTheDraw:
    """One number per journey and rung."""

    def test_withholds_from_about_its_share(self) -> None:
        """Four thousand journeys, a fifth of them, give or take two points."""
        held = sum(drawn(key=k, rung="callback", share=SHARE).withholds for k in KEYS)
        assert held / len(KEYS) == pytest.approx(SHARE, abs=0.02)

    def test_is_the_same_when_it_is_asked_again(self) -> None:
        """A turn that is taken anew, by whichever driver, decides the same."""
        assert drawn(key="j", rung="callback", share=SHARE) == drawn(key="j", rung="callback", share=SHARE)

    def test_tells_nothing_of_the_draw_for_another_rung(self) -> None:
        """Who is withheld from one rung is withheld from another as often as everybody."""
        both = [k for k in KEYS if drawn(key=k, rung="a", share=SHARE).withholds]
        held = sum(drawn(key=k, rung="b", share=SHARE).withholds for k in both)
        assert held / len(both) == pytest.approx(SHARE, abs=0.05)


class TestAWithheldRung:
    """Left out, written down, and otherwise as if it had been taken."""

    def test_leaves_the_days_of_the_others_as_they_are(self) -> None:
        """The email of day 4 is withheld; the chat comes on day 8 all the same."""
        ladder = with_holdout("helpful_reminder")
        held = World(ladder, draw_key=key("helpful_reminder", withheld=True)).live(days=8)
        assert held.diary == [
            "day 0 sms friendly_reminder: sent",
            "day 4 helpful_reminder: withheld",
            "day 8 chat check_in: sent",
        ]
        taken = World(ladder, draw_key=key("helpful_reminder", withheld=False)).live(days=8)
        assert taken.diary[1:] == ["day 4 email helpful_reminder: sent", "day 8 chat check_in: sent"]

    def test_is_drawn_only_when_it_is_due(self) -> None:
        """Whoever pays before is in neither group: the wait for it says nothing of a draw."""
        world = World(with_holdout("helpful_reminder"), draw_key=key("helpful_reminder", withheld=True)).live(days=3)
        assert [wait.passed_over for wait in world.waits] == [()]

    def test_says_what_was_drawn(self) -> None:
        """The share and the number, for whoever works out later what the rung brings."""
        which = key("friendly_reminder", withheld=True)
        world = World(with_holdout("friendly_reminder"), draw_key=which)
        decision = decide(world.situation(), now=START)
        assert isinstance(decision, Wait)
        (passed,) = decision.passed_over
        assert passed.draw == drawn(key=which, rung="friendly_reminder", share=SHARE)
        assert passed.outcome is Outcome.WITHHELD
        assert passed.reason.startswith("withheld at random to learn what it brings: 0.")

    def test_that_is_taken_says_so_too(self) -> None:
        """The other group is logged with the same two numbers."""
        which = key("friendly_reminder", withheld=False)
        decision = decide(World(with_holdout("friendly_reminder"), draw_key=which).situation(), now=START)
        assert isinstance(decision, Act)
        assert decision.draw == drawn(key=which, rung="friendly_reminder", share=SHARE)

    def test_does_not_count_as_having_told_the_borrower(self) -> None:
        """Where every message was withheld, nobody is referred out of the blue."""
        ladder = shipped_ladder("standard")
        rungs = (
            replace(ladder.rung("friendly_reminder"), holdout=1.0),
            replace(ladder.rung("agency_placement"), days_past_due=ladder.rung("callback").days_past_due),
        )
        world = World(replace(ladder, rungs=rungs)).live()
        assert world.acts == []
        assert world.finished is not None
        (passed,) = world.finished.passed_over
        assert "nobody is referred out of the blue" in passed.reason

    def test_at_the_end_is_followed_by_the_end(self) -> None:
        """The last rung is withheld, and the journey ends as many days later as after taking it."""
        ladder = replace(shipped_ladder("standard"), rungs=(shipped_ladder("standard").rung("friendly_reminder"),))
        only = replace(ladder, rungs=(replace(ladder.rungs[0], holdout=1.0),))
        assert World(only).live().diary == ["day 0 friendly_reminder: withheld", "day 12: closed exhausted"]
        assert World(ladder).live().diary[-1] == "day 12: closed exhausted"


class TestALadderFile:
    """What an author may write."""

    def test_may_withhold_a_rung_from_a_share(self) -> None:
        """`holdout: 0.1` on a rung."""
        ladder = read_ladder(_standard("wording: helpful_reminder\n", "    holdout: 0.1\n"), name="f.yaml")
        assert ladder.rung("helpful_reminder").holdout == 0.1
        assert ladder.rung("friendly_reminder").holdout is None
        assert ladder.digest != shipped_ladder("standard").digest

    def test_may_withhold_a_referral(self) -> None:
        """Less harm than taking it, and the dearest step to learn about."""
        text = _standard("action: legal_referral\n", "    holdout: 0.2\n")
        assert read_ladder(text, name="f.yaml").rung("legal_referral").action is Action.LEGAL_REFERRAL

    def test_may_not_withhold_the_last_notice_before_a_referral(self) -> None:
        """Whoever is referred was told that it would come."""
        with pytest.raises(UnreadableLadder) as raised:
            read_ladder(_standard("wording: pre_legal_notice\n", "    holdout: 0.1\n"), name="f.yaml")
        (problem,) = map(str, raised.value.problems)
        assert "'pre_legal_notice' is the last notice before a referral, and would be withheld from some" in problem

    @pytest.mark.parametrize("share", ["0", "0.6", "10%", "true", "-0.1"])
    def test_may_not_withhold_from_most(self, share: str) -> None:
        """A share of at most a half, written as a number."""
        with pytest.raises(UnreadableLadder) as raised:
            read_ladder(_standard("wording: helpful_reminder\n", f"    holdout: {share}\n"), name="f.yaml")
        (problem,) = map(str, raised.value.problems)
        assert "is not a share of journeys to withhold it from; write a number above 0 and at most 0.5" in problem


def _standard(after: str, added: str) -> str:
    text = (FOLDER / "standard.yaml").read_text(encoding="utf-8")
    assert text.count(after) == 1
    return text.replace(after, after + added)
