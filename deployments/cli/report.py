"""`duecourse report`: recovery against cost, reconciled with the ledger, in every shape."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from deployments.cli import report_opening
from deployments.cli import report_readers as readers
from deployments.cli.at_hand import at_hand
from deployments.cli.showing import screen
from deployments.reporting import report_on, write_json, write_page, write_sheets, write_tables
from ledger.portfolios import first_day_of
from reports.as_of import as_of_from
from reports.assumptions import DEFAULT, Assumptions
from reports.sheets.tables import Report
from reports.showing import show

DOES_NOT_RECONCILE = 1
MAKE_COMMAND = "make"
AS_OF_HELP = "What was on record then (UTC); a day such as 2026-03-31 means its end; now."
IN_THE_FUTURE = "The as-of instant lies ahead: what is recorded until then will change this report."
JSON_OPTION = "--json"
ON_SCREEN = "-"


class ReportOrCommand(TyperGroup):
    """A group that makes the report where its first word is no command; `--json` may do without a file."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [MAKE_COMMAND, *_with_place(args)]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=ReportOrCommand,
    no_args_is_help=True,
    help="What worked: `report --portfolio PORTFOLIO` says what was recovered and what it cost.",
)


READ = "duecourse report {} --portfolio cards"
app.command("subscribe", epilog=f"Example: {READ.format('subscribe')} --email ada@lender.example")(readers.subscribe)
app.command("unsubscribe", epilog=f"Example: {READ.format('unsubscribe')} --email ada@lender.example")(
    readers.unsubscribe
)
app.command("subscribers", epilog=f"Example: {READ.format('subscribers')}")(readers.list_subscribers)

OPENS = "duecourse report open --portfolio cards --table cure_by_arm --row holdout --row 30 --cell rate"
app.command("open", epilog=f"Example: {OPENS}")(report_opening.open_)


@app.command(MAKE_COMMAND, epilog="Example: duecourse report make --portfolio cards --html r.html --xlsx r.xlsx")
def make(
    portfolio: Annotated[str, typer.Option(help="The portfolio to report on.")],
    from_: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First day; the first that the ledger knows of."),
    ] = None,
    to: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; today.")] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(parser=as_of_from, metavar="DAY|INSTANT", help=AS_OF_HELP),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option(JSON_OPTION, metavar="[FILE]", help="Write it as JSON; to the screen without a file.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write the page with plots here.")] = None,
    xlsx: Annotated[Path | None, typer.Option(help="Write the Excel workbook here.")] = None,
    csv: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Write its tables as CSV files here.")] = None,
    annual_rate: Annotated[
        float, typer.Option(help="At which later money is discounted, for NPV.")
    ] = DEFAULT.annual_rate,
    half_life: Annotated[
        float, typer.Option(metavar="DAYS", help="Days after which a touch earns half, in time decay.")
    ] = DEFAULT.half_life_days,
) -> None:
    """Report what was recovered and what it cost, and say whether every figure reconciles with the ledger."""
    with at_hand() as there:
        known_at = as_of or there.now
        with there.ledger.reading() as session:
            first = first_day_of(session, portfolio, known_at=known_at)
        report = report_on(
            there.ledger,
            portfolio,
            from_on=from_.date() if from_ else first,
            to_on=to.date() if to else there.now.date(),
            as_of=known_at,
            assumptions=Assumptions(annual_rate=annual_rate, half_life_days=half_life),
        )
        if as_of is not None and as_of > there.now:
            screen(stderr=True).print(f"{IN_THE_FUTURE} It is now {there.now:%Y-%m-%d %H:%M} UTC.")
    if json_file == Path(ON_SCREEN):
        typer.echo(json.dumps(report, indent=2))
    else:
        show(report, console=screen())
    _write(report, json_file=json_file, html=html, xlsx=xlsx, csv=csv)
    if not report["reconciles"]:
        raise typer.Exit(DOES_NOT_RECONCILE)


def _write(report: Report, *, json_file: Path | None, html: Path | None, xlsx: Path | None, csv: Path | None) -> None:
    console = screen(stderr=True)
    if json_file is not None and json_file != Path(ON_SCREEN):
        write_json(report, json_file)
        console.print(f"The JSON is in {json_file}.")
    if html is not None:
        write_page(report, html)
        console.print(f"The page is at {html}.")
    if xlsx is not None:
        write_sheets(report, xlsx)
        console.print(f"The workbook is at {xlsx}.")
    if csv is not None:
        console.print(f"{len(write_tables(report, csv))} CSV files are in {csv}.")


def _with_place(args: list[str]) -> list[str]:
    """The same words, with the screen named where `--json` names no file."""
    placed = []
    for word, following in zip(args, [*args[1:], None], strict=True):
        placed.append(word)
        if word == JSON_OPTION and (following is None or following.startswith("--")):
            placed.append(ON_SCREEN)
    return placed
