"""What holds of every verdict under Regulation F, whatever the clock, the zone and the history."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import cache
from random import Random

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from policy.compliance.case import Case
from policy.compliance.given import happening_from, mapping_of
from policy.compliance.history import CONVERSATIONS, Call, CallOutcome, Direction, Happening
from policy.compliance.judging import judge
from policy.compliance.question import Asked, Question
from policy.compliance.stacking import Stack, stack
from policy.compliance.verdict import Answer
from tests.policy.case_strategies import calm, cases, days_named, happenings, instants, questions

MINUTE = timedelta(minutes=1)
TIMED = frozenset({Asked.CALL, Asked.SMS, Asked.EMAIL, Asked.WEB_DISPLAY})
MOST = settings(max_examples=150)


@cache
def packs() -> Stack:
    """Regulation F as it binds an agency."""
    return stack(["us-federal-regf"], role="third_party")


def counts_to(call: Call, debt: str, case: Case) -> bool:
    """An oracle of its own: to which debts a call counts."""
    named = call.counted_to or call.discussed
    return not named or case.group(debt) in {case.group(d) for d in named}


def calls_within_a_week(case: Case, question: Question, debt: str) -> int:
    """An oracle of its own: connected calls to the person about a debt on the last seven days of their calendar."""
    today = question.at.astimezone(case.zone).date()
    week = {today - timedelta(days=n) for n in range(7)}
    return sum(
        call.direction is Direction.OUT
        and call.to == question.to
        and call.at <= question.at
        and call.outcome not in {CallOutcome.BUSY, CallOutcome.NOT_IN_SERVICE}
        and call.at.astimezone(case.zone).date() in week
        and counts_to(call, debt, case)
        for call in case.all_of(Call)
    )


def talked_within_a_week(case: Case, question: Question, debt: str) -> bool:
    """An oracle of its own: a conversation about a debt on the last seven days."""
    today = question.at.astimezone(case.zone).date()
    return any(
        call.outcome in CONVERSATIONS
        and call.to == question.to
        and call.at <= question.at
        and (today - call.at.astimezone(case.zone).date()).days < 7
        and (
            not (call.discussed | call.counted_to)
            or case.group(debt) in {case.group(d) for d in call.discussed | call.counted_to}
        )
        for call in case.all_of(Call)
    )


class TestNothingIsAllowed:
    """Nothing is allowed..."""

    @MOST
    @given(cases(calm), questions)
    def test_outside_the_hours_of_any_place_where_the_person_may_be(self, case: Case, question: Question) -> None:
        """... outside the hours of any place where the person may be, except the one answer to what they wrote."""
        assume(question.action in TIMED and question.in_reply_to is None)
        verdict = judge(case, question, packs())
        for zone in case.known_at(question.at).zones():
            hour = question.at.astimezone(zone).time()
            if not time(8) <= hour < time(21):
                assert not verdict.is_allowed

    @MOST
    @given(cases(calm), questions)
    def test_over_the_cap_or_inside_the_rest(self, case: Case, question: Question) -> None:
        """... over seven calls in seven days, or within the week that a conversation begins."""
        assume(question.action is Asked.CALL)
        verdict = judge(case, question, packs())
        known = case.known_at(question.at)
        for debt in question.debts:
            if calls_within_a_week(known, question, debt) >= 7 or talked_within_a_week(known, question, debt):
                event("capped")
                assert not verdict.is_allowed

    @MOST
    @given(cases(calm), questions, st.lists(instants, min_size=1, max_size=60).map(sorted))
    def test_so_that_calls_made_only_when_allowed_ever_exceed_seven(
        self, case: Case, question: Question, moments: list[datetime]
    ) -> None:
        """... so that somebody who rings whenever it is allowed ever makes an eighth call in seven days."""
        asked = replace(question, action=Asked.CALL, debts=frozenset({"D1"}), to="consumer", in_reply_to=None)
        made: list[Happening] = []
        for moment in moments:
            now = replace(asked, at=moment)
            quiet = replace(case, history=tuple(made))
            if judge(quiet, now, packs()).is_allowed:
                made.append(
                    Call(at=moment, direction=Direction.OUT, outcome=CallOutcome.UNANSWERED, counted_to=now.debts)
                )
                after = replace(case, history=tuple(made))
                assert calls_within_a_week(after, now, "D1") <= 7


class TestUntil:
    """The moment that a deferral names..."""

    @MOST
    @given(cases(st.one_of(happenings, happenings, days_named)), questions)
    def test_is_sound(self, case: Case, question: Question) -> None:
        """... is one at which the contact is allowed, on the same facts."""
        verdict = judge(case, question, packs())
        assume(verdict.until is not None)
        assert verdict.until is not None
        known = case.known_at(question.at)
        assert verdict.until > question.at
        assert judge(known, replace(question, at=verdict.until), packs()).is_allowed

    @MOST
    @given(cases(st.one_of(calm, calm, days_named)), questions, st.data())
    def test_is_the_first(self, case: Case, question: Question, data: st.DataObject) -> None:
        """... is the first such moment: not a minute before it, nor at any other moment on the way."""
        verdict = judge(case, question, packs())
        assume(verdict.until is not None)
        assert verdict.until is not None
        known = case.known_at(question.at)
        minutes = int((verdict.until - question.at) / MINUTE)
        between = [verdict.until - MINUTE, question.at + data.draw(st.integers(0, max(0, minutes - 1))) * MINUTE]
        for moment in between:
            if question.at <= moment < verdict.until:
                assert not judge(known, replace(question, at=moment), packs()).is_allowed


class TestFacts:
    """What is known..."""

    @MOST
    @given(cases(happenings), questions, st.lists(happenings, max_size=10))
    def test_later_changes_nothing(self, case: Case, question: Question, later: list[Happening]) -> None:
        """... later changes nothing, so that any past answer can be given again."""
        after = tuple(h for h in later if h.at is not None and h.at > question.at)
        more = replace(case, history=(*after, *case.history))
        assert judge(more, question, packs()) == judge(case, question, packs())

    @MOST
    @given(cases(happenings), questions, st.randoms(use_true_random=False))
    def test_is_told_in_any_order(self, case: Case, question: Question, random: Random) -> None:
        """... may be told in any order."""
        shuffled = list(case.history)
        random.shuffle(shuffled)
        assert judge(replace(case, history=tuple(shuffled)), question, packs()) == judge(case, question, packs())

    @MOST
    @given(happenings)
    def test_reads_back_as_it_was_written(self, happening: Happening) -> None:
        """... reads back from its mapping as it was written into it."""
        assert happening_from(mapping_of(happening)) == happening


class TestAnswers:
    """An answer..."""

    @MOST
    @given(cases(happenings), questions)
    def test_always_has_its_reason(self, case: Case, question: Question) -> None:
        """... that is a no has a rule and a citation; one that is a yes has no violation."""
        verdict = judge(case, question, packs())
        assert verdict.is_allowed == (not verdict.violations) == (verdict.decided_by is None)
        assert verdict.until is None or verdict.answer is Answer.DEFERRED
        assert all(found.citation and found.message for found in verdict.violations)
