"""While a hold of the whole person stands nothing reaches them on any debt, and `until` is when it ends."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from policy.compliance.history import Mark, Marked
from policy.compliance.judging import judge
from policy.compliance.question import CONTACTS, Asked
from policy.compliance.stacking import stack
from policy.compliance.verdict import Answer
from tests.policy.standing.situations import LONDON, SHANGHAI, ask, case

PACKS = stack(["gb-conc", "house-courtesy"])
LASTS: dict[Mark, tuple[Mark, int | None, int]] = {
    Mark.BREATHING_SPACE: (Mark.BREATHING_SPACE_ENDED, 60, 0),
    Mark.MENTAL_HEALTH_CRISIS: (Mark.MENTAL_HEALTH_CRISIS_ENDED, None, 30),
    Mark.DEBT_ADVICE: (Mark.DEBT_ADVICE_ENDED, 30, 0),
    Mark.CEASE: (Mark.CEASE_ENDED, None, 0),
    Mark.BANKRUPTCY: (Mark.BANKRUPTCY_ENDED, None, 0),
}
"""What ends a standing of the whole person, after how many days it ends of itself, and how many days it lasts on."""

# Over two changes of the clocks and a leap day.
START = datetime(2027, 9, 1, tzinfo=UTC)
instants = st.integers(0, 400 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
debts = st.sampled_from([frozenset({"D1"}), frozenset({"D2"}), frozenset({"D1", "D2"}), frozenset[str]()])
marks = st.sampled_from([mark for start, (end, _, _) in LASTS.items() for mark in (start, end)])
histories = st.lists(st.builds(Marked, at=instants, mark=marks, debts=debts), max_size=6)
contacts = st.sampled_from(sorted(CONTACTS))
zones = st.sampled_from([LONDON, SHANGHAI, ZoneInfo("America/Los_Angeles")])


def is_held(history: list[Marked], *, at: datetime) -> bool:
    """Whether some standing of the whole person certainly holds, told without the engine: rather too seldom."""
    for begun in history:
        if begun.mark not in LASTS or begun.at > at:
            continue
        end, days, lasts_on = LASTS[begun.mark]
        # The clocks may take an hour out of the last whole day.
        is_young = days is None or at - begun.at < timedelta(days=days, hours=-1)
        ended = [m for m in history if m.mark is end and begun.at < m.at <= at - timedelta(days=lasts_on, hours=-1)]
        if is_young and not any(not m.debts or not begun.debts or m.debts & begun.debts for m in ended):
            return True
    return False


@given(histories, instants, contacts, debts.filter(bool), zones)
@settings(max_examples=300)
def test_nothing_reaches_a_person_at_rest(
    history: list[Marked], at: datetime, action: Asked, about: frozenset[str], zone: ZoneInfo
) -> None:
    """On whatever debt, through whatever channel, at whatever hour."""
    verdict = judge(case(*history, zone=zone), ask(action, at, debts=about), PACKS)
    if is_held(history, at=at):
        assert not verdict.is_allowed


@given(histories, instants, contacts, debts.filter(bool), zones)
@settings(max_examples=300)
def test_until_is_the_first_instant_at_which_all_is_over(
    history: list[Marked], at: datetime, action: Asked, about: frozenset[str], zone: ZoneInfo
) -> None:
    """At `until` the contact is allowed, a second earlier it is not, and neither is it at any hour in between."""
    known = case(*(mark for mark in history if mark.at <= at), zone=zone)
    question = ask(action, at, debts=about)
    verdict = judge(known, question, PACKS)
    if verdict.until is None:
        return
    assert verdict.answer is Answer.DEFERRED
    assert judge(known, replace(question, at=verdict.until), PACKS).is_allowed
    steps = 40
    for step in range(steps):
        between = at + (verdict.until - at) * step / steps
        assert not judge(known, replace(question, at=between), PACKS).is_allowed, between
    assert not judge(known, replace(question, at=verdict.until - timedelta(seconds=1)), PACKS).is_allowed


@given(histories, instants, st.timedeltas(timedelta(seconds=1), timedelta(days=90)), contacts)
@settings(max_examples=200)
def test_what_becomes_known_later_changes_no_answer(
    history: list[Marked], at: datetime, later: timedelta, action: Asked
) -> None:
    """A past decision can be given again."""
    then = judge(case(*history), ask(action, at), PACKS)
    news = Marked(at=at + later, mark=Mark.BANKRUPTCY)
    assert judge(case(*history, news), ask(action, at), PACKS) == then
