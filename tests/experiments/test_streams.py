"""Streams looked at every week for a year: silence where nothing happens, and an alarm where something does."""

from collections.abc import Mapping

import numpy as np
import pytest

from reports.experiments.confidence_sequence import fixed_multiplier
from reports.experiments.evaluation import evaluate, pairs_of
from reports.experiments.planning import Question, past_of, plan
from reports.experiments.verdict import Verdict
from tests.experiments.streams import MEAN_AND_SD_OF_RARE, Money, first_alarm, mostly_nothing, rare, skewed, stream

STREAMS = 150
HALVES = {"holdout": 0.5, "champion": 0.5}


class TestWhereNothingHappens:
    """Every arm brings the same."""

    @pytest.mark.parametrize(
        ("money", "shares", "loans"),
        [
            (skewed, {"holdout": 0.5, "champion": 0.5}, 5_200),
            (mostly_nothing, {"holdout": 0.1, "champion": 0.9}, 10_400),
            (mostly_nothing, {"holdout": 0.02, "champion": 0.98}, 20_800),
            (skewed, {"holdout": 0.1, "champion": 0.45, "challenger": 0.45}, 10_400),
        ],
        ids=["half and half", "a small holdout", "a tiny holdout", "three arms, any pair"],
    )
    def test_a_year_of_weekly_looks_seldom_cries_wolf(
        self, money: Money, shares: Mapping[str, float], loans: int
    ) -> None:
        """In at most one stream in twenty, over all pairs together."""
        rng = np.random.default_rng(7)
        pairs = pairs_of(tuple(sorted(shares)))
        alarms = [first_alarm(stream(rng, money, shares=shares, loans=loans), pairs, looks=52) for _ in range(STREAMS)]
        assert np.mean([alarm is not None for alarm in alarms]) <= 0.05

    def test_an_interval_for_one_look_would_have_cried_wolf(self) -> None:
        """The same streams, read as if each look were the only one: this is what the wider interval is for."""
        rng = np.random.default_rng(7)
        alarms = 0
        for _ in range(STREAMS):
            seen = stream(rng, skewed, shares={"a": 0.5, "b": 0.5}, loans=5_200)
            ends = [len(seen) * (week + 1) // 52 for week in range(4, 52)]
            alarms += any(_looks_different_once(seen.recovered[:end], seen.arm[:end] == "a") for end in ends)
        assert alarms / STREAMS > 0.15


class TestWhereSomethingHappens:
    """An effect is planted."""

    @pytest.mark.parametrize("effect", [0.2, 0.3])
    @pytest.mark.parametrize(
        "shares",
        [{"holdout": 0.5, "champion": 0.5}, {"holdout": 0.2, "champion": 0.8}],
        ids=["half and half", "a small holdout"],
    )
    def test_a_planned_experiment_finds_it(self, shares: Mapping[str, float], effect: float) -> None:
        """With four in five of the planned size, though the effect multiplies the spread as well."""
        question = Question(100, 163, 100 * effect, 0.05, 0.8, shares)
        needed = plan(question).always_valid.loans
        rng = np.random.default_rng(11)
        found = []
        for _ in range(200):
            seen = stream(rng, skewed, shares=shares, loans=needed, times={"champion": 1 + effect})
            (pair,) = evaluate(seen, alpha=0.05).pairs
            found.append(pair.gross.verdict is Verdict.BETTER)
        assert np.mean(found) >= 0.77  # four in five, less one error of 200 streams

    def test_a_plan_from_a_small_past_with_heavy_tails_finds_it_too(self) -> None:
        """Each planned from 500 loans of its own; with their spread as it is only seven in ten would find it."""
        rng = np.random.default_rng(17)
        found = []
        for _ in range(120):
            past = past_of(skewed(rng, 500))
            effect = 0.2 * past.mean_minor
            question = Question(
                past.mean_minor, past.sd_minor, effect, 0.05, 0.8, HALVES, sd_error_minor=past.sd_error_minor
            )
            loans = plan(question).always_valid.loans
            seen = stream(rng, skewed, shares=HALVES, loans=loans, times={"champion": 1.2})
            found.append(evaluate(seen, alpha=0.05).pairs[0].gross.verdict is Verdict.BETTER)
        assert np.mean(found) >= 0.76  # four in five, less one error of 120 streams

    def test_half_who_pay_nothing_and_a_tail_without_a_fourth_moment(self) -> None:
        """Mean and spread as they truly are."""
        rng = np.random.default_rng(19)
        loans = plan(Question(*MEAN_AND_SD_OF_RARE, 0.2 * MEAN_AND_SD_OF_RARE[0], 0.05, 0.8, HALVES)).always_valid.loans
        found = [
            evaluate(stream(rng, rare, shares=HALVES, loans=loans, times={"champion": 1.2}), alpha=0.05)
            .pairs[0]
            .gross.verdict
            is Verdict.BETTER
            for _ in range(120)
        ]
        assert np.mean(found) >= 0.76

    def test_the_interval_holds_the_truth(self) -> None:
        """In nineteen streams of twenty and more, at the end of each."""
        rng = np.random.default_rng(13)
        held = []
        for _ in range(200):
            seen = stream(rng, skewed, shares={"holdout": 0.2, "champion": 0.8}, loans=4_000, times={"champion": 1.2})
            (pair,) = evaluate(seen, alpha=0.05).pairs
            assert pair.gross.ci_low is not None
            assert pair.gross.ci_high is not None
            held.append(pair.gross.ci_low <= 20 <= pair.gross.ci_high)
        assert np.mean(held) >= 0.95


def _looks_different_once(money: "np.typing.NDArray[np.float64]", is_a: "np.typing.NDArray[np.bool_]") -> bool:
    one, other = money[is_a], money[~is_a]
    error = np.sqrt(one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other))
    return bool(abs(one.mean() - other.mean()) > fixed_multiplier(alpha=0.05) * error)
