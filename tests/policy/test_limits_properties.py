"""No ladder, clock or history ever makes a contact outside the hours, against a wish about times, or over a cap."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import cache
from itertools import cycle

from hypothesis import event, given, settings
from hypothesis import strategies as st

from domain.action import Action
from policy.compliance.case import Case
from policy.compliance.history import Call, CallOutcome, Direction, Happening, Medium, Preference, PreferenceKind, Sent
from policy.compliance.judging import judge
from policy.compliance.question import Asked, Question
from policy.compliance.stacking import Stack, stack
from policy.ladders.ladder import Ladder, Rung
from tests.policy.case_strategies import ZONES, calm, cases, instants, places
from tests.policy.limits import Contact, broken_by
from tests.policy.strategies import ladders
from tests.policy.test_next_step_properties import worlds
from tests.policy.world import EVERYTHING, World, contacts

STACKS = (
    ("house-courtesy",),
    ("house-courtesy", "us-federal-regf", "us-tcpa"),
    ("house-courtesy", "us-ma"),
    ("house-courtesy", "cn-mainland"),
    ("house-courtesy", "gb-conc"),
    ("house-courtesy", "in-rbi"),
    ("us-federal-regf", "in-rbi", "gb-conc"),
)
SINCE_OR_UNTIL = st.sampled_from([None, time(9), time(12), time(16, 30), time(19)])
WRITTEN = (Medium.SMS, Medium.EMAIL, Medium.CHAT)
REACHING = (Asked.CALL, Asked.CALL, Asked.SMS, Asked.EMAIL)
stacks = st.sampled_from(STACKS)
# What only moves a contact in time; the histories of the other properties mostly forbid it for good.
crowding: st.SearchStrategy[Happening] = st.one_of(
    st.builds(Call, at=instants, direction=st.just(Direction.OUT), outcome=st.sampled_from(CallOutcome)),
    st.builds(
        Sent, at=instants, direction=st.sampled_from(Direction), medium=st.sampled_from([*WRITTEN, Medium.VISIT])
    ),
    st.builds(
        Preference,
        at=instants,
        kind=st.just(PreferenceKind.INCONVENIENT_TIME),
        weekdays=st.frozensets(st.integers(0, 6), min_size=1, max_size=3),
        begins=SINCE_OR_UNTIL,
        ends=SINCE_OR_UNTIL,
        valid_through=st.one_of(st.none(), instants.map(datetime.date)),
    ),
    places,
)
lateness = st.lists(st.integers(0, 40 * 60).map(lambda minutes: timedelta(minutes=minutes)), max_size=5).map(tuple)


@cache
def packs(names: tuple[str, ...]) -> Stack:
    """The packs of those names, each read once."""
    return stack(names)


def talkative(ladder: Ladder) -> Ladder:
    """The ladder with a message on every other rung that nothing stands in the way of, and the others as they are."""
    actions = cycle((Action.SMS, Action.EMAIL, Action.CHAT))
    return replace(
        ladder,
        rungs=tuple(
            rung
            if number % 2
            else Rung(name=rung.name, action=next(actions), after=rung.after, wording="friendly_reminder")
            for number, rung in enumerate(ladder.rungs)
        ),
    )


def contact_of(question: Question) -> Contact:
    """The contact that a question asked about, once it is made (nobody answers)."""
    if question.action is Asked.CALL:
        return Call(at=question.at, direction=Direction.OUT, outcome=CallOutcome.UNANSWERED, counted_to=question.debts)
    medium = Medium(question.action.value)
    return Sent(at=question.at, direction=Direction.OUT, medium=medium, debts=question.debts)


class TestALadder:
    """Any ladder, lived in any zone, under any packs..."""

    @settings(max_examples=80)
    @given(
        worlds(ladder=ladders().map(talkative)),
        stacks,
        st.sampled_from(ZONES),
        instants,
        st.lists(crowding).map(tuple),
        lateness,
    )
    def test_never_sends_outside_the_hours_or_over_a_cap(
        self,
        world: World,
        names: tuple[str, ...],
        zone: str,
        opened_at: datetime,
        before: tuple[Happening, ...],
        late: tuple[timedelta, ...],
    ) -> None:
        """... after any history, and however late a worker picks it up."""
        reached = replace(world, contacts=contacts(*EVERYTHING), refusals={})
        lived = replace(reached, packs=names, timezone=zone, opened_at=opened_at, before=before, lateness=late)
        lived.live(days=90)
        event(f"sent {min(len(lived.left), 3)}")
        for number, contact in enumerate(lived.left):
            then = replace(lived.case(), history=(*before, *lived.left[: number + 1]))
            assert broken_by(contact, then, packs(names)) == []


class TestSomebody:
    """Somebody who calls and writes whenever the answer is yes..."""

    @settings(max_examples=60)
    @given(
        cases(st.one_of(calm, crowding, crowding)),
        stacks,
        st.lists(
            st.tuples(instants, st.sampled_from(REACHING), st.frozensets(st.sampled_from(["D1", "D2"]), min_size=1)),
            min_size=1,
            max_size=40,
        ),
    )
    def test_never_does_so_outside_the_hours_or_over_a_cap(
        self, case: Case, names: tuple[str, ...], tries: list[tuple[datetime, Asked, frozenset[str]]]
    ) -> None:
        """... never does so outside the hours of any pack, against a wish, or over any cap, per debt and over all."""
        now = case
        for moment, action, debts in sorted(tries, key=lambda each: each[0]):
            question = Question(at=moment, action=action, debts=debts)
            if not judge(now, question, packs(names)).is_allowed:
                continue
            event("made")
            contact = contact_of(question)
            now = replace(now, history=(*now.history, contact))
            assert broken_by(contact, now, packs(names)) == []


class TestTheOracle:
    """The oracle of these properties..."""

    def test_sees_what_is_broken(self) -> None:
        """... is no rubber stamp: it names the hours, the wish and the cap that a contact breaks."""
        world = World(packs=("us-federal-regf",), timezone="America/New_York")
        names = ("us-federal-regf", "us-ma")
        night = Call(at=world.at(1, 22), direction=Direction.OUT, outcome=CallOutcome.UNANSWERED)
        week = tuple(replace(night, at=world.at(day, 10)) for day in range(8))
        assert broken_by(night, replace(world.case(), history=(night,)), packs(names)) == ["US-F-TIME"]
        assert broken_by(week[1], replace(world.case(), history=week[:2]), packs(names)) == []
        assert broken_by(week[2], replace(world.case(), history=week[:3]), packs(names)) == ["US-MA-2IN7"]
        eighth = replace(week[6], at=world.at(6, 11))
        history = (*week[:7], eighth)
        assert broken_by(eighth, replace(world.case(), history=history), packs(names)) == ["US-F-7IN7", "US-MA-2IN7"]
