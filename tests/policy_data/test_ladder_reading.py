"""A ladder's file is read to the letter; a file with mistakes is refused with all of them at once."""

import hashlib
import json
from datetime import time, timedelta
from pathlib import Path
from random import Random

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from domain.action import Action
from policy.files.document import read_document
from policy.files.problem import Problem
from policy.ladders.checking import FALLBACKS, fact_samples
from policy.ladders.condition import Condition
from policy.ladders.ladder import DaysPastDue, OnDeadline, Rung
from policy.ladders.reading import (
    UnreadableLadder,
    canonical_text,
    read_ladder,
    read_ladder_file,
    read_published_ladder,
)
from policy.situation import FACTS

GOOD = """\
ladder: small
version: 1
title: A small ladder
hour: "09:00"
promise_grace: 3 days
kept_share: 0.9
finish_after: 30 days
review_holds_after: 30 days
rungs:
  - name: first_reminder
    action: sms
    after: 0 days
    wording: friendly_reminder
    when: contactable.sms or contactable.email
    fallbacks: [email]
  - name: callback
    action: callback
    after: 36 hours
    days_past_due: {at_least: 10, at_most: 120}
    deadline: 3 days
    on_deadline: again
    tries: 3
    again_after: 1 day
  - name: check
    action: verify_contacts
    after: 1 day
    deadline: 5 days
  - name: referral
    action: legal_referral
    after: 14 days
    deadline: 10 days
"""
MISTAKES = [
    (row["before"], row["after"], row["told"])
    for row in yaml.safe_load(Path(__file__).with_name("ladder_mistakes.yaml").read_text(encoding="utf-8"))
]


def spoiled(before: str, after: str) -> str:
    """The good ladder with one part of it replaced."""
    assert before in GOOD
    return GOOD.replace(before, after)


def problems_of(text: str) -> list[str]:
    """The problems of a ladder, as an author sees them."""
    with pytest.raises(UnreadableLadder) as raised:
        read_ladder(text, name="f.yaml")
    return [str(problem) for problem in raised.value.problems]


class TestAGoodLadder:
    """Reading what is right."""

    def test_is_read_key_by_key(self) -> None:
        """Every key of the file is found in the value."""
        ladder = read_ladder(GOOD, name="f.yaml")
        assert (ladder.name, ladder.version, ladder.title) == ("small", 1, "A small ladder")
        assert (ladder.hour, ladder.promise_grace, ladder.kept_share) == (time(9), timedelta(days=3), 0.9)
        assert ladder.rungs[0] == Rung(
            name="first_reminder",
            action=Action.SMS,
            after=timedelta(0),
            wording="friendly_reminder",
            when=Condition("contactable.sms or contactable.email"),
            fallbacks=(Action.EMAIL,),
        )
        assert ladder.rungs[1] == Rung(
            name="callback",
            action=Action.CALLBACK,
            after=timedelta(hours=36),
            days_past_due=DaysPastDue(at_least=10, at_most=120),
            deadline=timedelta(days=3),
            on_deadline=OnDeadline.AGAIN,
            tries=3,
            again_after=timedelta(days=1),
        )

    def test_is_read_from_its_file(self, tmp_path: Path) -> None:
        """A path will do as well as a text."""
        path = tmp_path / "small.yaml"
        path.write_text(GOOD, encoding="utf-8")
        assert read_ladder_file(path) == read_ladder(GOOD, name="anything")


class TestADigest:
    """What pins a journey to a ladder."""

    @given(st.randoms(use_true_random=False))
    def test_does_not_move_with_the_order_of_keys(self, random: Random) -> None:
        """Shuffled keys are the same ladder."""
        content = _shuffled(read_document(GOOD, file="f").data, random=random)
        text = json.dumps(content, ensure_ascii=False)
        assert read_ladder(text, name="f").digest == read_ladder(GOOD, name="f").digest

    def test_does_not_move_with_comments_and_quotes(self) -> None:
        """What a reader sees and the machine does not is not part of it."""
        text = "# a comment\n" + spoiled('"09:00"', "09:00  # local")
        assert read_ladder(text, name="f").digest == read_ladder(GOOD, name="f").digest

    def test_moves_with_any_value(self) -> None:
        """Another spacing is another ladder."""
        assert read_ladder(spoiled("36 hours", "37 hours"), name="f").digest != read_ladder(GOOD, name="f").digest

    def test_survives_the_ledger(self) -> None:
        """The canonical text reads back to an equal ladder, and its own SHA-256 is the digest."""
        ladder = read_ladder(GOOD, name="f.yaml")
        kept = canonical_text(GOOD)
        assert read_ladder(kept, name="ledger") == ladder
        assert hashlib.sha256(kept.encode()).hexdigest() == ladder.digest
        assert canonical_text(kept) == kept


class TestAMistake:
    """Reading what is wrong: the file, the line, what, and the remedy."""

    @pytest.mark.parametrize(("before", "after", "told"), MISTAKES)
    def test_is_told_with_its_line_and_remedy(self, before: str, after: str, told: str) -> None:
        """One mistake, one line of text."""
        assert problems_of(spoiled(before, after)) == [told]

    def test_is_not_the_only_one_told(self) -> None:
        """All mistakes of a file are told at once, in the order of its lines."""
        text = (
            spoiled("36 hours", "soon")
            .replace("frendly", "")
            .replace("[email]", "[callback]")
            .replace("hour:", "hours:")
        )
        assert [problem.split(":")[1] for problem in problems_of(text)] == ["1", "4", "15", "18"]

    @pytest.mark.parametrize("referral", ["legal_referral", "agency_placement"])
    def test_is_a_referral_before_anybody_was_asked(self, referral: str) -> None:
        """A lawyer or an agency never comes before a message or a call; a visit does not count as asking."""
        rungs = GOOD.split("rungs:\n", maxsplit=1)[0] + (
            "rungs:\n  - {name: check, action: verify_contacts, after: 1 day, deadline: 3 days}\n"
            "  - {name: visit, action: field_visit, after: 1 day, deadline: 3 days}\n"
            f"  - {{name: referral, action: {referral}, after: 1 day, deadline: 3 days}}\n"
        )
        told = (
            f"f.yaml:12: '{referral}' comes before anybody has written or called; put a message or a callback before it"
        )
        assert problems_of(rungs) == [told]

    @pytest.mark.parametrize("action", ["field_visit", "legal_referral"])
    def test_is_a_door_before_anybody_has_verified_it(self, action: str) -> None:
        """A visit or a lawyer needs a rung before it on which somebody verifies the address; one after it is none."""
        text = GOOD.split("  - name: check\n", maxsplit=1)[0] + (
            f"  - {{name: door, action: {action}, after: 1 day, deadline: 3 days}}\n"
            "  - {name: check, action: verify_contacts, after: 1 day, deadline: 3 days}\n"
        )
        told = (
            f"f.yaml:24: '{action}' needs a verified address, which no rung sees to; "
            "put a rung with `action: verify_contacts` before it"
        )
        assert problems_of(text) == [told]

    def test_does_not_keep_a_published_ladder_from_its_journeys(self) -> None:
        """What is asked of new ladders later is not asked of one that journeys are on; its form must still be right."""
        text = GOOD.replace("action: verify_contacts", "action: callback")
        assert problems_of(text)
        assert read_published_ladder(text, name="ledger").rungs[-1].action is Action.LEGAL_REFERRAL
        with pytest.raises(UnreadableLadder, match="unknown action"):
            read_published_ladder(text.replace("action: sms", "action: smss"), name="ledger")

    def test_is_a_ladder_without_rungs(self) -> None:
        """There is at least one rung."""
        assert "f.yaml:9: 'rungs'" in problems_of(GOOD.split("rungs:\n", maxsplit=1)[0] + "rungs: []\n")[0]

    @pytest.mark.parametrize(
        "condition",
        [
            "segment < 3",
            "opening_balance > 'a'",
            "segment(",
            "__import__('os')",
            "opening_balance >= 1.5",
            "-1",
            "\u0000",
            "(" * 300,
        ],
    )
    def test_is_a_condition_that_could_fail_later(self, condition: str) -> None:
        """What would stumble while a journey runs is refused while its ladder is read."""
        text = spoiled("contactable.sms or contactable.email", json.dumps(condition))
        assert problems_of(text)[0].startswith("f.yaml:14:")

    @pytest.mark.parametrize("text", ["", "42", "[]", "rungs: {}", "rungs: [1, null, []]", "rungs: [[[]]]"])
    def test_is_a_file_of_another_shape(self, text: str) -> None:
        """Whatever was handed in, the answer is a list of problems."""
        assert problems_of(text)

    def test_is_a_missing_file(self, tmp_path: Path) -> None:
        """A wrong path is told in the same way."""
        with pytest.raises(UnreadableLadder, match="cannot be opened"):
            read_ladder_file(tmp_path / "none.yaml")

    def test_is_a_file_in_another_encoding(self, tmp_path: Path) -> None:
        """So is a file that is not UTF-8."""
        path = tmp_path / "latin.yaml"
        path.write_bytes(b"title: \xe9")
        with pytest.raises(UnreadableLadder, match="not UTF-8"):
            read_ladder_file(path)


class TestAnyText:
    """Reading never fails in any other way."""

    @given(st.text())
    def test_gives_a_ladder_or_its_problems(self, text: str) -> None:
        """Arbitrary text."""
        _read_or_told(text)

    @given(st.data())
    def test_that_was_a_ladder_gives_a_ladder_or_its_problems(self, data: st.DataObject) -> None:
        """A good ladder with a line lost, doubled, or with a value replaced."""
        lines = GOOD.splitlines()
        at = data.draw(st.integers(0, len(lines) - 1))
        junk = st.sampled_from(
            ["", "0", "-1", "null", "[]", "{}", "true", "1e999", "'", "9" * 30, "\u6b20", "*a", "- 1", ": :", "0 days"]
        )
        key = lines[at].split(":")[0]
        lines[at] = data.draw(
            st.sampled_from(["", f"{lines[at]}\n{lines[at]}"]) | junk.map(lambda value: f"{key}: {value}")
        )
        _read_or_told("\n".join(lines))


class TestEveryKind:
    """Classify or fail."""

    def test_of_action_says_what_it_may_fall_back_to(self) -> None:
        """A new action is placed in the table of fallbacks."""
        assert set(FALLBACKS) == set(Action)

    def test_of_fact_has_a_sample_of_its_type(self) -> None:
        """Conditions are tried on a value of the right kind."""
        samples = fact_samples()
        assert set(samples) == FACTS
        assert {fact for fact, value in samples.items() if isinstance(value, str)} == {
            "segment",
            "product",
            "jurisdiction",
            "language",
        }


def _read_or_told(text: str) -> None:
    problems: tuple[Problem, ...] | None = None
    try:
        read_ladder(text, name="f.yaml")
    except UnreadableLadder as error:
        problems = error.problems
    assert problems is None or (problems and all(problem.line >= 1 and problem.remedy for problem in problems))


def _shuffled(content: object, *, random: Random) -> object:
    if isinstance(content, dict):
        keys = list(content)
        random.shuffle(keys)
        return {key: _shuffled(content[key], random=random) for key in keys}
    return [_shuffled(item, random=random) for item in content] if isinstance(content, list) else content
