"""How many loans it takes: known figures, and what more looks, arms and smaller effects cost."""

from collections.abc import Mapping

import pytest

from reports.experiments.planning import Plan, PlanIsImpossible, Question, plan

HALVES = {"holdout": 0.5, "champion": 0.5}
CV = 1.6317
"""Of the public recoveries behind measures.md, which gives it as 1.63."""


def planned(
    effect: float, *, cv: float = CV, shares: Mapping[str, float] = HALVES, per_week: float | None = None
) -> Plan:
    """An effect as a share of the mean, at 5 % and 80 %."""
    return plan(Question(100, 100 * cv, 100 * effect, 0.05, 0.8, shares), loans_per_week=per_week)


class TestAPlan:
    """Sizes and durations."""

    @pytest.mark.parametrize(("effect", "loans"), [(0.20, 1_045), (0.10, 4_180), (0.05, 16_718)])
    def test_gives_the_known_figures_for_one_look(self, effect: float, loans: int) -> None:
        """Those of measures.md, per arm, also with the rounded spread to within three in a thousand."""
        assert planned(effect).fixed_horizon.by_arm == {"holdout": loans, "champion": loans}
        assert planned(effect, cv=1.63).fixed_horizon.by_arm["holdout"] == pytest.approx(loans, rel=0.003)

    def test_asks_for_more_where_every_week_is_a_look(self) -> None:
        """Some two and a half times the loans."""
        for effect in (0.2, 0.1, 0.05):
            size = planned(effect)
            assert 2 < size.always_valid.loans / size.fixed_horizon.loans < 2.6

    def test_asks_most_of_a_small_holdout(self) -> None:
        """And gives each arm its share of all loans."""
        small = planned(0.2, shares={"holdout": 0.1, "champion": 0.9})
        assert small.always_valid.loans > 2.5 * planned(0.2).always_valid.loans
        assert small.always_valid.by_arm["champion"] == pytest.approx(9 * small.always_valid.by_arm["holdout"], abs=9)

    def test_of_three_arms_is_that_of_the_pair_that_needs_most(self) -> None:
        """The challenger against the champion needs fewer than either against a holdout of a tenth."""
        three = planned(0.2, shares={"holdout": 0.1, "champion": 0.45, "challenger": 0.45})
        assert len(three.pairs) == 3
        assert three.fixed_horizon.by_arm["holdout"] == pytest.approx((1 + 10 / 45) * 1_045 / 2, abs=2)

    def test_counts_the_weeks_in_which_loans_enter(self) -> None:
        """Begun weeks count."""
        assert planned(0.2, per_week=100).fixed_horizon.weeks == 21
        assert planned(0.2).fixed_horizon.weeks is None

    def test_shows_what_could_be_seen_by_when(self) -> None:
        """Less each week, and no more than the effect asked for in the week in which the plan ends."""
        size = planned(0.2, per_week=100)
        last = size.always_valid.weeks
        shown = {row.week: row for row in size.detectable}
        assert shown[last].always_valid_minor == pytest.approx(20, rel=0.02)
        assert shown[1].always_valid_minor is None
        fixed = [row.fixed_horizon_minor for row in size.detectable]
        assert fixed == sorted(fixed, reverse=True)
        always = [row.always_valid_minor for row in size.detectable if row.always_valid_minor is not None]
        assert always == sorted(always, reverse=True)

    def test_without_a_rate_shows_the_same_by_loans(self) -> None:
        """At parts of the planned size."""
        rows = planned(0.2).detectable
        assert [row.week for row in rows] == [None] * 6
        assert rows[3].always_valid_minor == pytest.approx(20, rel=0.001)

    @pytest.mark.parametrize(
        ("question", "why"),
        [
            (Question(100, 163, 0, 0.05, 0.8, HALVES), "effect of nothing"),
            (Question(0, 163, 5, 0.05, 0.8, HALVES), "more than 0"),
            (Question(100, 0, 5, 0.05, 0.8, HALVES), "more than 0"),
            (Question(100, 163, 5, 0.05, 0.01, HALVES), "power"),
            (Question(100, 163, 5, 0.05, 0.8, {"holdout": 0.5, "champion": 0.6}), "sum to 1"),
            (Question(100, 163, 5, 0.05, 0.8, {"holdout": 0.5}), "two arms"),
            (Question(100, 163, 1e-5, 0.05, 0.8, HALVES), "too small"),
        ],
    )
    def test_that_cannot_be_made_says_why(self, question: Question, why: str) -> None:
        """In words for the person who asked."""
        with pytest.raises(PlanIsImpossible, match=why):
            plan(question)
