"""Costs: prices (`costs add`), what was billed (`costs import`), corrections (`costs correct`), all of it (`list`)."""

from datetime import UTC, date
from typing import Annotated

import typer
from rich.table import Table

from deployments.cli.at_hand import at_hand
from deployments.cli.failing import CommandFailed
from deployments.cli.importing import (
    AsOfOption,
    FileArgument,
    MappingOption,
    PortfolioOption,
    RejectsOption,
    take_in_costs,
)
from deployments.cli.showing import JsonFlag, show, table
from deployments.cli.typed import currency_typed, day_typed, millis_typed, price_told
from domain.cost import CostUnit, UnitCost
from ledger.booked_costs import correct_cost, currency_of_cost
from ledger.cost_lists import SpentOn, SpentRow, spent_on, spent_rows
from ledger.portfolios import portfolio_named
from ledger.unit_costs import add_unit_costs, unit_costs
from reports.timeline_lines import SHORT_ID, cost

app = typer.Typer(no_args_is_help=True, help="What each step costs, as dated prices.")


DayOption = Annotated[date | None, typer.Option("--from", parser=day_typed, metavar="DATE", help="The first day.")]
ToOption = Annotated[date | None, typer.Option("--to", parser=day_typed, metavar="DATE", help="The last day.")]


@app.command("list", epilog="Example: duecourse costs list --portfolio cards --from 2026-01-01 --to 2026-03-31")
def list_costs(
    currency: Annotated[str | None, typer.Option(parser=currency_typed, metavar="CODE", help="Only these.")] = None,
    portfolio: Annotated[str | None, typer.Option(help="What was spent on it, beside the prices.")] = None,
    from_on: DayOption = None,
    to_on: ToOption = None,
    rows: Annotated[int, typer.Option(min=0, max=100_000, help="Show so many costs one by one, with their ids.")] = 0,
    as_json: JsonFlag = False,
) -> None:
    """List the prices, and what a portfolio spent in a period (UTC; this month where no day is given).

    Of one unit, the price with the latest day that has come is valid.
    """
    with at_hand() as there, there.ledger.reading() as session:
        prices = [price for price in unit_costs(session) if currency in {None, price.currency}]
        if portfolio is not None:
            of = portfolio_named(session, portfolio)
            last = to_on or there.now.astimezone(UTC).date()
            first = from_on or last.replace(day=1)
            spent = spent_on(session, of, from_on=first, to_on=last)
            single = spent_rows(session, of, from_on=first, to_on=last, at_most=rows) if rows else []
            prices = [price for price in prices if price.currency == of.currency]
            _show_spent(of.currency, first, last, prices, spent, single, portfolio=portfolio, as_json=as_json)
            return
    if from_on or to_on or rows:
        raise typer.BadParameter("a period and rows need --portfolio")
    show({"prices": prices}, _prices(prices), as_json=as_json)


def _prices(prices: list[UnitCost]) -> Table | str:
    shown = table("", "currency", "unit", "price", "from", "source")
    for price in prices:
        told = price_told(price.price_millis, unit=price.unit, currency=price.currency)
        shown.add_row(price.currency, price.unit.value, told, str(price.valid_from_on), price.source)
    return shown if prices else "There are no prices yet."


def _show_spent(
    currency: str,
    first: date,
    last: date,
    prices: list[UnitCost],
    spent: list[SpentOn],
    single: list[SpentRow],
    *,
    portfolio: str,
    as_json: bool,
) -> None:
    total = sum(each.amount_millis for each in spent)
    sums = table(f"Spent from {first} to {last} (UTC)", "unit", "source", "costs", "amount")
    for each in spent:
        sums.add_row(each.unit, each.source, f"{each.rows:,}", cost(each.amount_millis, currency=currency))
    sums.add_row("all", "", f"{sum(each.rows for each in spent):,}", cost(total, currency=currency))
    rows = table("", "id", "loan", "day", "unit", "amount", "source", "corrects")
    for row in single:
        amount = cost(row.amount_millis, currency=currency)
        source = f"{row.source} {row.external_id or ''}"
        corrects = (row.corrects_id or "")[:SHORT_ID]
        day = str(row.incurred_at.date())
        rows.add_row(row.id[:SHORT_ID], row.loan_number, day, row.unit, amount, source, corrects)
    answer = {
        "portfolio": portfolio,
        "currency": currency,
        "from": first,
        "to": last,
        "prices": prices,
        "booked": spent,
        "total_millis": total,
        "rows": single,
    }
    show(answer, _prices(prices), sums, *([rows] if single else []), as_json=as_json)


@app.command(
    "import",
    epilog="Example: duecourse costs import invoice.csv --mapping deployments/mappings/sample_costs.yaml"
    " --portfolio cards",
)
def import_file(
    file: FileArgument,
    *,
    mapping: MappingOption,
    portfolio: PortfolioOption,
    as_of: AsOfOption = None,
    rejects: RejectsOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Take in prices and what was billed: for a loan, or for a whole month (shared out over its journeys).

    The same file changes nothing. A correction is a row of its own that names the cost that it corrects.
    """
    take_in_costs(file, mapping, portfolio, as_of=as_of, rejects=rejects, as_json=as_json)


@app.command("correct", epilog="Example: duecourse costs correct 3f9c2a1b --by -12.50 --source 'credit note 7'")
def correct(
    cost_id: Annotated[str, typer.Argument(metavar="COST", help="Its id, or the beginning; see costs list --rows.")],
    *,
    by: Annotated[str, typer.Option(help="What is added in major units, or taken off (less than zero).")],
    source: Annotated[str, typer.Option(help="Where the correction comes from.")] = "a correction",
    as_json: JsonFlag = False,
) -> None:
    """Correct what a step or an invoice cost: a row of its own, which no report of an earlier day sees."""
    with at_hand() as there, there.ledger.transaction() as session:
        currency = currency_of_cost(session, cost_id)
        is_less = by.strip().startswith("-")
        millis = millis_typed(by.strip().removeprefix("-"), unit=CostUnit.OTHER, currency=currency)
        if not millis:
            raise typer.BadParameter("a correction by nothing is none")
        row = correct_cost(session, cost_id, millis=-millis if is_less else millis, source=source, now=there.now)
        answer = {"id": row.id, "corrects_id": row.corrects_id, "amount_millis": row.amount_millis}
    told = cost(row.amount_millis, currency=currency)
    show(answer, f"Corrected {str(answer['corrects_id'])[:SHORT_ID]} by {told}.", as_json=as_json)


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
