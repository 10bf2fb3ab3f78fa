"""Looking again and again does not wear the interval out."""

import math

import numpy as np
import pytest

from reports.experiments.confidence_sequence import TUNED_AT, fixed_multiplier, multiplier


class TestTheConfidenceSequence:
    """How many standard errors it reaches."""

    def test_covers_at_all_looks_together(self) -> None:
        """Sums of 20,000 steps, looked at after each from the hundredth on: at most 5 % ever leave the band."""
        rng = np.random.default_rng(1)
        sums = np.cumsum(rng.standard_normal((1000, 20_000), dtype=np.float32), axis=1)
        steps = np.arange(1, 20_001)
        band = np.array([multiplier(float(n), alpha=0.05) for n in steps]) * np.sqrt(steps)
        ever_out = (np.abs(sums) > band)[:, 99:].any(axis=1)
        fixed_out = (np.abs(sums) > 1.96 * np.sqrt(steps))[:, 99:].any(axis=1)
        assert ever_out.mean() <= 0.05
        assert fixed_out.mean() > 0.5  # what looking does to an interval that is made for one look

    def test_is_narrowest_where_it_was_tuned(self) -> None:
        """To each side it widens, and slowly."""
        reach = {n: multiplier(n, alpha=0.05) for n in (1_250, TUNED_AT, 50_000, 1_000_000)}
        assert min(reach, key=reach.__getitem__) == TUNED_AT
        assert reach[TUNED_AT] == pytest.approx(3.035, abs=0.001)
        assert max(reach[1_250], reach[50_000]) < 1.08 * reach[TUNED_AT]

    def test_agrees_with_the_published_formula(self) -> None:
        """sqrt(2 (n r^2 + 1) / (n r^2) * log(sqrt(n r^2 + 1) / alpha)), r squared from the branch W(-alpha^2 / e)."""
        squared = 8.211968 / TUNED_AT  # w - log(w) = 1 - 2 log(0.05) has the solution w = 9.211968
        for n in (100, 5_000, 80_000):
            grown = n * squared + 1
            published = math.sqrt(2 * grown / (n * squared) * math.log(math.sqrt(grown) / 0.05))
            assert multiplier(n, alpha=0.05) == pytest.approx(published, rel=1e-4)

    def test_is_wider_than_an_interval_for_one_look(self) -> None:
        """By half and more."""
        assert multiplier(TUNED_AT, alpha=0.05) > 1.5 * fixed_multiplier(alpha=0.05)
        assert fixed_multiplier(alpha=0.05) == pytest.approx(1.95996, abs=1e-5)
