"""An evaluation as plain data for programs: one object per pair of arms, figures unrounded and in minor units."""

from typing import Any

from reports.experiments.comparison import Difference
from reports.experiments.entry_file import EntryFile
from reports.experiments.evaluation import Evaluation, Pair

ASSUMPTIONS = (
    "Intention to treat: every loan entered counts in the arm it was given, whatever was then done to it.",
    "Each loan is weighted by one over the logged probability of its own arm; the choice was random with it.",
    "Recovered and cost are counted over the same time since entry for every loan.",
    "Nothing is cut off or adjusted: the estimand is money per loan entered, and heavy tails show as width.",
    "Each pair's interval holds at all looks together with probability 1 - alpha, from some hundred loans an arm on.",
)


def evaluation_json(evaluation: Evaluation, file: EntryFile) -> dict[str, Any]:
    """Everything that was found, with the rows that could not be used."""
    return {
        "alpha": evaluation.alpha,
        "rows": {"read": file.read, "used": evaluation.loans, "bad": file.bad},
        "loans_without_alternative": evaluation.without_alternative,
        "arms": evaluation.arms,
        "top_tenth_share": evaluation.top_tenth_share,
        "pairs": [_pair(pair, alpha=evaluation.alpha) for pair in evaluation.pairs],
        "warnings": warnings_of(evaluation, file),
        "assumptions": ASSUMPTIONS,
    }


def warnings_of(evaluation: Evaluation, file: EntryFile) -> list[str]:
    """What a reader must know before the figures."""
    warnings = list(evaluation.doubts)
    if file.bad:
        warnings.append(f"{len(file.bad):,} of {file.read:,} rows could not be used; each is listed with its line")
    if evaluation.without_alternative:
        warnings.append(
            f"{evaluation.without_alternative:,} loans got their arm with probability 1 and are in no comparison"
        )
    if file.with_fractions:
        warnings.append(
            f"{file.with_fractions:,} loans have a fraction in recovered_minor: are these minor units (cents)?"
        )
    if len(evaluation.arms) < 2:
        there = evaluation.arms[0].arm if evaluation.arms else "none"
        warnings.append(f"there is nothing to compare: arms in the file: {there}; two are needed")
    return warnings


def _pair(pair: Pair, *, alpha: float) -> dict[str, Any]:
    return {
        "arm": pair.arm,
        "against": pair.against,
        "from_on": pair.from_on,
        "to_on": pair.to_on,
        **_difference(pair.gross),
        "alpha": alpha,
        "n": pair.n,
        "n_by_arm": pair.n_by_arm,
        "valid_at_any_time": True,
        "net_of_cost": {
            **_difference(pair.net),
            "alpha": alpha,
            "n": pair.n,
            "valid_at_any_time": True,
        },
        "difference_with_top_hundredth_capped_minor": pair.capped_difference_minor,
    }


def _difference(difference: Difference) -> dict[str, Any]:
    return {
        "difference_per_loan_minor": difference.difference_per_loan_minor,
        "ci_low": difference.ci_low,
        "ci_high": difference.ci_high,
        "mde_minor": difference.mde_minor,
        "verdict": difference.verdict,
        "why": difference.why,
    }
