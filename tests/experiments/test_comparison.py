"""One arm against another: figures by hand, and what must never change them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.experiments.comparison import capped_difference, difference
from reports.experiments.confidence_sequence import multiplier
from reports.experiments.group import Group
from reports.experiments.verdict import Verdict
from tests.experiments.streams import mostly_nothing, skewed


def group(*money: float, probability: float = 0.5) -> Group:
    """Loans of one arm."""
    return Group(np.array(money), np.full(len(money), 1 / probability))


def bounds(treated: Group, base: Group) -> tuple[float, float]:
    """The interval's two ends."""
    shown = difference(treated, base, alpha=0.05, scale=1e9)
    assert shown.ci_low is not None
    assert shown.ci_high is not None
    return shown.ci_low, shown.ci_high


class TestAGroup:
    """The mean of an arm."""

    def test_weighs_each_loan_by_what_it_stands_for(self) -> None:
        """One loan given its arm with 0.25 stands for four, one given it with 0.5 for two: (4*10 + 2*40) / 6 = 20."""
        unequal = Group(np.array([10.0, 40.0]), np.array([4.0, 2.0]))
        assert unequal.mean == 20
        assert unequal.effective == pytest.approx(36 / 20)
        # variance (4*100 + 2*400)/6 * 2/1 = 400; error sqrt((4*10/6)^2 + (2*20/6)^2) * sqrt(2/1) = 13.33
        assert unequal.variance == pytest.approx(400)
        assert unequal.error == pytest.approx(math.sqrt((40 / 6) ** 2 + (40 / 6) ** 2) * math.sqrt(2))


class TestADifference:
    """Of money per loan entered."""

    def test_is_that_of_the_means_with_both_errors(self) -> None:
        """0, 10, 20 against 0, 2, 4: 8 more, error sqrt(100/3 + 4/3)."""
        shown = difference(group(0, 10, 20), group(0, 2, 4), alpha=0.05, scale=100)
        half = multiplier(6, alpha=0.05) * math.sqrt(100 / 3 + 4 / 3)
        assert shown.difference_per_loan_minor == pytest.approx(8)
        assert (shown.ci_low, shown.ci_high) == pytest.approx((8 - half, 8 + half))
        assert shown.mde_minor == pytest.approx(half + 0.8416 * math.sqrt(104 / 3), rel=1e-4)

    def test_credits_the_smaller_arm_with_no_less_spread_than_the_larger(self) -> None:
        """0, 2 against 0, 10, 20: two loans that happen to agree prove little."""
        shown = difference(group(0, 10, 20), group(0, 2), alpha=0.05, scale=100)
        assert shown.ci_high is not None
        assert shown.difference_per_loan_minor is not None
        half = shown.ci_high - shown.difference_per_loan_minor
        assert half == pytest.approx(multiplier(5, alpha=0.05) * math.sqrt(100 / 3 + 100 / 2))

    @given(st.integers(0, 1000), st.floats(-1e5, 1e5), st.floats(0.01, 100))
    def test_moves_with_the_money_and_turns_with_the_arms(self, seed: int, more: float, times: float) -> None:
        """Adding to all changes nothing, another unit scales all, and swapping the arms turns the sign."""
        rng = np.random.default_rng(seed)
        one, two = (Group(skewed(rng, n), 1 / rng.uniform(0.2, 0.8, n)) for n in (60, 90))
        moved = [Group(g.money * times + more, g.weight) for g in (one, two)]
        low, high = bounds(one, two)
        assert np.allclose(bounds(*moved), (low * times, high * times), rtol=1e-6, atol=1e-6 * (abs(more) + times))
        assert np.allclose(bounds(two, one), (-high, -low))

    def test_of_too_few_loans_has_no_interval(self) -> None:
        """One loan has no spread."""
        shown = difference(group(5), group(1, 2), alpha=0.05, scale=1)
        assert shown.verdict is Verdict.INSUFFICIENT_DATA
        assert shown.ci_low is None

    def test_that_hangs_on_one_loan_has_no_verdict(self) -> None:
        """Its share of the variance is told."""
        shown = difference(group(*[1.0, 2.0] * 200, 1e6), group(*[1.0, 2.0] * 200), alpha=0.05, scale=1e9)
        assert shown.verdict is Verdict.INSUFFICIENT_DATA
        assert "one loan carries" in shown.why[0]

    def test_without_any_spread_has_no_verdict(self) -> None:
        """A file in which every loan brought the same is a mistake, or tells nothing."""
        shown = difference(group(*[5.0] * 200), group(*[4.0] * 200), alpha=0.05, scale=5)
        assert shown.verdict is Verdict.INSUFFICIENT_DATA

    def test_whose_interval_is_wider_than_all_the_money_has_no_verdict(self) -> None:
        """Nothing and twice as much are both in it."""
        rng = np.random.default_rng(4)
        few = [Group(mostly_nothing(rng, 60), np.full(60, 2.0)) for _ in range(2)]
        shown = difference(*few, alpha=0.05, scale=few[0].mean)
        assert "wider than all" in shown.why[-1]

    def test_is_also_told_with_the_largest_sums_capped(self) -> None:
        """The hundred loans of both arms together lose what is above the 99th hundredth: here one loan's thousand."""
        big, rest = group(*[10.0] * 99, 1000.0), group(*[10.0] * 100)
        assert capped_difference(big, rest, share=0.01) == pytest.approx(0)
        assert difference(big, rest, alpha=0.05, scale=100).difference_per_loan_minor == pytest.approx(9.9)
