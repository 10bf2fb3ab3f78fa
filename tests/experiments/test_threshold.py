"""A rule judged at its cut-off: lines by hand, figures of the standard tool, known jumps, and sorted scores."""

import numpy as np
import pytest

from reports.experiments.bandwidth import Reach
from reports.experiments.confidence_sequence import Floats
from reports.experiments.crowding import crowding
from reports.experiments.jump import jump_at
from reports.experiments.local_polynomial import Side, neighbour_residuals
from reports.experiments.threshold import Threshold, threshold
from reports.experiments.verdict import Verdict


def numbers(*values: float) -> Floats:
    """As an array."""
    return np.array(values, dtype=np.float64)


def lined(seed: int, *, loans: int = 800) -> tuple[Floats, Floats]:
    """Scores from -1 to 1, a bent line, a jump of 0.4 at 0, and errors that grow to the sides."""
    rng = np.random.default_rng(seed)
    score = rng.uniform(-1, 1, loans)
    return score, 0.5 * score + 0.8 * score**2 + 0.4 * (score >= 0) + rng.normal(0, 0.3 * (1 + abs(score)), loans)


class TestByHand:
    """Three loans on each side, with a bandwidth of four."""

    LEFT = Side(numbers(-3, -2, -1), numbers(0, 0, 1))
    RIGHT = Side(numbers(1, 2, 3), numbers(4, 4, 4))

    def test_the_lines_meet_the_cut_off_where_the_sums_say(self) -> None:
        """Weights 1, 2, 3: the left line comes in at (20*3 - 10*3) / (6*20 - 100) = 1.5, the right one at 4."""
        jump = jump_at(self.LEFT, self.RIGHT, reach=Reach(4, 4))
        assert (jump.left_level, jump.right_level) == pytest.approx((1.5, 4))
        assert jump.conventional == pytest.approx(2.5)

    def test_the_corrected_jump_follows_the_curve(self) -> None:
        """The parabola through 0, 0, 1 goes on to 3."""
        assert jump_at(self.LEFT, self.RIGHT, reach=Reach(4, 4)).robust == pytest.approx(1)

    def test_neighbours_say_how_much_a_point_errs(self) -> None:
        """Of 0, 0, 6, 2 at 1, 2, 2, 9: all are each other's three nearest; 0 is 8/3 below their mean."""
        residuals = neighbour_residuals(numbers(1, 2, 2, 9), numbers(0, 0, 6, 2))
        assert residuals[0] == pytest.approx(np.sqrt(3 / 4) * -8 / 3)
        assert residuals[2] == pytest.approx(np.sqrt(3 / 4) * (6 - 2 / 3))

    def test_neighbours_of_the_same_score_come_first(self) -> None:
        """Four at 5 need nobody else; the one at 6 takes all of them, not some."""
        residuals = neighbour_residuals(numbers(5, 5, 5, 5, 6), numbers(0, 0, 0, 4, 9))
        assert residuals[3] == pytest.approx(np.sqrt(3 / 4) * 4)
        assert residuals[4] == pytest.approx(np.sqrt(4 / 5) * 8)

    def test_two_straight_lines_are_exactly_as_far_apart_as_they_are(self) -> None:
        """Seven; neighbours on a slope differ, so the interval has a width all the same."""
        score = np.arange(-50.0, 50.0)
        found = threshold(score, 3 * score + 7 * (score >= 0), cutoff=0)
        assert (found.jump, found.jump_bias_corrected) == pytest.approx((7, 7))


class TestAgainstTheStandardTool:
    """What rdrobust 2.1.1 says of the same loans (triangular kernel, nearest neighbours, its defaults)."""

    @pytest.mark.parametrize(
        ("seed", "bandwidth", "jump", "corrected", "low", "high", "reach"),
        [
            (0, None, 0.35263884, 0.33725353, 0.1573424, 0.51716465, 0.34215347),
            (1, 0.3, 0.50214413, 0.46119617, 0.14307531, 0.77931702, 0.3),
            (2, None, 0.52950386, 0.55428647, 0.30875175, 0.79982118, 0.28087303),
        ],
    )
    def test_the_figures_are_the_same(
        self, seed: int, bandwidth: float | None, jump: float, corrected: float, low: float, high: float, reach: float
    ) -> None:
        """To six digits."""
        found = threshold(*lined(seed), cutoff=0, bandwidth=bandwidth)
        shown = (found.jump, found.jump_bias_corrected, found.ci_low, found.ci_high, found.bandwidth)
        assert shown == pytest.approx((jump, corrected, low, high, reach), rel=1e-6)


class TestAKnownJump:
    """Planted, and looked for many times."""

    def test_lies_in_the_interval_about_as_often_as_promised(self) -> None:
        """In 95 of 100 streams or near that, with few loans and a bent line."""
        held = [_holds(threshold(*lined(seed, loans=500), cutoff=0), 0.4) for seed in range(300)]
        assert 0.92 <= np.mean(held) <= 0.98

    def test_is_found_in_whole_scores_with_uneven_spread(self) -> None:
        """Expected recoveries in whole units, outcomes that vary with them, and 278 more from 1,000 on."""
        held, better = [], []
        for seed in range(150):
            rng = np.random.default_rng(seed)
            score = np.round(rng.lognormal(7.4, 0.85, 1_882)).clip(190, 10_000)
            score = score[score < 2_000]
            outcome = (0.6 * score + 100 + 278 * (score >= 1_000)) * rng.gamma(12, 1 / 12, len(score))
            found = threshold(score, outcome, cutoff=1_000, cost=50)
            held.append(_holds(found, 278))
            better.append(found.verdict is Verdict.BETTER)
        assert 0.9 <= np.mean(held) <= 0.99
        assert np.mean(better) > 0.9

    def test_of_nothing_is_not_seen(self) -> None:
        """In one stream of twenty, or somewhat more."""
        seen = []
        for seed in range(200):
            score, outcome = lined(seed, loans=500)
            found = threshold(score, outcome - 0.4 * (score >= 0) + 2, cutoff=0)
            seen.append(found.verdict is not Verdict.NO_DIFFERENCE_SHOWN)
        assert np.mean(seen) <= 0.09


class TestTheAnswer:
    """What is told."""

    def test_turns_round_with_the_treated_side(self) -> None:
        """Treating those below makes the jump a loss; the levels stay where they are."""
        above, below = (threshold(*lined(2), cutoff=0, sign=sign) for sign in (1, -1))
        assert above.jump is not None
        assert above.ci_low is not None
        assert below.jump == -above.jump
        assert below.ci_high == -above.ci_low
        assert (above.verdict, below.verdict) == (Verdict.BETTER, Verdict.WORSE)
        assert below.left_level == above.left_level

    def test_takes_the_cost_off(self) -> None:
        """From the jump and its interval; what is better by gross may be worse by net."""
        found = threshold(*lined(2), cutoff=0, cost=2)
        assert found.jump is not None
        assert found.ci_low is not None
        assert found.net_of_cost == pytest.approx(found.jump - 2)
        assert found.net_ci_low == pytest.approx(found.ci_low - 2)
        assert (found.verdict, found.net_verdict) == (Verdict.BETTER, Verdict.WORSE)
        assert threshold(*lined(2), cutoff=0).net_verdict is None

    def test_counts_the_cut_off_itself_as_above(self) -> None:
        """And loans at the very end of the bandwidth as out, since they weigh nothing."""
        score = numbers(*np.arange(-30, 31))
        found = threshold(score, score + (score >= 0), cutoff=0, bandwidth=30)
        assert (found.n_left, found.n_right) == (29, 30)

    def test_of_few_loans_has_no_verdict(self) -> None:
        """Nineteen on a side."""
        score = numbers(*np.arange(-19, 40))
        found = threshold(score, score + 100 * (score >= 0) + score % 3, cutoff=0, bandwidth=40)
        assert found.verdict is Verdict.INSUFFICIENT_DATA
        assert found.why == ("fewer than 20 loans within the bandwidth on a side of the cut-off",)

    def test_of_few_scores_has_no_verdict(self) -> None:
        """Two hundred loans, nine grades."""
        score = np.repeat(np.arange(-9.0, 12.0), 20)
        rng = np.random.default_rng(1)
        found = threshold(score, rng.normal(10, 1, len(score)) + 5 * (score >= 0), cutoff=0, bandwidth=12)
        assert found.why == ("fewer than 10 distinct scores within the bandwidth on a side of the cut-off",)
        assert found.warnings[0].startswith("scores repeat")

    @pytest.mark.parametrize("cutoff", [-5.0, 5.0])
    def test_outside_the_scores_is_nothing(self, cutoff: float) -> None:
        """Nobody is on the other side."""
        found = threshold(*lined(1), cutoff=cutoff)
        assert (found.jump, found.verdict) == (None, Verdict.INSUFFICIENT_DATA)

    def test_of_no_loans_is_nothing(self) -> None:
        """An empty file, or a single row."""
        assert threshold(numbers(1), numbers(1), cutoff=0).verdict is Verdict.INSUFFICIENT_DATA
        assert threshold(numbers(), numbers(), cutoff=0).verdict is Verdict.INSUFFICIENT_DATA

    def test_of_a_jump_in_noise_says_nothing_yet(self) -> None:
        """The interval is wider than the outcome itself."""
        rng = np.random.default_rng(2)
        score = rng.uniform(-1, 1, 120)
        found = threshold(score, rng.lognormal(0, 2.5, 120), cutoff=0)
        assert found.verdict is Verdict.INSUFFICIENT_DATA


class TestCrowding:
    """Loans just on one side of the cut-off."""

    def test_is_seen_where_scores_are_moved_across(self) -> None:
        """Six in ten of those just below were lifted over it."""
        rng = np.random.default_rng(4)
        score = rng.uniform(-1, 1, 2_000)
        moved = (score > -0.05) & (score < 0) & (rng.random(2_000) < 0.6)
        (warning,) = crowding(np.where(moved, -score, score))
        assert warning.startswith("loans crowd just at or above the cut-off")

    def test_is_seldom_seen_where_nobody_moves_them(self) -> None:
        """In even, sloping and whole scores: some one in a hundred."""
        seen = []
        for seed in range(60):
            rng = np.random.default_rng(seed)
            seen += [crowding(rng.uniform(-1, 1, 1_500)), crowding(rng.normal(0.5, 1, 1_500))]
            seen.append(crowding(np.round(rng.normal(600, 50, 3_000)) - 620))
        assert np.mean([bool(warnings) for warnings in seen]) <= 0.04

    def test_of_few_loans_is_not_looked_for(self) -> None:
        """Nobody could tell."""
        assert crowding(np.random.default_rng(1).uniform(-1, 1, 50)) == []


def _holds(found: Threshold, truth: float) -> bool:
    return found.ci_low is not None and found.ci_high is not None and found.ci_low <= truth <= found.ci_high
