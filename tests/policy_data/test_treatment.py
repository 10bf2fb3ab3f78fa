"""A treatment is chosen by what the loan is and by a logged draw, never by who the borrower is."""

from collections import Counter
from dataclasses import fields
from decimal import Decimal
from itertools import product as combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.journey import Arm
from policy.ladders.shipped import shipped_ladders
from policy.situation import FACTS as RUNG_FACTS
from policy.treatment.choosing import Assignment, DrawOutOfRange, choose
from policy.treatment.reading import UnreadableRules, read_rules, shipped_rules
from policy.treatment.rule import Case

PERSONAL = ("sex", "gender", "marital", "age", "birth", "ethnic", "race", "religion", "nationality")
CASES = st.builds(
    Case,
    days_past_due=st.integers(0, 2000),
    balance_minor=st.integers(0, 10**9),
    product=st.sampled_from(["card", "mortgage", "personal"]),
    segment=st.sampled_from(["retail", "relationship"]),
    currency=st.sampled_from(["USD", "CNY"]),
)
GOOD = """\
treatment: small
version: 1
rules:
  - name: late
    when: days_past_due > 180
    arms:
      champion: {ladder: late_stage, probability: 0.7}
      challenger: {ladder: standard, probability: 0.2}
      holdout: {ladder: quiet, probability: 0.1}
  - name: everyone
    arms:
      champion: {ladder: standard, probability: 1}
"""


def case(
    *, days_past_due: int = 60, balance_minor: int = 500_00, product: str = "card", segment: str = "retail"
) -> Case:
    """A loan like many."""
    return Case(
        days_past_due=days_past_due, balance_minor=balance_minor, product=product, segment=segment, currency="USD"
    )


def problems_of(text: str) -> list[str]:
    """The problems of a file of rules, as an author sees them."""
    with pytest.raises(UnreadableRules) as raised:
        read_rules(text, name="r.yaml", ladders=shipped_ladders())
    return [str(problem) for problem in raised.value.problems]


class TestAChoice:
    """From a case and a draw to an assignment."""

    @pytest.mark.parametrize(
        ("draw", "arm", "ladder", "probability"),
        [
            (0.0, Arm.CHAMPION, "late_stage", 0.7),
            (0.69, Arm.CHAMPION, "late_stage", 0.7),
            (0.71, Arm.CHALLENGER, "standard", 0.2),
            (0.89, Arm.CHALLENGER, "standard", 0.2),
            (0.91, Arm.HOLDOUT, "quiet", 0.1),
            (0.9999999999999999, Arm.HOLDOUT, "quiet", 0.1),
        ],
    )
    def test_follows_the_draw(self, draw: float, arm: Arm, ladder: str, probability: float) -> None:
        """The draw passes the champion, the challenger and the holdout in turn; the probability is told."""
        rules = read_rules(GOOD, name="r.yaml", ladders=shipped_ladders())
        chosen = choose(case(days_past_due=181), rules=rules, draw=draw)
        assert chosen == Assignment(ladder=ladder, rule="late", arm=arm, probability=probability)

    @pytest.mark.parametrize(
        ("given_case", "rule"),
        [
            (case(days_past_due=181), "late_stage"),
            (case(days_past_due=180), "everyone_else"),
            (case(days_past_due=31), "everyone_else"),
            (case(days_past_due=30), "early"),
            (case(balance_minor=20_00), "small_amount"),
            (case(days_past_due=120, balance_minor=20_00), "everyone_else"),
            (case(segment="relationship"), "relationship"),
            (case(product="mortgage"), "home_loan"),
        ],
    )
    def test_takes_the_first_rule_that_matches(self, given_case: Case, rule: str) -> None:
        """The shipped rules, case by case."""
        assert choose(given_case, rules=shipped_rules(), draw=0.5).rule == rule

    @pytest.mark.parametrize("draw", [-0.1, 1.0, float("nan")])
    def test_refuses_a_draw_out_of_range(self, draw: float) -> None:
        """One is already too much."""
        with pytest.raises(DrawOutOfRange):
            choose(case(), rules=shipped_rules(), draw=draw)

    @given(CASES, st.floats(0, 1, exclude_max=True))
    def test_is_made_for_every_loan(self, any_case: Case, draw: float) -> None:
        """Whatever the loan and the draw, there is a shipped ladder and a probability above zero."""
        chosen = choose(any_case, rules=shipped_rules(), draw=draw)
        assert chosen.ladder in shipped_ladders()
        assert 0 < chosen.probability <= 1

    def test_gives_each_arm_its_share(self) -> None:
        """A thousand evenly spaced draws are shared out as the file says."""
        arms = Counter(choose(case(), rules=shipped_rules(), draw=(i + 0.5) / 1000).arm for i in range(1000))
        assert arms == {Arm.CHAMPION: 700, Arm.CHALLENGER: 200, Arm.HOLDOUT: 100}

    def test_is_never_gentler_with_more_days_past_due_than_with_fewer(self) -> None:
        """Champion by champion, the path from gentle to late goes one way."""
        order = ["gentle", "standard", "late_stage"]
        ladders = [choose(case(days_past_due=d), rules=shipped_rules(), draw=0.0).ladder for d in range(1, 400)]
        assert ladders == sorted(ladders, key=order.index)


class TestTheInputs:
    """Fairness (design, section 11)."""

    def test_say_nothing_about_the_person(self) -> None:
        """Sex, marital status, age and ethnicity are not among the inputs of a treatment or of a rung's condition."""
        inputs = {field.name for field in fields(Case)}
        assert inputs == {"days_past_due", "balance_minor", "product", "segment", "currency"}
        for name, personal in combinations([*inputs, *case().facts(), *RUNG_FACTS], PERSONAL):
            assert personal not in name.replace("language", "").split("_")
            assert not name.startswith(personal)

    @pytest.mark.parametrize("fact", ["sex", "age", "marital_status", "ethnicity"])
    def test_cannot_be_widened_by_a_file(self, fact: str) -> None:
        """A rule that asks for them does not load."""
        told = problems_of(GOOD.replace("days_past_due >", f"{fact} >"))
        assert told[0].startswith(f"r.yaml:5: 'when': unknown fact '{fact}'")


class TestRules:
    """Reading a file of rules."""

    def test_are_read(self) -> None:
        """Shares keep their exact decimal probabilities."""
        rules = read_rules(GOOD, name="r.yaml", ladders=shipped_ladders())
        assert (rules.name, rules.version, [rule.name for rule in rules.rules]) == ("small", 1, ["late", "everyone"])
        assert sum(share.probability for share in rules.rules[0].shares) == Decimal(1)

    @pytest.mark.parametrize(
        ("before", "after", "told"),
        [
            ("0.7", "0.8", "r.yaml:6: the probabilities of 'late' sum to 1.1, not to 1"),
            ("0.7", "0", "r.yaml:7: 'probability': 0 is not a probability"),
            ("0.7", "true", "r.yaml:7: 'probability': True is not a probability"),
            ("quiet", "quit", "r.yaml:9: unknown ladder 'quit'; did you mean 'quiet'?"),
            ("holdout", "hold_out", "r.yaml:9: unknown key 'hold_out'; did you mean 'holdout'?"),
            ("late\n", "everyone\n", "r.yaml:10: the rule name 'everyone' is taken"),
            ("    when: days_past_due > 180\n", "", "r.yaml:4: the rule 'late' matches every loan"),
            ("everyone\n", "everyone\n    when: balance > 1\n", "r.yaml:10: the last rule 'everyone' does not match"),
            (
                "days_past_due > 180",
                "days_past_du > 180",
                "r.yaml:5: 'when': unknown fact 'days_past_du'; did you mean",
            ),
            ("days_past_due > 180", "segment > 180", "r.yaml:5: 'when': cannot order"),
            (
                "      champion: {ladder: standard, probability: 1}",
                "      {}",
                "r.yaml:11: the key 'champion' is missing",
            ),
        ],
    )
    def test_are_refused_with_a_remedy(self, before: str, after: str, told: str) -> None:
        """One mistake, one line of text."""
        problems = problems_of(GOOD.replace(before, after))
        assert len(problems) == 1
        assert problems[0].startswith(told)

    @given(st.text())
    def test_are_read_or_refused_whatever_the_text(self, text: str) -> None:
        """No text gives another error (and none of them happens to be a file of rules)."""
        with pytest.raises(UnreadableRules):
            read_rules(text, name="r.yaml", ladders=())
