"""Rates of many cells: pulled towards each other as far as chance explains them, and corrected for their number."""

import math

import numpy as np
import pytest

from reports.learning.shrinking import Ratio, discoveries, ratio_of, shrink, two_sided


class TestAShrunkRate:
    """Between the cell's own and the mean of all."""

    def test_goes_most_of_the_way_where_chance_explains_everything(self) -> None:
        """Forty cells that differ by less than their errors; of four only a third, because so few tell no spread."""
        many = shrink([Ratio(0.4 + 0.005 * n, 0.3) for n in range(40)])
        assert many[0].rate == pytest.approx(0.4975 - (0.4975 - 0.4) * 2 / 39)
        few = shrink([Ratio(0.49, 0.1), Ratio(0.51, 0.1), Ratio(0.5, 0.1), Ratio(0.5, 0.1)])
        assert few[0].rate == pytest.approx(0.5 - 0.01 * 2 / 3)

    def test_is_its_own_where_it_is_sure(self) -> None:
        """Errors of a thousandth against a spread of a tenth; the unsure one moves."""
        shrunk = shrink([Ratio(0.3, 0.001), Ratio(0.4, 0.001), Ratio(0.5, 0.001), Ratio(0.9, 0.5)])
        assert [each.rate for each in shrunk[:3]] == pytest.approx([0.3, 0.4, 0.5], abs=1e-3)
        assert 0.5 < shrunk[3].rate < 0.9

    def test_errs_less_than_the_raw_rate_and_its_interval_holds_the_truth(self) -> None:
        """Two hundred times fifty cells with a known spread: smaller squared error, and 95 % coverage, give or take."""
        rng = np.random.default_rng(4)
        raw, pulled, held = 0.0, 0.0, []
        for _ in range(200):
            truth = rng.normal(0.4, 0.05, 50)
            error = rng.uniform(0.02, 0.15, 50)
            seen = truth + rng.normal(0, error)
            shrunk = shrink([Ratio(float(rate), float(e)) for rate, e in zip(seen, error, strict=True)])
            raw += float(np.square(seen - truth).sum())
            pulled += float(np.square(np.array([each.rate for each in shrunk]) - truth).sum())
            held += [each.ci_low <= t <= each.ci_high for each, t in zip(shrunk, truth, strict=True)]
        assert pulled < raw / 2
        assert np.mean(held) > 0.93

    def test_of_two_sums_has_the_error_of_a_ratio(self) -> None:
        """Against a thousand drawings of the same sums."""
        rng = np.random.default_rng(5)
        seen = []
        for _ in range(1000):
            placed = rng.gamma(2, 100, 300)
            seen.append(ratio_of(placed * rng.beta(2, 2, 300), placed))
        spread = float(np.std([ratio.rate for ratio in seen]))
        assert np.mean([ratio.error for ratio in seen]) == pytest.approx(spread, rel=0.1)


class TestDiscoveries:
    """Benjamini and Hochberg."""

    def test_are_those_of_the_textbook(self) -> None:
        """Q of the k-th smallest is the least of p x m / rank from there on."""
        assert discoveries([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.04 * 4 / 3, 0.04 * 4 / 3, 0.5])
        assert discoveries([]) == []

    def test_are_false_in_few_where_nothing_differs(self) -> None:
        """Any alarm at all among forty cells in about one case of twenty."""
        rng = np.random.default_rng(6)
        alarms = [min(discoveries([two_sided(float(z), 1.0) for z in rng.normal(size=40)])) < 0.05 for _ in range(400)]
        assert np.mean(alarms) < 0.08

    def test_need_a_spread(self) -> None:
        """A cell of one loan says nothing, one without any spread everything."""
        assert (two_sided(1, math.inf), two_sided(0, 0), two_sided(1, 0)) == (1, 1, 0)
