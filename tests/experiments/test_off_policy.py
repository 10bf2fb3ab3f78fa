"""The value of a policy that was not tried, where it is known."""

import math

import numpy as np
import pytest

from reports.experiments.off_policy import Choice, NothingLogged, off_policy_value
from reports.experiments.verdict import Verdict

BRINGS = {("young", "sms"): 10, ("young", "call"): 30, ("old", "sms"): 40, ("old", "call"): 20}
LOGGED = {"young": 0.8, "old": 0.5}
"""With which probability a message was chosen; else a call."""


def best(context: str) -> dict[str, float]:
    """Call the young, write to the old: 30 and 40, so 35 where half are young."""
    return {"call": 1.0} if context == "young" else {"sms": 1.0}


def by_hand() -> list[Choice]:
    """Ten loans of each kind, treated in exactly the logged shares, each bringing what its kind brings."""
    return [
        Choice(context, arm, p, BRINGS[context, arm])
        for context, share in LOGGED.items()
        for arm, p in (("sms", share), ("call", 1 - share))
        for _ in range(round(10 * p))
    ]


def drawn(loans: int, *, seed: int = 1) -> list[Choice]:
    """The same by chance, and with noise."""
    rng = np.random.default_rng(seed)
    choices = []
    for _ in range(loans):
        context = "young" if rng.random() < 0.5 else "old"
        arm = "sms" if rng.random() < LOGGED[context] else "call"
        p = LOGGED[context] if arm == "sms" else 1 - LOGGED[context]
        choices.append(Choice(context, arm, p, BRINGS[context, arm] * rng.gamma(2, 0.5)))
    return choices


class TestAPolicyNotTried:
    """Valued from logged choices."""

    def test_is_worth_what_the_sums_say(self) -> None:
        """Two calls to the young weigh 5 each, five messages to the old weigh 2 each: (10*30 + 10*40) / 20 = 35.

        The logged policy brought (8*10 + 2*30 + 5*40 + 5*20) / 20 = 22.
        """
        value = off_policy_value(by_hand(), best)
        assert value.snips.value_minor == pytest.approx(35)
        assert value.doubly_robust.value_minor == pytest.approx(35)
        assert value.logged.value_minor == pytest.approx(22)
        assert value.gain.value_minor == pytest.approx(13)
        assert value.effective_sample_size == pytest.approx(20**2 / (2 * 25 + 5 * 4))
        assert value.coverage == 1
        assert value.verdict is Verdict.INSUFFICIENT_DATA  # twenty loans

    def test_that_is_the_logged_one_gains_nothing(self) -> None:
        """All weights are one, and the whole sample counts."""
        same = off_policy_value(by_hand(), lambda c: {"sms": LOGGED[c], "call": 1 - LOGGED[c]})
        assert same.snips.value_minor == pytest.approx(22)
        assert same.effective_sample_size == pytest.approx(20)

    def test_is_found_in_noise(self) -> None:
        """Both estimates come near 35, the interval holds it, and the gain is shown."""
        value = off_policy_value(drawn(4_000), best)
        assert value.snips.value_minor == pytest.approx(35, rel=0.06)
        assert value.doubly_robust.value_minor == pytest.approx(35, rel=0.06)
        assert value.doubly_robust.ci_low <= 35 <= value.doubly_robust.ci_high
        assert value.verdict is Verdict.BETTER

    def test_is_held_by_its_intervals(self) -> None:
        """In nineteen of twenty samples and more."""
        values = [off_policy_value(drawn(600, seed=seed), best) for seed in range(60)]
        for estimates in ([value.snips for value in values], [value.doubly_robust for value in values]):
            assert np.mean([each.ci_low <= 35 <= each.ci_high for each in estimates]) >= 0.95

    def test_that_does_what_was_never_tried_has_no_verdict(self) -> None:
        """Nobody old was visited: half of its choices are beyond the log."""
        value = off_policy_value(drawn(2_000), lambda c: {"call": 1.0} if c == "young" else {"visit": 1.0})
        assert value.coverage == pytest.approx(0.5, abs=0.05)
        assert value.verdict is Verdict.INSUFFICIENT_DATA
        assert "never tried" in value.why[0]

    def test_of_which_nothing_was_tried_has_no_self_normalised_value(self) -> None:
        """There is nothing to weigh."""
        value = off_policy_value(drawn(200), lambda _: {"visit": 1.0})
        assert math.isnan(value.snips.value_minor)
        assert (value.coverage, value.effective_sample_size) == (0, 0)


class TestWhatCannotBeValued:
    """Refused with a reason."""

    def test_nothing_logged(self) -> None:
        """One choice has no spread."""
        with pytest.raises(NothingLogged):
            off_policy_value([], best)

    def test_an_impossible_probability(self) -> None:
        """Logged as nothing."""
        with pytest.raises(ValueError, match="more than 0"):
            off_policy_value([Choice("young", "sms", 0, 1), Choice("young", "call", 1, 1)], best)

    def test_a_policy_that_does_not_sum_to_one(self) -> None:
        """The context is named."""
        with pytest.raises(ValueError, match="'old'"):
            off_policy_value(by_hand(), lambda _: {"sms": 0.5})
