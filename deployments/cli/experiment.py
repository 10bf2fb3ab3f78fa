"""Experiments: `experiment plan`, `evaluate` and `threshold`, from files and without a ledger."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import RenderableType
from rich.markup import escape

from connectors.book_file.raw_row import BookFileError
from deployments.cli.failing import CommandFailed
from deployments.cli.showing import JsonFlag, screen, show
from reports.experiments import telling
from reports.experiments.entry_file import read_entries
from reports.experiments.evaluation import evaluate as evaluate_entries
from reports.experiments.evaluation_json import evaluation_json, warnings_of
from reports.experiments.evaluation_page import evaluation_page
from reports.experiments.number_file import read_numbers
from reports.experiments.planning import Past, PlanIsImpossible, Question, past_of
from reports.experiments.planning import plan as plan_for
from reports.experiments.threshold import threshold as threshold_at

app = typer.Typer(no_args_is_help=True, help="What caused more money, and how many loans it takes to know.")

AlphaOption = Annotated[float, typer.Option(min=1e-6, max=0.5, help="How often a false alarm is accepted.")]


class Side(StrEnum):
    """The side of a cut-off on which loans are treated."""

    ABOVE = "above"
    BELOW = "below"


@app.command("evaluate", epilog="Example: duecourse experiment evaluate entered.csv --html experiment.html")
def evaluate(
    file: Annotated[
        Path,
        typer.Argument(
            help="One row per loan entered: loan_id,entered_on,arm,probability,recovered_minor,cost_minor; and rule,"
            " where not every loan could get the same arms."
        ),
    ],
    *,
    alpha: AlphaOption = 0.05,
    html: Annotated[Path | None, typer.Option(help="Write a page with each difference over time here.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Compare the arms of an experiment; may be run as often as you like, the intervals allow for it."""
    with told_plainly():
        there = read_entries(file)
    evaluation = evaluate_entries(there.entries, alpha=alpha, bad_rows=there.missing)
    if html is not None:
        html.write_text(evaluation_page(evaluation, there), encoding="utf-8")
        screen(stderr=True).print(f"The page is at {html}.")
    tables: list[RenderableType] = [
        telling.arms_table(evaluation),
        telling.pairs_table(evaluation),
        *map(escape, telling.sentences(evaluation)),
    ]
    if there.bad:
        tables.append(telling.bad_rows_table(there.bad))
    show(evaluation_json(evaluation, there), *tables, *_warned(warnings_of(evaluation, there)), as_json=as_json)


@app.command(
    "plan", epilog="Example: duecourse experiment plan --past paid.csv --effect 10% --shares holdout=0.2,champion=0.8"
)
def plan(
    *,
    effect: Annotated[str, typer.Option(help="What is to be shown, per loan: 10% of the mean, or minor units: 500.")],
    mean: Annotated[float | None, typer.Option(help="Mean recovered per loan without it, minor units.")] = None,
    sd: Annotated[float | None, typer.Option(help="Standard deviation of the same.")] = None,
    past: Annotated[Path | None, typer.Option(help="Take both from this file instead: a row per loan entered.")] = None,
    column: Annotated[str, typer.Option(help="The column of --past that holds them.")] = "recovered_minor",
    shares: Annotated[
        str, typer.Option(help="The arms and the shares of loans they get; the holdout is compared with each other.")
    ] = "holdout=0.5,champion=0.5",
    per_week: Annotated[float | None, typer.Option(min=1, help="How many loans enter in a week.")] = None,
    alpha: AlphaOption = 0.05,
    power: Annotated[float, typer.Option(max=0.999, help="How often the effect is to be found if it is there.")] = 0.8,
    as_json: JsonFlag = False,
) -> None:
    """Say how many loans and weeks an experiment needs, and how small an effect it would show by when."""
    mean, sd, seen = _base(mean=mean, sd=sd, past=past, column=column)
    question = Question(
        mean,
        sd,
        _effect(effect, mean=mean),
        alpha,
        power,
        _shares(shares),
        sd_error_minor=0.0 if seen is None else seen.sd_error_minor,
    )
    try:
        planned = plan_for(question, loans_per_week=per_week)
    except PlanIsImpossible as error:
        raise CommandFailed(str(error), remedy="Mend the options; `duecourse experiment plan --help`.") from None
    value = {
        **asdict(planned),
        "effect_relative": question.effect_minor / mean,
        "assumptions": telling.PLAN_ASSUMPTIONS,
    }
    if seen is not None:
        value["past"] = asdict(seen)
    sd_told = f"mean {telling.money(mean)}, standard deviation {telling.money(sd)} ({sd / mean:.2f} times the mean)"
    if seen is not None:
        more = telling.money(seen.sd_error_minor)
        sd_told += f", of {seen.loans:,} loans in the past; at any time is planned with {more} more"
    told = (
        f"To show {telling.money(question.effect_minor, signed=True)} per loan ({question.effect_minor / mean:+.1%})"
        f" with {power:.0%} power at {alpha:.1%}; {sd_told}."
    )
    show(
        value,
        told,
        telling.plan_table(planned),
        telling.detectable_table(planned),
        *telling.PLAN_ASSUMPTIONS,
        as_json=as_json,
    )


@app.command(
    "threshold",
    epilog="Example: duecourse experiment threshold book.csv --score expected --outcome recovered --cutoff 1000",
)
def threshold(
    file: Annotated[Path, typer.Argument(help="One row per loan, CSV, XLSX or Parquet.")],
    *,
    score: Annotated[str, typer.Option(help="The column that decides the treatment.")],
    outcome: Annotated[str, typer.Option(help="The column with what came of it, such as money recovered.")],
    cutoff: Annotated[float, typer.Option(help="Scores from here on are on the one side, smaller ones on the other.")],
    side: Annotated[
        Side, typer.Option(help="The side that is treated; the cut-off itself counts as above.")
    ] = Side.ABOVE,
    bandwidth: Annotated[
        float | None, typer.Option(help="How near to the cut-off a loan must be; else the best one for these loans.")
    ] = None,
    other_cutoffs: Annotated[
        str,
        typer.Option(help="Other scores at which the treatment changes, 2000,3000: loans beyond the nearest are out."),
    ] = "",
    cost: Annotated[
        float | None, typer.Option(help="What the treated side costs more per loan, in the outcome's unit.")
    ] = None,
    alpha: AlphaOption = 0.05,
    as_json: JsonFlag = False,
) -> None:
    """Judge a rule that treats loans by a score: what happens where the score crosses the cut-off."""
    if bandwidth is not None and bandwidth <= 0:
        raise typer.BadParameter("must be more than 0", param_hint="--bandwidth")
    low, high = _between(other_cutoffs, cutoff=cutoff)
    with told_plainly():
        there = read_numbers(file, (score, outcome))
    scores, outcomes = there.columns
    is_near = (scores >= low) & (scores < high)
    sign = 1 if side is Side.ABOVE else -1
    found = threshold_at(
        scores[is_near], outcomes[is_near], cutoff=cutoff, bandwidth=bandwidth, cost=cost, sign=sign, alpha=alpha
    )
    if there.bad:
        missing = f"{len(there.bad):,} of {there.read:,} rows could not be used; each is listed with its line"
        found = replace(found, warnings=(missing, *found.warnings))
    rows = {"read": there.read, "used": int(np.count_nonzero(is_near)), "bad": there.bad}
    told: list[RenderableType] = [telling.threshold_table(found), *map(escape, telling.threshold_sentences(found))]
    if there.bad:
        told.append(telling.bad_rows_table(there.bad))
    told += _warned(found.warnings)
    show({**asdict(found), "cutoff": cutoff, "treated_side": side, "rows": rows}, *told, as_json=as_json)


def _warned(warnings: Iterable[str]) -> list[str]:
    return [f"[bold yellow]Warning:[/bold yellow] {escape(warning)}." for warning in warnings]


@contextmanager
def told_plainly() -> Iterator[None]:
    """A file that cannot be read; it has no mapping, of which the reader's own messages would speak."""
    try:
        yield
    except BookFileError as error:
        problem = f"{error.path}:{error.line}: {error.problem.partition('; name the column')[0]}"
        raise CommandFailed(problem, remedy="The file's first line must name these columns.") from None


def _between(text: str, *, cutoff: float) -> tuple[float, float]:
    """The nearest other cut-offs on both sides, infinite where there is none."""
    try:
        others = [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        hint = f"'{text}' is not a list of scores; write 2000,3000,5000"
        raise typer.BadParameter(hint, param_hint="--other-cutoffs") from None
    low = max((other for other in others if other < cutoff), default=-np.inf)
    return low, min((other for other in others if other > cutoff), default=np.inf)


def _base(*, mean: float | None, sd: float | None, past: Path | None, column: str) -> tuple[float, float, Past | None]:
    if past is None:
        if mean is None or sd is None:
            raise typer.BadParameter("give --mean and --sd, or --past FILE to take them from")
        return mean, sd, None
    if mean is not None or sd is not None:
        raise typer.BadParameter("give --mean and --sd or --past, not both")
    with told_plainly():
        numbers = read_numbers(past, (column,))
    if numbers.bad:
        first = numbers.bad[0]
        raise CommandFailed(
            f"{past}: {len(numbers.bad):,} of {numbers.read:,} rows cannot be read; line {first.line}: {first.column}"
            f" {first.value!r} {first.problem}",
            remedy=first.remedy,
        )
    (values,) = numbers.columns
    if len(values) < 2:
        raise CommandFailed(f"{past} holds fewer than two loans", remedy="Give --mean and --sd.")
    seen = past_of(values)
    return seen.mean_minor, seen.sd_minor, seen


def _effect(text: str, *, mean: float) -> float:
    number, scale = (text.strip()[:-1], mean / 100) if text.strip().endswith("%") else (text, 1.0)
    try:
        return float(number) * scale
    except ValueError:
        raise typer.BadParameter(f"'{text}' is not an effect; write 10% or 500", param_hint="--effect") from None


def _shares(text: str) -> dict[str, float]:
    shares: dict[str, float] = {}
    for part in text.split(","):
        name, _, share = part.partition("=")
        arm = name.strip().lower()
        try:
            value = float(share)
        except ValueError:
            value = -1.0
        if not arm or arm in shares or not 0 < value < 1:
            hint = f"'{part}' is not ARM=SHARE; write holdout=0.2,champion=0.8"
            raise typer.BadParameter(hint, param_hint="--shares")
        shares[arm] = value
    return shares
