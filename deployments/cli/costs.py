"""Unit costs: `costs list` and `costs add`."""

from datetime import date
from typing import Annotated

import typer

from deployments.cli.at_hand import at_hand
from deployments.cli.failing import CommandFailed
from deployments.cli.showing import JsonFlag, show, table
from deployments.cli.typed import currency_typed, day_typed, millis_typed, price_told
from domain.cost import CostUnit, UnitCost
from ledger.unit_costs import add_unit_costs, unit_costs

app = typer.Typer(no_args_is_help=True, help="What each step costs, as dated prices.")


@app.command("list", epilog="Example: duecourse costs list --currency USD")
def list_costs(
    currency: Annotated[str | None, typer.Option(parser=currency_typed, metavar="CODE", help="Only these.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """List the prices; of one unit, the one with the latest day that has come is valid."""
    with at_hand() as there, there.ledger.reading() as session:
        prices = [price for price in unit_costs(session) if currency in {None, price.currency}]
    shown = table("", "currency", "unit", "price", "from", "source")
    for price in prices:
        told = price_told(price.price_millis, unit=price.unit, currency=price.currency)
        shown.add_row(price.currency, price.unit.value, told, str(price.valid_from_on), price.source)
    show({"prices": prices}, shown if prices else "There are no prices yet.", as_json=as_json)


@app.command("add", epilog="Example: duecourse costs add sms_segment 0.0083 --currency USD --from 2026-01-01")
def add(
    unit: Annotated[CostUnit, typer.Argument(help="What is paid for.")],
    price: Annotated[str, typer.Argument(help="For one unit in major units (0.0083); a commission as 18%.")],
    *,
    currency: Annotated[str, typer.Option(parser=currency_typed, metavar="CODE", help="ISO 4217, such as USD.")],
    valid_from: Annotated[
        date, typer.Option("--from", parser=day_typed, metavar="DATE", help="The first day on which it is valid.")
    ],
    source: Annotated[str, typer.Option(help="Where the figure comes from.")] = "the lender",
    as_json: JsonFlag = False,
) -> None:
    """Set a price from a day on. What was charged before stays as it was."""
    row = UnitCost(unit, currency, millis_typed(price, unit=unit, currency=currency), valid_from, source)
    with at_hand() as there, there.ledger.transaction() as session:
        added = add_unit_costs(session, [row])
    if not added:
        remedy = "Give a later day with --from: prices are never changed, only replaced from a day on."
        raise CommandFailed(f"there is a price of {unit.value} in {currency} from {valid_from} already", remedy=remedy)
    told = price_told(row.price_millis, unit=unit, currency=currency)
    show(row, f"From {valid_from} a unit of {unit.value} costs {told}.", as_json=as_json)
