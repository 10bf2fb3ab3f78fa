"""`report open`: what is behind a cell of the report, payment by payment and step by step."""

from datetime import datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from deployments.cli.at_hand import at_hand
from deployments.cli.showing import JsonFlag, show, spoken, table
from domain.money import MILLIS_PER_MINOR, Money
from ledger.portfolios import first_day_of
from reports.as_of import as_of_from
from reports.breakdown import Breakdown
from reports.effectiveness import effectiveness
from reports.tracing import Cell, Opened, open_cells

SHOWN = 40
"""Rows on the screen; `--json` gives them all."""


def open_(
    portfolio: Annotated[str, typer.Option(help="The portfolio of the report.")],
    by: Annotated[Breakdown, typer.Option(help="How the report is split.")],
    row: Annotated[str, typer.Option(help='The row\'s name, such as "standard v1: first_sms".')],
    *,
    cell: Annotated[list[Cell] | None, typer.Option(help="Only this figure; may be repeated; all of them.")] = None,
    from_: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First day; the first that the ledger knows of."),
    ] = None,
    to: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; today.")] = None,
    as_of: Annotated[
        datetime | None, typer.Option(parser=as_of_from, metavar="DAY|INSTANT", help="What was on record then; now.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """List what a figure of the report is made of: payments, reversals, costs, steps, contacts, promises, journeys."""
    with at_hand() as there, there.ledger.reading() as session:
        known_at = as_of or there.now
        report = effectiveness(
            session,
            portfolio=portfolio,
            from_on=from_.date() if from_ else first_day_of(session, portfolio, known_at=known_at),
            to_on=to.date() if to else there.now.date(),
            as_of=known_at,
        )
        opened = open_cells(session, report, breakdown=by, row=row, cells=tuple(cell or Cell))
    scope = report.scope
    answer = {
        "portfolio": scope.portfolio,
        "period": {"from": scope.from_on, "to": scope.to_on},
        "as_of": scope.as_of,
        "currency": scope.currency,
        "by": by,
        "row": row,
        "cells": [_as_json(each) for each in opened],
    }
    shown = [part for each in opened if each.behind or cell for part in _lines(each, scope.currency)]
    show(answer, *(shown or [f"There is nothing behind '{row}' in this period."]), as_json=as_json)


def _as_json(opened: Opened) -> dict[str, Any]:
    return {
        "cell": opened.cell,
        "figure": opened.figure,
        "value": opened.value,
        "sum": opened.sum,
        "agrees": opened.sum == opened.value,
        "behind": [
            {
                "what": each.what.removesuffix("s"),
                "id": each.id,
                "loan": each.loan,
                "at": each.at,
                "number": each.number,
                **each.details,
            }
            for each in opened.behind
        ],
    }


def _lines(opened: Opened, currency: str) -> tuple[Table | str, ...]:
    told = _told(opened.value, opened.figure, currency)
    shown = table(
        f"{spoken(opened.cell).capitalize()}: {told}, of {len(opened.behind):,}", "at", "loan", "brings", "what"
    )
    for each in opened.behind[:SHOWN]:
        details = ", ".join(
            f"{spoken(key)} {_written(value)}" for key, value in each.details.items() if value is not None
        )
        shown.add_row(f"{each.at:%Y-%m-%d %H:%M}", each.loan, _told(each.number, opened.figure, currency), details)
    left = len(opened.behind) - SHOWN
    return (shown, f"{left:,} more; --json lists them all.") if left > 0 else (shown,)


def _told(number: int, figure: str, currency: str) -> str:
    if figure.endswith("_minor"):
        return str(Money(number, currency))
    if figure.endswith("_millis"):
        whole, rest = divmod(abs(number), MILLIS_PER_MINOR)
        minor = f"{'-' if number < 0 else ''}{Money(whole, currency)}"
        return minor if not rest else f"{minor} and {rest} thousandths of a minor unit"
    return f"{number:,}"


def _written(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)
