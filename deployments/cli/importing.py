"""Importing the lender's files: `import loans` and `import payments`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deployments.book_import import BookFile, Imported, Steps, import_loans, import_payments
from deployments.cli.at_hand import at_hand, make_ready
from deployments.cli.showing import JsonFlag, screen, show
from deployments.cli.typed import day_typed
from deployments.cost_import import import_costs
from deployments.history_import import import_history
from deployments.settings import Settings
from ledger.standing import Standing, sqlite_file
from policy.compliance.packfile import Role

app = typer.Typer(no_args_is_help=True, help="Take in the lender's files: CSV, XLSX or Parquet.")

FileArgument = Annotated[Path, typer.Argument(help="The lender's file: CSV, XLSX or Parquet.")]
MappingOption = Annotated[Path, typer.Option(help="What its columns mean; see deployments/mappings/README.md.")]
PortfolioOption = Annotated[str, typer.Option(help="The portfolio to put them in.")]
AsOfOption = Annotated[
    date | None,
    typer.Option(
        parser=day_typed, metavar="DATE", help="The day on which the figures are to stand; else the file's own."
    ),
]
RejectsOption = Annotated[
    Path | None, typer.Option(help="Where rejected rows are written; else FILE.rejects.csv beside the file.")
]


@app.command(
    "loans",
    epilog="Example: duecourse import loans book.csv --mapping deployments/mappings/sample.yaml --portfolio retail",
)
def loans(
    file: FileArgument,
    *,
    mapping: MappingOption,
    portfolio: PortfolioOption,
    as_of: AsOfOption = None,
    rejects: RejectsOption = None,
    collector_role: Annotated[
        Role | None,
        typer.Option(help="Who collects, for a portfolio that is made now; else DUECOURSE_COLLECTOR_ROLE."),
    ] = None,
    pack: Annotated[
        list[str] | None,
        typer.Option(help="A compliance pack for a portfolio that is made now; give several to stack them."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Take in a file of loans: new ones are added, newer figures replace older ones, the same file changes nothing."""
    settings = Settings()
    if sqlite_file(settings.ledger_url) is not None and make_ready(settings).standing is Standing.ABSENT:
        screen(stderr=True).print(f"Made the ledger {settings.ledger_url}.")
    book = BookFile(
        file, mapping, portfolio, as_of=as_of, rejects=rejects, collector_role=collector_role, packs=tuple(pack or ())
    )
    with at_hand() as there, _progress() as steps:
        done = import_loans(there.ledger, book, settings=settings, now=there.now, steps=steps)
    _tell(done, as_json=as_json)


@app.command(
    "payments",
    epilog="Example: duecourse import payments paid.csv --mapping deployments/mappings/sample_payments.yaml"
    " --portfolio retail",
)
def payments(
    file: FileArgument,
    *,
    mapping: MappingOption,
    portfolio: PortfolioOption,
    as_of: AsOfOption = None,
    rejects: RejectsOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Take in a file of payments and reversals, for loans that are in the ledger; the same file changes nothing."""
    book = BookFile(file, mapping, portfolio, as_of=as_of, rejects=rejects)
    with at_hand() as there, _progress() as steps:
        done = import_payments(there.ledger, book, now=there.now, steps=steps)
    _tell(done, as_json=as_json)


@app.command(
    "costs",
    epilog="Example: duecourse import costs invoice.csv --mapping deployments/mappings/sample_costs.yaml"
    " --portfolio retail",
)
def costs(
    file: FileArgument,
    *,
    mapping: MappingOption,
    portfolio: PortfolioOption,
    as_of: AsOfOption = None,
    rejects: RejectsOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Take in prices and what was billed, as `duecourse costs import` does; the same file changes nothing."""
    take_in_costs(file, mapping, portfolio, as_of=as_of, rejects=rejects, as_json=as_json)


def take_in_costs(
    file: Path, mapping: Path, portfolio: str, *, as_of: date | None, rejects: Path | None, as_json: bool
) -> None:
    """Take in a file of costs and tell what became of it."""
    book = BookFile(file, mapping, portfolio, as_of=as_of, rejects=rejects)
    with at_hand() as there, _progress() as steps:
        done = import_costs(there.ledger, book, now=there.now, steps=steps)
    lines = [
        (
            f"Portfolio '{done.portfolio}' ({done.currency}): {done.read:,} rows read, {done.new:,} new"
            f" ({done.prices:,} of them prices), {done.known:,} known, {done.rejected:,} rejected."
        )
    ]
    if done.shares:
        lines.append(
            f"What months cost was shared out in {done.shares:,} parts, by the days on which journeys were open."
        )
    lines += _findings(left_out=done.left_out, remarks=done.remarks, rejects_file=done.rejects_file)
    show(done, *lines, as_json=as_json)


@app.command(
    "history",
    epilog="Example: duecourse import history recovered.csv --mapping deployments/mappings/sample_history.yaml"
    " --portfolio before",
)
def history(
    file: FileArgument,
    *,
    mapping: MappingOption,
    portfolio: PortfolioOption,
    as_of: AsOfOption = None,
    rejects: RejectsOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Take in what others did on loans: entries, contacts, promises, payments, fees and ends. Nobody is ever contacted.

    Loans that are not in the ledger are made without names; no journey is opened for them until the lender's book
    brings them in. The same file changes nothing.
    """
    settings = Settings()
    if sqlite_file(settings.ledger_url) is not None and make_ready(settings).standing is Standing.ABSENT:
        screen(stderr=True).print(f"Made the ledger {settings.ledger_url}.")
    book = BookFile(file, mapping, portfolio, as_of=as_of, rejects=rejects)
    with at_hand() as there, _progress() as steps:
        done = import_history(there.ledger, book, settings=settings, now=there.now, steps=steps)
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in done.kinds.items()) or "nothing new"
    lines = [
        (
            f"Portfolio '{done.portfolio}' ({done.currency}): {done.rows:,} rows read, {done.new:,} events new"
            f" ({kinds}), {done.known:,} known, {done.rejected:,} rejected."
        ),
        f"{done.loans:,} loans and {done.journeys:,} journeys of the past were made; nothing of them is acted upon.",
    ]
    if done.implied:
        lines.append(f"{done.implied:,} of the journeys begin with the first thing told of them: no entry was.")
    lines += _findings(left_out=done.left_out, remarks=done.remarks, rejects_file=done.rejects_file)
    show(done, *lines, as_json=as_json)


def _findings(*, left_out: int, remarks: int, rejects_file: str | None) -> list[str]:
    lines = []
    if left_out:
        lines.append(f"{left_out:,} rows were left out, as the mapping's keep says.")
    if remarks:
        lines.append(f"{remarks:,} remarks: rows that were kept without one of their optional values.")
    if rejects_file:
        lines.append(f"What was rejected or remarked on, by line and column: {rejects_file}")
    return lines


@contextmanager
def _progress() -> Iterator[Steps]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = screen(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        reading = progress.add_task("reading", total=None)
        storing = progress.add_task("storing", total=None, visible=False)
        yield Steps(
            reading=lambda line, last: progress.update(reading, completed=line, total=last),
            storing=lambda total: progress.update(storing, advance=1, total=total, visible=True),
        )


def _tell(done: Imported, *, as_json: bool) -> None:
    counts = (
        f"{done.read:,} {done.kind} read, {done.new:,} new, {done.changed:,} changed,"
        f" {done.unchanged:,} unchanged, {done.rejected:,} rejected"
    )
    lines = [f"Portfolio '{done.portfolio}' ({done.currency}): {counts}."]
    if done.erased:
        lines.append(f"{done.erased:,} were left out: their borrowers were erased (`duecourse erase`).")
    if done.outdated:
        lines.append(f"{done.outdated:,} were left as they are: the ledger holds figures of a later day.")
    lines += _findings(left_out=done.left_out, remarks=done.remarks, rejects_file=done.rejects_file)
    if done.prices_added:
        lines.append(
            f"{done.prices_added} shipped prices in {done.currency} were added; `duecourse costs add` sets yours."
        )
    if done.unpriced:
        lines.append(
            f"No journey opens until there is a price in {done.currency} for: {', '.join(done.unpriced)}."
            " Add each with `duecourse costs add`."
        )
    show(done, *lines, as_json=as_json)
