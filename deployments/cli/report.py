"""`duecourse report`: recovery against cost, reconciled with the ledger."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from deployments.cli.at_hand import at_hand
from deployments.cli.showing import screen
from deployments.reporting import report_on, write_page
from ledger.portfolios import opened_on
from reports.as_json import as_json
from reports.showing import show

DOES_NOT_RECONCILE = 1


def report(
    portfolio: Annotated[str, typer.Option(help="The portfolio to report on.")],
    from_: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day; the portfolio's first day.")
    ] = None,
    to: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; today.")] = None,
    as_of: Annotated[datetime | None, typer.Option(help="What was on record at this instant (UTC); now.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the page with plots here.")] = None,
    as_json_: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Report what was recovered and what it cost, and say whether every figure reconciles with the ledger."""
    with at_hand() as there:
        with there.ledger.reading() as session:
            first = opened_on(session, portfolio)
        reported = report_on(
            there.ledger,
            portfolio,
            from_on=from_.date() if from_ else first,
            to_on=to.date() if to else there.now.date(),
            as_of=there.now if as_of is None else as_of.replace(tzinfo=as_of.tzinfo or there.now.tzinfo),
        )
    if html is not None:
        write_page(reported, html)
    if as_json_:
        typer.echo(json.dumps(as_json(reported.effectiveness, reported.reconciliation), indent=2))
    else:
        show(reported.effectiveness, reported.reconciliation, console=screen())
    if html is not None:
        screen(stderr=True).print(f"The page is at {html}.")
    if not reported.reconciliation.reconciles:
        raise typer.Exit(DOES_NOT_RECONCILE)
