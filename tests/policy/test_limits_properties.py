"""No ladder, clock or history ever makes a contact outside the hours, against a wish about times, or over a cap."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import cache
from itertools import cycle, islice
from types import MappingProxyType
from zoneinfo import ZoneInfo

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from domain.action import Action
from policy.compliance.case import Case
from policy.compliance.history import (
    Call,
    CallOutcome,
    Direction,
    Happening,
    Location,
    LocationInfo,
    Medium,
    Preference,
    PreferenceKind,
    Sent,
)
from policy.compliance.judging import judge
from policy.compliance.question import Asked, Question
from policy.compliance.stacking import Stack, stack
from policy.ladders.ladder import Ladder, Rung
from tests.policy.case_strategies import DEBTS, STARTS, calm, instants
from tests.policy.limits import Contact, broken_by
from tests.policy.strategies import ladders
from tests.policy.test_next_step_properties import worlds
from tests.policy.world import EVERYTHING, World, contacts

AMERICAN = ("America/New_York", "America/Los_Angeles", "America/Phoenix")
SETTINGS = (
    (("house-courtesy",), ("Pacific/Apia", "Europe/London")),
    (("house-courtesy", "us-federal-regf", "us-tcpa"), AMERICAN),
    (("us-ma",), AMERICAN),
    (("house-courtesy", "cn-mainland"), ("Asia/Shanghai", "Asia/Urumqi")),
    (("house-courtesy", "gb-conc"), ("Europe/London",)),
    (("house-courtesy", "in-rbi"), ("Asia/Kolkata",)),
)
"""Packs, and the zones of those whom they protect."""
WRITTEN = (Medium.SMS, Medium.EMAIL, Medium.CHAT)
REACHING = (Asked.CALL, Asked.SMS, Asked.CALL, Asked.EMAIL, Asked.CALL)
ABOUT = tuple(map(frozenset, ({"D1"}, {"D2"}, {"D1", "D2"})))
places_and_packs = st.sampled_from([(names, zone) for names, zones in SETTINGS for zone in zones])
wishes = st.builds(
    Preference,
    at=st.just(min(STARTS)),
    kind=st.just(PreferenceKind.INCONVENIENT_TIME),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1, max_size=4),
    begins=st.sampled_from([None, time(9), time(11), time(14, 30)]),
    ends=st.sampled_from([None, time(12), time(16, 30), time(19)]),
    valid_through=st.one_of(st.none(), instants.map(datetime.date)),
)
# What only moves a contact in time; the histories of the other properties mostly forbid it for good.
crowding: st.SearchStrategy[Happening] = st.one_of(
    st.builds(Call, at=instants, direction=st.just(Direction.OUT), outcome=st.sampled_from(CallOutcome)),
    st.builds(Sent, at=instants, direction=st.just(Direction.OUT), medium=st.sampled_from([*WRITTEN, Medium.VISIT])),
    st.builds(
        LocationInfo,
        locations=st.builds(Location, st.just("residence"), st.sampled_from(AMERICAN)).map(lambda it: (it,)),
    ),
)
histories = st.builds(
    lambda wished, crowded: (*wished, *crowded),
    st.lists(wishes, min_size=1, max_size=2),
    st.lists(st.one_of(crowding, crowding, crowding, calm), max_size=12),
)
gaps = st.lists(st.integers(20, 16 * 60).map(lambda minutes: timedelta(minutes=minutes)), min_size=3, max_size=8)
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
    """Any ladder, under any packs, wherever the person lives..."""

    @settings(max_examples=60)
    @given(worlds(ladder=ladders().map(talkative)), places_and_packs, instants, histories, lateness)
    def test_never_sends_outside_the_hours_or_over_a_cap(
        self,
        world: World,
        where: tuple[tuple[str, ...], str],
        opened_at: datetime,
        before: tuple[Happening, ...],
        late: tuple[timedelta, ...],
    ) -> None:
        """... after any history, and however late a worker picks it up."""
        names, zone = where
        reached = replace(world, contacts=contacts(*EVERYTHING), refusals={})
        lived = replace(reached, packs=names, timezone=zone, opened_at=opened_at, before=before, lateness=late)
        lived.live(days=90)
        event(f"sent {min(len(lived.left), 3)}")
        for number, contact in enumerate(lived.left):
            then = replace(lived.case(), history=(*before, *lived.left[: number + 1]))
            assert broken_by(contact, then, packs(names)) == []


class TestSomebody:
    """Somebody who calls and writes whenever the answer is yes..."""

    @settings(max_examples=40)
    @given(places_and_packs, histories, st.sampled_from([{}, {"D1": "G", "D2": "G"}]), st.sampled_from(STARTS), gaps)
    def test_never_does_so_outside_the_hours_or_over_a_cap(
        self,
        where: tuple[tuple[str, ...], str],
        before: tuple[Happening, ...],
        groups: dict[str, str],
        start: datetime,
        between: list[timedelta],
    ) -> None:
        """... never does so outside the hours of any pack, against a wish, or over any cap, per debt and over all."""
        names, zone = where
        now = Case(zone=ZoneInfo(zone), debts=frozenset(DEBTS), history=before, groups=MappingProxyType(groups))
        moment = start
        for action, debts, gap in islice(zip(cycle(REACHING), cycle(ABOUT), cycle(between), strict=False), 40):
            moment += gap
            question = Question(at=moment, action=action, debts=debts)
            if not judge(now, question, packs(names)).is_allowed:
                continue
            event("made")
            contact = contact_of(question)
            now = replace(now, history=(*now.history, contact))
            assert broken_by(contact, now, packs(names)) == []


class TestTheMomentOfADeferral:
    """The moment until which packs together put a contact off..."""

    @settings(max_examples=40)
    @given(places_and_packs, histories, instants, st.sampled_from(REACHING), st.integers(1, 10_000))
    def test_is_the_first_at_which_none_of_them_objects(
        self,
        where: tuple[tuple[str, ...], str],
        before: tuple[Happening, ...],
        at: datetime,
        action: Asked,
        share: int,
    ) -> None:
        """... is free, and neither the minute before it nor any other moment on the way is."""
        names, zone = where
        case = Case(zone=ZoneInfo(zone), debts=frozenset(DEBTS), history=before)
        question = Question(at=at, action=action, debts=frozenset(DEBTS))
        until = judge(case, question, packs(names)).until
        assume(until is not None)
        assert until is not None
        known = case.known_at(at)
        assert judge(known, replace(question, at=until), packs(names)).is_allowed
        for moment in (until - timedelta(minutes=1), at + (until - at) * share / 10_001):
            if at <= moment < until:
                assert not judge(known, replace(question, at=moment), packs(names)).is_allowed


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
