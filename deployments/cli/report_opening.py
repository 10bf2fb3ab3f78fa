"""`report open`: what is behind any figure of the report, payment by payment and step by step."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from deployments.cli.at_hand import at_hand
from deployments.cli.showing import JsonFlag, show, spoken, table
from domain.money import MILLIS_PER_MINOR, Money
from ledger.portfolios import first_day_of
from reports.as_json import as_json as report_json
from reports.as_of import as_of_from
from reports.assumptions import DEFAULT, Assumptions
from reports.breakdown import Breakdown
from reports.columns import BY, heading_of
from reports.effectiveness import effectiveness
from reports.opening.address import Address, figures_of, keys_of
from reports.opening.ground import Ground
from reports.opening.opening import Opened, open_row
from reports.opening.part import SUM, Number, Part, Unit
from reports.reconciling import reconcile
from reports.tracing import Behind, rows_behind

SHOWN = 40
"""Rows on the screen; `--json` gives them all."""
ALIASES = {"recovered": "recovered_minor", "by_itself": "by_itself_minor", "reversed": "reversals_minor"}
ALIASES |= {"cost": "cost_millis"}
"""Short names of figures of a breakdown."""
DAY = 86_400_000_000
"""Microseconds."""


def open_(
    portfolio: Annotated[str, typer.Option(help="The portfolio of the report.")],
    by: Annotated[Breakdown | None, typer.Option(help="A split of the money: the same as --table by_...")] = None,
    row: Annotated[
        list[str] | None,
        typer.Option(help='The row\'s name, such as "standard v1: first_sms"; once for each column that names rows.'),
    ] = None,
    *,
    table_: Annotated[
        str | None,
        typer.Option("--table", metavar="NAME", help="A table, as its CSV file is called; none lists the tables."),
    ] = None,
    cell: Annotated[
        list[str] | None, typer.Option(help="Only this figure, as the JSON calls it; may be repeated; all of them.")
    ] = None,
    from_: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First day; the first that the ledger knows of."),
    ] = None,
    to: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; today.")] = None,
    as_of: Annotated[
        datetime | None, typer.Option(parser=as_of_from, metavar="DAY|INSTANT", help="What was on record then; now.")
    ] = None,
    annual_rate: Annotated[float, typer.Option(help="The one of the report.")] = DEFAULT.annual_rate,
    half_life: Annotated[float, typer.Option(metavar="DAYS", help="The one of the report.")] = DEFAULT.half_life_days,
    as_json: JsonFlag = False,
) -> None:
    """List what a figure of the report is made of: payments, reversals, costs, steps, promises, loans, journeys."""
    with at_hand() as there, there.ledger.reading() as session:
        known_at = as_of or there.now
        found = effectiveness(
            session,
            portfolio=portfolio,
            from_on=from_.date() if from_ else first_day_of(session, portfolio, known_at=known_at),
            to_on=to.date() if to else there.now.date(),
            as_of=known_at,
            assumptions=Assumptions(annual_rate=annual_rate, half_life_days=half_life),
        )
        scope = found.scope
        ground = Ground(session, scope, report_json(found, reconcile(session, found)))
        answer: dict[str, Any] = {
            "portfolio": scope.portfolio,
            "period": {"from": scope.from_on, "to": scope.to_on},
            "as_of": scope.as_of,
            "currency": scope.currency,
        }
        name = table_ or (None if by is None else f"{BY}{by.value}")
        if name is None:
            listed = _tables(ground)
            show(answer | {"tables": listed}, _listing(listed), as_json=as_json)
            return
        address = Address(name, tuple(row or ()))
        asked = _asked(ground, address, cell or ())
        first = None if as_json else SHOWN
        opened = [
            (each, _behind(ground, each, first=first)) for each in open_row(ground, address, figures=tuple(asked))
        ]
    answer |= {
        **({} if by is None else {"by": by}),
        "table": address.table,
        "row": " / ".join(address.row),
        "cells": [_as_json(each, behind, cell=asked.get(each.figure)) for each, behind in opened],
    }
    shown = [
        line for each, behind in opened if any(behind) or cell for line in _lines(each, behind, currency=scope.currency)
    ]
    show(answer, *(shown or [f"There is nothing behind '{answer['row']}' in this period."]), as_json=as_json)


def _asked(ground: Ground, address: Address, cells: Sequence[str]) -> dict[str, str]:
    """The figures that are asked for, and what each was called."""
    there = {
        key for record in ground.records.of_tables.get(address.table, []) for key in figures_of(address.table, record)
    }
    found = {}
    for cell in cells:
        names = (cell, ALIASES.get(cell, cell), f"{cell}_minor")
        found[next((name for name in names if name in there), cell)] = cell
    return found


def _tables(ground: Ground) -> list[dict[str, Any]]:
    return [
        {
            "table": name,
            "rows": len(records),
            "named_by": list(keys_of(name)),
            "figures": list(dict.fromkeys(key for record in records for key in figures_of(name, record))),
        }
        for name, records in ground.records.of_tables.items()
        if any(figures_of(name, record) for record in records)
    ]


def _listing(tables: Sequence[dict[str, Any]]) -> Table:
    listed = table("Tables that open", "table", "rows", "--row for each", "--cell")
    for each in tables:
        listed.add_row(each["table"], f"{each['rows']:,}", ", ".join(each["named_by"]), ", ".join(each["figures"]))
    return listed


def _behind(ground: Ground, opened: Opened, *, first: int | None) -> list[tuple[Behind, ...]]:
    return [rows_behind(ground, part, first=first) for part in _shown(opened)]


def _shown(opened: Opened) -> tuple[Part, ...]:
    """What makes a figure, and then what that follows from."""
    return (*opened.made.parts, *opened.made.beside)


def _as_json(opened: Opened, behind: Sequence[tuple[Behind, ...]], *, cell: str | None) -> dict[str, Any]:
    made = opened.made
    return {
        "cell": cell or next((short for short, figure in ALIASES.items() if figure == opened.figure), opened.figure),
        "figure": opened.figure,
        "value": opened.value,
        "how": made.how,
        "sum": made.again if made.how == SUM else None,
        "rounding_millis": made.rounding,
        "again": made.again,
        "agrees": opened.agrees,
        "parts": [
            {"part": part.name, "what": part.table.removesuffix("s"), "unit": part.unit, "rows": len(part)}
            | {"sum": part.sum, "is_added_up": part in made.parts}
            for part in _shown(opened)
        ],
        "behind": [
            {
                "part": part.name,
                "what": each.what.removesuffix("s"),
                "id": each.id,
                "loan": each.loan,
                "at": each.at,
                "number": each.number,
                **each.details,
            }
            for part, rows in zip(_shown(opened), behind, strict=True)
            for each in rows
        ],
    }


def _lines(opened: Opened, behind: Sequence[tuple[Behind, ...]], *, currency: str) -> Iterator[Table | str]:
    made = opened.made
    says = f"{heading_of(opened.figure, table=opened.address.table)}: {_figure(opened, currency)}, {made.how}"
    if made.rounding:
        says += f"; rounding adds {made.rounding} thousandths of a minor unit"
    if not opened.agrees:
        says += f"; it is {made.again} when it is worked out again, and does not agree"
    yield f"{says}."
    for part, rows in zip(_shown(opened), behind, strict=True):
        yield from _part(part, rows, currency=currency)


def _part(part: Part, rows: Sequence[Behind], *, currency: str) -> Iterator[Table | str]:
    title = f"{part.name.capitalize()}: {_told(part.sum, part.unit, currency)}, of {len(part):,}"
    if not rows:
        yield f"{title}."
        return
    shown = table(title, "at", "loan", "brings", "what")
    for each in rows:
        details = ", ".join(
            f"{spoken(key)} {_written(value)}" for key, value in each.details.items() if value is not None
        )
        shown.add_row(f"{each.at:%Y-%m-%d %H:%M}", each.loan, _told(each.number, part.unit, currency), details)
    yield shown
    if len(part) > len(rows):
        yield f"{len(part) - len(rows):,} more; --json lists them all."


def _figure(opened: Opened, currency: str) -> str:
    value: Number = opened.value
    if value is None:
        return "n/a"
    if isinstance(value, int) and opened.figure.endswith("_millis"):
        return _told(value, Unit.MILLIS, currency)
    if isinstance(value, int) and opened.figure.endswith("_minor"):
        return _told(value, Unit.MINOR, currency)
    return f"{value:,}"


def _told(number: int, unit: Unit, currency: str) -> str:
    match unit:
        case Unit.MINOR:
            return str(Money(number, currency))
        case Unit.MILLIS:
            whole, rest = divmod(abs(number), MILLIS_PER_MINOR)
            minor = f"{'-' if number < 0 else ''}{Money(whole, currency)}"
            return minor if not rest else f"{minor} and {rest} thousandths of a minor unit"
        case Unit.MICROS:
            return f"{number / DAY:,.4f} days"
        case Unit.ROWS:
            return f"{number:,}"


def _written(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)
