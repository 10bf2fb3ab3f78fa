"""`sample-portfolio`: a synthetic lender's file for those who have none at hand."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from deployments.cli.showing import JsonFlag, show
from deployments.cli.typed import day_typed
from deployments.clock import machine_now
from simulation.sample_portfolio import write_sample, write_sample_payments

MAPPINGS = Path(__file__).parents[1] / "mappings"


def sample_portfolio(
    loans: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many loans.")] = 60,
    seed: Annotated[int, typer.Option(help="The same seed gives the same file.")] = 1,
    out: Annotated[Path, typer.Option(help="The file of loans; payments go beside it.")] = Path("sample.csv"),
    as_of: Annotated[
        date | None, typer.Option(parser=day_typed, metavar="DATE", help="The day on which they stand; else today.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Write a CSV of overdue loans of people who do not exist, and one of what they paid in the six months before."""
    day = as_of or machine_now().date()
    paid = out.with_name(f"{out.stem}_payments{out.suffix}")
    write_sample(out, loans=loans, seed=seed, as_of=day)
    write_sample_payments(paid, loans=loans, seed=seed, as_of=day)
    by = {out: _near(MAPPINGS / "sample.yaml"), paid: _near(MAPPINGS / "sample_payments.yaml")}
    show(
        {
            "loans_file": out,
            "loans_mapping": by[out],
            "payments_file": paid,
            "payments_mapping": by[paid],
            "as_of": day,
        },
        f"Wrote {loans:,} loans as of {day} to {out}, and what they paid to {paid}. Take them in with:",
        f"  duecourse import loans {out} --mapping {by[out]} --portfolio sample",
        f"  duecourse import payments {paid} --mapping {by[paid]} --portfolio sample",
        as_json=as_json,
    )


def _near(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
