"""What a mark brings about under all packs together is the strictest of what they say."""

from datetime import timedelta

import pytest

from policy.compliance.history import Mark
from policy.compliance.question import CONTACTS, Asked
from policy.compliance.span import Span
from policy.compliance.stacking import stack
from policy.compliance.standing import Standing, standing_for
from policy.compliance.standing_rule import ACTIONS_OF, Stopped
from policy.compliance.verdict import Answer
from tests.policy.standing.situations import ALL, LONDON, SHANGHAI, answer, ask, case, instant, marked

NOON = instant("2026-06-02 12:00", LONDON)
EVERYTHING = frozenset(Stopped)


def standing(mark: Mark, *packs: str) -> Standing:
    """What a mark on a Londoner brings about."""
    found = standing_for(stack(packs), mark, at=NOON, zone=LONDON)
    assert found is not None
    return found


def test_a_mark_that_no_rule_begins_with_brings_nothing_about() -> None:
    """What ends something, and what is only a notice."""
    for mark in (Mark.DISPUTE_ENDED, Mark.FORBEARANCE_OFFERED):
        assert standing_for(stack(["house-courtesy", "gb-conc"]), mark, at=NOON, zone=LONDON) is None


def test_the_house_and_the_law_together_stop_more_and_allow_less() -> None:
    """Of a dispute: the union of what stops, what both allow, and every rule by name."""
    both = standing(Mark.DISPUTED, "house-courtesy", "gb-conc")
    assert both.stops == {Stopped.CONTACT, Stopped.ENFORCEMENT, Stopped.FEES, Stopped.REPORTING}
    assert both.still_allowed == {"required_by_law", "consumer_information_request"}
    assert (both.scope, both.until, both.rules) == ("debt", None, ("HOUSE-DISPUTE", "UK-DISPUTE"))
    assert set(both.ends_on) == {Mark.DISPUTE_ENDED, Mark.VERIFICATION_SENT}
    assert both.citations[1] == "CONC 7.14"


def test_a_breathing_space_has_its_end_and_its_limit() -> None:
    """Sixty days in London, once in twelve months, on the whole person."""
    found = standing(Mark.BREATHING_SPACE, "gb-conc")
    assert (found.scope, found.until, found.limit) == ("person", instant("2026-08-02 00:00", LONDON), Span(months=12))


def test_the_longer_of_two_rests_lasts() -> None:
    """The house counts its days where the person lives, the law in London; elsewhere they end apart."""
    found = standing_for(stack(["house-courtesy", "gb-conc"]), Mark.BREATHING_SPACE, at=NOON, zone=SHANGHAI)
    assert found is not None
    assert found.until == instant("2026-08-02 00:00", LONDON)


def test_treatment_ends_with_an_event_and_thirty_days() -> None:
    """Nobody knows when."""
    found = standing(Mark.MENTAL_HEALTH_CRISIS, "gb-conc")
    assert (found.until, found.ends_on, found.days_after_end) == (None, (Mark.MENTAL_HEALTH_CRISIS_ENDED,), 30)


def test_hardship_stops_some_and_gives_the_rest_to_a_person() -> None:
    """It does not stop contact as such."""
    found = standing(Mark.HARDSHIP, "house-courtesy")
    assert found.needs_person
    assert Stopped.CONTACT not in found.stops
    assert standing(Mark.VULNERABLE, "house-courtesy").stops == frozenset()


def test_time_bars_the_law_for_good() -> None:
    """Nothing stops, nothing ends, but no court hears of it."""
    found = standing(Mark.TIME_BARRED, "house-courtesy")
    assert (found.bars_law, found.stops, found.until, found.ends_on) == (True, frozenset(), None, ())


def test_an_agreement_is_a_standing_too() -> None:
    """Under the pack that has terms for it."""
    found = standing(Mark.ARRANGEMENT_AGREED, "cn-mainland")
    assert (found.scope, found.ends_on) == ("debt", (Mark.ARRANGEMENT_ENDED,))


@pytest.mark.parametrize("mark", [m for m in Mark if standing_for(stack(["house-courtesy"]), m, at=NOON, zone=LONDON)])
def test_what_a_standing_says_is_what_the_judge_does(mark: Mark) -> None:
    """Every action that it stops is refused on the debt, on the others where it is the person's, and for as long."""
    found = standing(mark, "house-courtesy")
    known = case(marked(mark, NOON))
    stopped = frozenset().union(*(ACTIONS_OF[each] for each in found.stops))
    for action in sorted(stopped):
        verdict = answer(known, ask(action, NOON), "house-courtesy")
        assert not verdict.is_allowed, action
        for purpose in sorted(found.still_allowed):
            assert answer(known, ask(action, NOON, purpose=purpose), "house-courtesy").is_allowed, (action, purpose)
        others = answer(known, ask(action, NOON, debts=ALL - {"D1"}), "house-courtesy")
        assert others.is_allowed is (found.scope == "debt")
        if found.until is not None:
            assert not answer(known, ask(action, found.until - timedelta(seconds=1)), "house-courtesy").is_allowed
            assert answer(known, ask(action, found.until + timedelta(hours=8)), "house-courtesy").is_allowed
    for action in sorted({Asked.SMS, Asked.EMAIL, Asked.LEGAL_REFERRAL} - stopped):
        verdict = answer(known, ask(action, NOON), "house-courtesy")
        if found.needs_person and action in CONTACTS:
            assert verdict.answer is Answer.NEEDS_HUMAN
        elif found.bars_law and action is Asked.LEGAL_REFERRAL:
            assert verdict.answer is Answer.FORBIDDEN
