"""Experiments in the terminal: tables of figures, and sentences for what they mean."""

from collections.abc import Sequence

from rich import box
from rich.markup import escape
from rich.table import Table

from reports.experiments.bad_row import BadRow
from reports.experiments.comparison import Difference
from reports.experiments.evaluation import Evaluation
from reports.experiments.planning import Plan, Size
from reports.experiments.threshold import Threshold
from reports.figures import NOTHING, percent, words

MOST_ROWS = 20
PLAN_ASSUMPTIONS = (
    "Looked at once: the textbook, both arms as spread as before, one look at the planned size and none before.",
    "At any time: what `experiment evaluate` shows, looked at as often as you like; the treated arm's spread may grow.",
    "From a file of the past, at any time allows for one standard error of its spread: large payers are rare.",
    "Weeks are those in which loans enter; add the time over which recoveries are counted.",
)


def money(minor: float | None, *, signed: bool = False) -> str:
    """Minor units for people, to a tenth."""
    if minor is None:
        return NOTHING
    return f"{minor:+,.1f}" if signed else f"{minor:,.1f}"


def interval(difference: Difference) -> str:
    """From low to high."""
    if difference.ci_low is None:
        return NOTHING
    return f"{money(difference.ci_low, signed=True)} to {money(difference.ci_high, signed=True)}"


def arms_table(evaluation: Evaluation) -> Table:
    """The arms with their means."""
    table = _table("Arms, minor units per loan entered", "arm", "loans", "with recovery", "recovered", "net", "sd")
    for arm in evaluation.arms:
        figures = (arm.recovered_per_loan_minor, arm.net_per_loan_minor, arm.sd_minor)
        table.add_row(escape(arm.arm), f"{arm.loans:,}", f"{arm.payers:,}", *map(money, figures))
    return table


def pairs_table(evaluation: Evaluation) -> Table:
    """The comparisons, gross and net."""
    reach = f"{1 - evaluation.alpha:.1%} interval, at any time"
    table = _table(
        "Differences, minor units per loan entered", "pair", "", "loans", "difference", reach, "mde", "verdict"
    )
    for pair in evaluation.pairs:
        name = escape(f"{pair.arm} against {pair.against}")
        for label, shown in (("recovered", pair.gross), ("net of cost", pair.net)):
            difference = money(shown.difference_per_loan_minor, signed=True)
            mde, verdict = money(shown.mde_minor), words(shown.verdict.value)
            table.add_row(name, label, f"{pair.n:,}", difference, interval(shown), mde, verdict)
            name = ""
    return table


def sentences(evaluation: Evaluation) -> list[str]:
    """Why there is no verdict where there is none, and how much hangs on a few loans."""
    told: list[str] = []
    for pair in evaluation.pairs:
        doubts = dict.fromkeys((*pair.gross.why, *pair.net.why))
        told.extend(f"{pair.arm} against {pair.against}: {why}." for why in doubts)
        capped = money(pair.capped_difference_minor, signed=True)
        told.append(
            f"{pair.arm} against {pair.against}: {capped} if the top hundredth were capped (biased; to compare)."
        )
    if evaluation.top_tenth_share is not None:
        told.append(f"The tenth of loans that brought most brought {percent(evaluation.top_tenth_share)} of the money.")
    told.append("mde: the smallest true difference that would be shown at this look with 80 % power.")
    return told


def threshold_table(found: Threshold) -> Table:
    """The jump at the cut-off, gross and net of cost."""
    table = _table("At the cut-off, per loan", "", "jump", f"{1 - found.alpha:.1%} interval", "verdict")
    rows = [("outcome", found.jump, found.ci_low, found.ci_high, found.verdict)]
    if found.net_verdict is not None:
        rows.append(("net of cost", found.net_of_cost, found.net_ci_low, found.net_ci_high, found.net_verdict))
    for label, jump, low, high, verdict in rows:
        reach = NOTHING if low is None else f"{money(low, signed=True)} to {money(high, signed=True)}"
        table.add_row(label, money(jump, signed=True), reach, words(verdict.value))
    return table


def threshold_sentences(found: Threshold) -> list[str]:
    """What the figures rest on."""
    reach = NOTHING if found.bandwidth is None else f"{found.bandwidth:,.4g}"
    line_bias = (
        "The jump is the treated side less the other, for loans at the cut-off only; its interval is for one look, is"
        f" freed of the line's bias and so lies around {money(found.jump_bias_corrected, signed=True)}."
    )
    if found.jump is None:
        return [f"No verdict: {why}." for why in found.why]
    told = [
        f"{found.n_left:,} loans below the cut-off and {found.n_right:,} at or above it, within {reach} of it.",
        f"The outcome heads for {money(found.left_level)} from below and for {money(found.right_level)} from above.",
        line_bias,
    ]
    return [*told, *(f"No verdict: {why}." for why in found.why)]


def bad_rows_table(bad: Sequence[BadRow]) -> Table:
    """The first bad rows; `--json` has all."""
    title = f"Rows that could not be used ({len(bad):,}; --json lists all)" if len(bad) > MOST_ROWS else "Rows not used"
    table = _table(title, "line", "column", "value", "problem", "remedy")
    for row in bad[:MOST_ROWS]:
        table.add_row(str(row.line), *map(escape, (row.column, row.value, row.problem, row.remedy)))
    return table


def plan_table(plan: Plan) -> Table:
    """How many loans, by kind of promise."""
    table = _table("Loans that must enter", "", "all", *plan.fixed_horizon.by_arm, "weeks of entering")
    for name, size in (("looked at once (fixed horizon)", plan.fixed_horizon), ("at any time", plan.always_valid)):
        table.add_row(name, f"{size.loans:,}", *(f"{loans:,}" for loans in size.by_arm.values()), _weeks(size))
    return table


def detectable_table(plan: Plan) -> Table:
    """What could be shown, when."""
    mean = plan.question.mean_minor
    table = _table("Smallest effect that would be shown", "week", "loans", "looked at once", "", "at any time", "")
    for row in plan.detectable:
        shown = [
            cell
            for minor in (row.fixed_horizon_minor, row.always_valid_minor)
            for cell in (money(minor), NOTHING if minor is None else percent(minor / mean))
        ]
        table.add_row(NOTHING if row.week is None else str(row.week), f"{row.loans:,}", *shown)
    return table


def _weeks(size: Size) -> str:
    return NOTHING if size.weeks is None else f"{size.weeks:,}"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for index, column in enumerate(columns):
        is_text = index == 0 or column in {"verdict", "problem", "remedy", "column", "value"}
        table.add_column(column, justify="left" if is_text else "right")
    return table
