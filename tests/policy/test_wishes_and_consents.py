"""What a person takes back or refuses without saying what exactly is meant, and the words a case file may use."""

from datetime import datetime, timedelta

import pytest

from policy.compliance.cases import UnreadableCases, cases_in
from policy.compliance.exceptions import has_consent
from policy.compliance.given import NotAnEvent, happening_from
from policy.compliance.history import ANY_SCOPE, Consent, ConsentRevoked, Preference, PreferenceKind
from policy.compliance.question import Asked
from policy.compliance.rules.preference_block import PreferenceBlock, keep_to_their_wishes
from tests.policy.standing.situations import D1, D2, LONDON, ask, case, instant

NOON = instant("2026-06-01 12:00", LONDON)
LATER = NOON + timedelta(days=1)
CASES = """cases:
  - {{id: a, consumer_tz: Europe/London, query: {{at: 2026-06-01, action: call}}}}
  - {{id: {id}, consumer_tz: Europe/London, query: {{at: {at}, action: call}}}}
"""


def holds_after(revoked: ConsentRevoked, *, debts: frozenset[str] = frozenset()) -> bool:
    """Whether a consent to more calls still stands after a revocation."""
    known = case(Consent(at=NOON, scope="additional_calls", debts=debts), revoked)
    return has_consent(known, "additional_calls", at=LATER)


class TestARevocation:
    """Given an hour after the consent."""

    AT = NOON + timedelta(hours=1)

    def test_without_a_scope_ends_every_consent(self) -> None:
        """The person said: no more."""
        assert not holds_after(ConsentRevoked(at=self.AT, scope=ANY_SCOPE))
        assert not holds_after(ConsentRevoked(at=self.AT, scope=ANY_SCOPE), debts=D1)
        assert not holds_after(ConsentRevoked(at=self.AT, scope=ANY_SCOPE, debts=D1))

    def test_about_one_debt_leaves_the_consent_about_another(self) -> None:
        """And ends that about its own."""
        assert holds_after(ConsentRevoked(at=self.AT, scope=ANY_SCOPE, debts=D2), debts=D1)
        assert not holds_after(ConsentRevoked(at=self.AT, scope=ANY_SCOPE, debts=D1), debts=D1)

    def test_of_another_scope_or_before_it_ends_nothing(self) -> None:
        """What came first cannot take back what came later."""
        assert holds_after(ConsentRevoked(at=self.AT, scope="inconvenient_time"))
        assert holds_after(ConsentRevoked(at=NOON - timedelta(hours=1), scope=ANY_SCOPE))


@pytest.mark.parametrize("asked", [Asked.CALL, Asked.SMS, Asked.EMAIL, Asked.MAIL, Asked.VISIT])
def test_a_refusal_of_no_medium_in_particular_is_of_all(asked: Asked) -> None:
    """Whoever asks to be left alone is not called either."""
    wish = Preference(at=NOON, kind=PreferenceKind.STOP_MEDIUM)
    params = PreferenceBlock(dimension="medium")
    assert keep_to_their_wishes(case(wish), ask(asked, LATER), params, at=LATER) is not None


@pytest.mark.parametrize(
    "given",
    [
        {"type": "preference", "kind": "stop_medium", "medium": "pigeon"},
        {"type": "consent", "scope": "banana"},
        {"type": "consent", "channel": "smoke"},
        {"type": "consent", "given_to": "nobody"},
        {"type": "consent", "expires": "9999-12-31"},
        {"type": "consent", "valid_on": ["1969-12-31"]},
    ],
)
def test_an_unknown_word_is_no_event(given: dict[str, object]) -> None:
    """A word that no rule looks for would silently mean nothing."""
    with pytest.raises(NotAnEvent):
        happening_from({**given, "at": "2026-06-01"})


def test_a_known_word_is_read_in_any_case_and_place_is_free() -> None:
    """Other words for a medium are known, too."""
    wish = {"type": "preference", "kind": "stop_medium", "at": "2026-06-01", "medium": "Phone", "place": "the boat"}
    read = happening_from(wish)
    assert isinstance(read, Preference)
    assert (read.medium, read.place) == ("phone", "the boat")


@pytest.mark.parametrize(
    ("case_id", "at", "told"),
    [
        ("a", "2026-06-02", "there is a case with the id 'a' already"),
        ("b", "0001-01-01T00:00:00+14:00", "too far away"),
        ("b", "9999-12-31", "too far away"),
        ("b", "2200-01-01", "too far away"),
    ],
)
def test_a_case_that_cannot_be_judged_is_told_with_its_line(case_id: str, at: str, told: str) -> None:
    """The other case of the file is read."""
    read, (problem,) = cases_in(CASES.format(id=case_id, at=at), file="cases.yaml")
    assert [posed.id for posed in read] == ["a"]
    assert told in str(problem)
    assert "cases.yaml:3" in str(problem)
    with pytest.raises(UnreadableCases):
        cases_in("cases: []", file="cases.yaml")


def test_a_moment_within_bounds_is_read() -> None:
    """The first and the last day."""
    for at in ("1970-01-01", "2199-12-31"):
        (_, posed), problems = cases_in(CASES.format(id="b", at=at), file="cases.yaml")
        assert problems == ()
        assert isinstance(posed.question.at, datetime)
