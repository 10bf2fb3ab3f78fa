"""What holds of `decide` for every ladder and every situation."""

import copy
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.arrears import Position
from domain.borrower import KINDS_FOR, NEEDS_VERIFIED, ContactPoint, ContactState
from domain.hold import Hold, HoldReason
from domain.journey import ClosingReason
from domain.promise import Promise
from domain.step import Outcome
from policy.ladders.ladder import Ladder
from policy.next_step import CLOSES_AS, REACHED_OUT, Act, Finish, PassedOver, Wait, decide
from policy.situation import Situation
from tests.policy.strategies import contact_points, instants, ladders, situations, without_upper_bounds, zones
from tests.policy.world import Answer, World, pays

ANY_WORK = (
    Outcome.NOT_FOUND,
    Outcome.NO_ANSWER,
    Outcome.REFUSED,
    Outcome.MESSAGE_LEFT,
    Outcome.RETURNED,
    Outcome.WRONG_NUMBER,
    None,
)
ANY_SEND = (Outcome.SENT, Outcome.REJECTED, Outcome.UNKNOWN, Outcome.BLOCKED, Outcome.OVERTAKEN)


@st.composite
def worlds(draw: st.DrawFn, *, ladder: st.SearchStrategy[Ladder]) -> World:
    """A borrower who keeps silent, on any ladder, with people and vendors who answer anything."""
    drawn = draw(ladder)
    answers = st.lists(st.sampled_from(ANY_WORK).map(Answer), max_size=5)
    return World(
        ladder=drawn,
        contacts=draw(contact_points),
        timezone=draw(zones),
        opened_at=draw(instants),
        arrears_minor=80_000,
        instalment_minor=draw(st.sampled_from([20_000, 80_000])),
        days_past_due=draw(st.integers(1, 200)),
        answers={r.name: draw(answers) for r in drawn.rungs if not r.action.is_message},
        refusals={r.name: draw(st.lists(st.sampled_from(ANY_SEND), max_size=5)) for r in drawn.rungs},
    )


class TestDecide:
    """Every situation has an answer, and it makes sense."""

    @settings(max_examples=60)
    @given(situations())
    def test_always_answers_and_always_the_same(self, drawn: tuple[Situation, datetime]) -> None:
        """It never raises, and asking twice changes nothing."""
        situation, now = drawn
        assert decide(situation, now=now) == decide(situation, now=now)

    @settings(max_examples=60)
    @given(situations())
    def test_waits_for_something_still_to_come(self, drawn: tuple[Situation, datetime]) -> None:
        """A wait that is over before it began would turn in circles."""
        situation, now = drawn
        match decide(situation, now=now):
            case Wait(until=until):
                assert until > now
            case _:
                pass

    @settings(max_examples=60)
    @given(situations())
    def test_acts_only_in_ways_that_are_open(self, drawn: tuple[Situation, datetime]) -> None:
        """With a usable contact point, on a rung whose condition holds, with a deadline where people are asked."""
        situation, now = drawn
        match decide(situation, now=now):
            case Act() as act:
                assert act.action in act.rung.actions
                assert not KINDS_FOR[act.action] or situation.borrower.reachable_by(act.action) is not None
                assert act.rung.when is None or act.rung.when.holds(situation.facts())
                assert act.rung.days_past_due.at_least <= situation.position.days_past_due
                assert (act.deadline_at is None) == (act.rung.deadline is None)
                assert act.deadline_at is None or act.deadline_at >= now
            case _:
                pass

    @settings(max_examples=60)
    @given(situations())
    def test_passes_over_only_what_comes_before(self, drawn: tuple[Situation, datetime]) -> None:
        """Rungs that were passed over stand between the last one taken and the one to take, in their order."""
        situation, now = drawn
        order = [r.name for r in situation.ladder.rungs]
        match decide(situation, now=now):
            case Act(rung=rung, passed_over=passed):
                before = order[: order.index(rung.name)]
                assert _names(passed) == before[len(before) - len(passed) :]
            case Finish(passed_over=passed):
                assert _names(passed) == order[len(order) - len(passed) :]
            case _:
                pass

    @settings(max_examples=60)
    @given(situations())
    def test_only_finishes_a_paid_loan(self, drawn: tuple[Situation, datetime]) -> None:
        """Nothing else is decided once it is cured, withdrawn, or the borrower has died."""
        situation, now = drawn
        cured = replace(situation, position=Position(0, 0))
        assert decide(cured, now=now) == Finish(situation.closing or ClosingReason.CURED)

    @settings(max_examples=60)
    @given(situations())
    def test_leaves_a_borrower_alone_during_a_hold_or_a_promise(self, drawn: tuple[Situation, datetime]) -> None:
        """Whatever the ladder says, nobody acts before the rest is over."""
        situation, now = drawn
        held = replace(situation, holds=(Hold(HoldReason.DISPUTE, now, None),))
        promised = replace(situation, promise=Promise("p", now, now.date() + timedelta(days=2), 100, 0))
        assert not isinstance(decide(held, now=now), Act)
        assert not isinstance(decide(promised, now=now), Act)

    @settings(max_examples=60)
    @given(situations())
    def test_refers_only_what_the_borrower_was_told(self, drawn: tuple[Situation, datetime]) -> None:
        """No lawyer and no agency before one step that reached out in earnest."""
        situation, now = drawn
        decision = decide(situation, now=now)
        if isinstance(decision, Act) and decision.action in CLOSES_AS:
            assert any(s.outcome in REACHED_OUT for s in situation.steps)

    @settings(max_examples=60)
    @given(situations())
    def test_goes_to_no_door_that_nobody_has_verified(self, drawn: tuple[Situation, datetime]) -> None:
        """Neither a visit nor a lawyer, on any ladder, also on one that asks nobody to verify anything."""
        situation, now = drawn
        decision = decide(situation, now=now)
        if isinstance(decision, Act) and decision.action in NEEDS_VERIFIED:
            kind = NEEDS_VERIFIED[decision.action]
            points = situation.borrower.contact_points
            assert any(p.kind is kind and p.state is ContactState.VERIFIED for p in points)


class TestAJourney:
    """Decisions one after another."""

    @settings(max_examples=100)
    @given(worlds(ladder=ladders()))
    def test_always_ends_for_a_borrower_who_keeps_silent(self, world: World) -> None:
        """On any ladder, within a bounded number of turns."""
        assert world.live(days=4000).finished is not None
        assert world.turns <= 60 * len(world.ladder.rungs)

    @settings(max_examples=100)
    @given(worlds(ladder=ladders()), st.integers(0, 60))
    def test_goes_the_same_way_when_it_is_lived_again(self, world: World, pause: int) -> None:
        """Also when the living is interrupted: nothing is kept outside the situation."""
        again = copy.deepcopy(world)
        again.live(days=pause)
        assert again.live(days=4000).acts == world.live(days=4000).acts

    @settings(max_examples=100)
    @given(worlds(ladder=ladders().map(without_upper_bounds)), st.integers(0, 90), st.sampled_from([1, 20_000, 79_999]))
    def test_is_never_made_harsher_or_quicker_by_a_part_payment(self, world: World, day: int, amount: int) -> None:
        """The next act comes no earlier than without the money, and no further up the ladder."""
        paying = copy.deepcopy(world)
        paying.on(day, pays(amount))
        without, with_it = world.live(days=4000).acts, paying.live(days=4000).acts
        at = world.at(day)
        before = [act for act in without if act[0] <= at]
        assert with_it[: len(before)] == before
        expected, got = without[len(before) :], with_it[len(before) :]
        if expected and got:
            order = [r.name for r in world.ladder.rungs]
            assert got[0][0] >= expected[0][0]
            assert order.index(got[0][1]) <= order.index(expected[0][1])

    @settings(max_examples=100)
    @given(worlds(ladder=ladders()), contact_points)
    def test_never_reaches_a_rung_before_its_spacing(self, world: World, points: list[ContactPoint]) -> None:
        """Between two acts on different rungs lie at least the whole days that the ladder puts between them."""
        world.contacts = points
        acts = world.live(days=4000).acts
        order = {r.name: position for position, r in enumerate(world.ladder.rungs)}
        for (was_at, was), (is_at, now) in pairwise(acts):
            between = world.ladder.rungs[order[was] + 1 : order[now] + 1]
            spacing = sum((r.after for r in between), timedelta())
            # A whole day ends at the ladder's hour, which is up to a day early, and clocks change.
            assert is_at - was_at >= spacing - timedelta(days=len(between), hours=2)


def _names(passed: tuple[PassedOver, ...]) -> list[str]:
    return [p.rung for p in passed]
