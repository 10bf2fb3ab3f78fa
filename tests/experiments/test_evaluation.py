"""An experiment judged: who is compared with whom, over which days, and when there is no verdict."""

from datetime import date, timedelta

import numpy as np
import pytest

from reports.experiments.entries import Entries, Entry, entries_of
from reports.experiments.evaluation import evaluate, looks_at, pairs_of
from reports.experiments.verdict import Verdict
from tests.experiments.streams import FIRST_DAY, skewed, stream

HALVES = {"holdout": 0.5, "champion": 0.5}


def day(number: int) -> date:
    """So many days after the first."""
    return FIRST_DAY + timedelta(days=number)


class TestThePairs:
    """Who is compared with whom."""

    def test_are_each_arm_against_the_holdout_and_challengers_against_the_champion(self) -> None:
        """The holdout says what the work brings at all, the champion whether another way brings more."""
        assert pairs_of(("challenger", "champion", "holdout")) == (
            ("challenger", "holdout"),
            ("champion", "holdout"),
            ("challenger", "champion"),
        )
        assert pairs_of(("champion", "challenger 2")) == (("challenger 2", "champion"),)
        assert pairs_of(("champion", "holdout")) == (("champion", "holdout"),)

    def test_are_all_there_are_where_no_arm_has_a_known_name(self) -> None:
        """The later name against the earlier."""
        assert pairs_of(("a", "b", "c")) == (("b", "a"), ("c", "a"), ("c", "b"))
        assert pairs_of(("a",)) == ()


class TestAnEvaluation:
    """Of a file of loans entered."""

    def test_weighs_by_the_logged_probability(self) -> None:
        """Loans that bring 10 were treated with 0.8, those that bring 100 with 0.2; the rule did nothing.

        Plain means would say 28 against 82; weighted ones say 55 for both.
        """
        loans = [
            Entry(
                f"{money}-{n}",
                FIRST_DAY,
                "champion" if n < treated else "holdout",
                p if n < treated else 1 - p,
                money,
                0,
            )
            for money, treated, p in ((10, 400, 0.8), (100, 100, 0.2))
            for n in range(500)
        ]
        (pair,) = evaluate(entries_of(loans), alpha=0.05).pairs
        assert pair.gross.difference_per_loan_minor == pytest.approx(0)
        assert pair.gross.verdict is Verdict.NO_DIFFERENCE_SHOWN

    def test_is_not_misled_by_shares_that_change_while_times_change(self) -> None:
        """The holdout shrinks from half to a tenth as recoveries double: an unweighted comparison cries wolf."""
        rng = np.random.default_rng(3)
        early = stream(rng, skewed, shares=HALVES, loans=6_000, days=100)
        late = stream(rng, skewed, shares={"holdout": 0.1, "champion": 0.9}, loans=6_000, days=100)
        both = Entries(
            np.concatenate([early.entered_on, late.entered_on + 100]),
            np.concatenate([early.arm, late.arm]),
            np.concatenate([early.probability, late.probability]),
            np.concatenate([early.recovered, 3 * late.recovered]),
            np.zeros(12_000),
        )
        (pair,) = evaluate(both, alpha=0.05).pairs
        assert pair.gross.verdict is Verdict.NO_DIFFERENCE_SHOWN
        plain = Entries(both.entered_on, both.arm, np.full(12_000, 0.5), both.recovered, both.cost)
        assert plain.gross("champion").mean - plain.gross("holdout").mean > 50

    def test_compares_only_the_days_on_which_both_arms_were_given(self) -> None:
        """The challenger came on day 10, when loans brought less; the champion's earlier loans do not count."""
        loans = [Entry(f"a{n}", day(n % 10), "champion", 0.9, 1000 + n, 0) for n in range(200)]
        loans += [Entry(f"b{n}", day(10 + n % 10), "champion", 0.5, 10 + n % 7, 0) for n in range(200)]
        loans += [Entry(f"c{n}", day(10 + n % 10), "challenger", 0.5, 10 + n % 7, 0) for n in range(200)]
        (pair,) = evaluate(entries_of(loans), alpha=0.05).pairs
        assert (pair.from_on, pair.to_on) == (day(10), day(19))
        assert pair.n_by_arm == {"challenger": 200, "champion": 200}
        assert pair.gross.difference_per_loan_minor == pytest.approx(0)

    def test_counts_cost_against_the_arm_that_spends_it(self) -> None:
        """50 more recovered, 80 more spent: better by gross, worse by net."""
        loans = [
            Entry(f"{arm}{n}", FIRST_DAY, arm, 0.5, 100 + more + n % 5, cost)
            for arm, more, cost in (("champion", 50, 80), ("holdout", 0, 0))
            for n in range(400)
        ]
        (pair,) = evaluate(entries_of(loans), alpha=0.05).pairs
        assert (pair.gross.difference_per_loan_minor, pair.net.difference_per_loan_minor) == pytest.approx((50, -30))
        assert (pair.gross.verdict, pair.net.verdict) == (Verdict.BETTER, Verdict.WORSE)

    def test_of_few_loans_or_payers_says_so(self) -> None:
        """Ninety-nine loans an arm, and twenty of them with a recovery."""
        loans = [
            Entry(f"{arm}{n}", FIRST_DAY, arm, 0.5, n + 1 if n < 20 else 0, 0) for arm in HALVES for n in range(99)
        ]
        (pair,) = evaluate(entries_of(loans), alpha=0.05).pairs
        assert pair.gross.verdict is Verdict.INSUFFICIENT_DATA
        assert [why.split(" in an arm")[0] for why in pair.gross.why[:2]] == [
            "fewer than 100 loans",
            "fewer than 30 loans with a recovery",
        ]

    def test_doubts_probabilities_that_contradict_the_counts(self) -> None:
        """A tenth were held out, but the file gives everyone the champion's 0.9."""
        rng = np.random.default_rng(5)
        seen = stream(rng, skewed, shares={"holdout": 0.1, "champion": 0.9}, loans=5_000)
        wrong = Entries(seen.entered_on, seen.arm, np.full(5_000, 0.9), seen.recovered, seen.cost)
        (right_pair,), (wrong_pair,) = (evaluate(entries, alpha=0.05).pairs for entries in (seen, wrong))
        assert right_pair.gross.why == ()
        assert "contradict" in wrong_pair.gross.why[0]
        assert wrong_pair.net.verdict is Verdict.INSUFFICIENT_DATA

    def test_leaves_out_loans_that_had_no_alternative(self) -> None:
        """A probability of 1 is not a choice by chance."""
        rng = np.random.default_rng(6)
        seen = stream(rng, skewed, shares=HALVES, loans=1_000)
        certain = [Entry(f"vip{n}", FIRST_DAY, "champion", 1.0, 1e6, 0) for n in range(50)]
        extra = entries_of(certain)
        both = Entries(
            *(
                np.concatenate([getattr(extra, name), getattr(seen, name)])
                for name in ("entered_on", "arm", "probability", "recovered", "cost")
            )
        )
        evaluation = evaluate(both, alpha=0.05)
        assert evaluation.without_alternative == 50
        assert evaluation.pairs[0].gross == evaluate(seen, alpha=0.05).pairs[0].gross

    def test_with_many_unread_rows_has_no_verdict(self) -> None:
        """Who is missing may decide; one row in a hundred may not."""
        rng = np.random.default_rng(8)
        seen = stream(rng, skewed, shares=HALVES, loans=10_000, times={"champion": 2})
        assert evaluate(seen, alpha=0.05, bad_rows=100).pairs[0].gross.verdict is Verdict.BETTER
        assert evaluate(seen, alpha=0.05, bad_rows=102).pairs[0].gross.verdict is Verdict.INSUFFICIENT_DATA

    def test_of_arms_that_never_met_compares_nothing(self) -> None:
        """One arm in January, the other in February."""
        loans = [Entry(f"a{n}", day(0), "champion", 0.5, n, 0) for n in range(200)]
        loans += [Entry(f"b{n}", day(40), "challenger", 0.5, n, 0) for n in range(200)]
        (pair,) = evaluate(entries_of(loans), alpha=0.05).pairs
        assert pair.gross.verdict is Verdict.INSUFFICIENT_DATA
        assert pair.n == 0
        assert looks_at(entries_of(loans), pair, alpha=0.05) == ()

    def test_compares_arms_among_loans_whose_rule_gave_both(self) -> None:
        """Rich loans have no holdout; counted in, they would make the champion better by 300 for nothing."""

        def entered(rule: str, *arms: str, more: int = 0) -> list[Entry]:
            days = [day(n // 2 % 50) for n in range(400)]
            return [Entry(f"{rule}{n}", days[n], arms[n % 2], 0.5, n // 2 + more, 0, rule) for n in range(400)]

        loans = entered("poor", "champion", "holdout")
        rich = entered("rich", "champion", "challenger", more=900)
        pairs = {(pair.arm, pair.against): pair for pair in evaluate(entries_of(loans + rich), alpha=0.05).pairs}
        assert pairs["champion", "holdout"].n == 400
        assert pairs["champion", "holdout"].gross.difference_per_loan_minor == 0
        assert pairs["challenger", "champion"].n == 400
        assert pairs["challenger", "holdout"].n == 0

    def test_of_nothing_is_empty(self) -> None:
        """A header without rows."""
        evaluation = evaluate(entries_of([]), alpha=0.05)
        assert (evaluation.pairs, evaluation.arms, evaluation.loans) == ((), (), 0)


class TestTheLooks:
    """What a pair showed week by week."""

    def test_end_with_what_the_evaluation_says(self) -> None:
        """52 weeks, each with more loans than the one before."""
        seen = stream(np.random.default_rng(9), skewed, shares=HALVES, loans=3_000)
        (pair,) = evaluate(seen, alpha=0.05).pairs
        looks = looks_at(seen, pair, alpha=0.05)
        assert len(looks) == 52
        assert looks[-1].gross == pair.gross
        assert [look.n for look in looks] == sorted(look.n for look in looks)

    def test_are_sixty_at_most(self) -> None:
        """Of ten years."""
        seen = stream(np.random.default_rng(9), skewed, shares=HALVES, loans=3_000, days=3650)
        (pair,) = evaluate(seen, alpha=0.05).pairs
        assert 50 <= len(looks_at(seen, pair, alpha=0.05)) <= 60
