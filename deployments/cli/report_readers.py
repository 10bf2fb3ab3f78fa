"""`report subscribe`, `report unsubscribe` and `report subscribers`: who is mailed a portfolio's monthly report."""

from typing import Annotated

import typer

from deployments.cli.at_hand import at_hand
from deployments.cli.showing import JsonFlag, show, table
from ledger.people import masked
from ledger.report_subscribers import Subscriber, subscribers
from ledger.report_subscribers import subscribe as begin
from ledger.report_subscribers import unsubscribe as end
from reports.figures import words

PortfolioOption = Annotated[str, typer.Option(help="The portfolio whose report is mailed.")]
EmailOption = Annotated[str, typer.Option(help="The reader's address; it is kept sealed.")]


def subscribe(portfolio: PortfolioOption, email: EmailOption, *, as_json: JsonFlag = False) -> None:
    """Mail each month's report to somebody of the lender's staff from now on."""
    with at_hand() as there, there.ledger.transaction() as session:
        is_new = begin(session, portfolio=portfolio, address=email, now=there.now)
    told = "is sent the report of every month from now on" if is_new else "is sent it already"
    show({"email": masked(email), "portfolio": portfolio, "new": is_new}, f"{masked(email)} {told}.", as_json=as_json)


def unsubscribe(portfolio: PortfolioOption, email: EmailOption, *, as_json: JsonFlag = False) -> None:
    """Mail no more reports to somebody, and forget the address."""
    with at_hand() as there, there.ledger.transaction() as session:
        end(session, portfolio=portfolio, address=email, now=there.now)
    told = f"{masked(email)} is sent no more reports of {portfolio}; the address is forgotten."
    show({"email": masked(email), "portfolio": portfolio, "unsubscribed": True}, told, as_json=as_json)


def list_subscribers(portfolio: PortfolioOption, *, as_json: JsonFlag = False) -> None:
    """List who is mailed the report, and how the last mail to each stands; addresses are masked."""
    with at_hand() as there, there.ledger.reading() as session:
        readers = subscribers(session, portfolio=portfolio)
    shown = table(f"Readers of {portfolio}", "reader", "since", "last report", "mail", "why")
    for reader in readers:
        shown.add_row(*_line(reader))
    show(
        {"portfolio": portfolio, "subscribers": [_as_json(reader) for reader in readers]},
        shown if readers else f"Nobody is sent the report of {portfolio}.",
        as_json=as_json,
    )


def _as_json(reader: Subscriber) -> dict[str, object]:
    last = reader.last
    return {
        "email": reader.address,
        "since": reader.since.isoformat(),
        "last": None
        if last is None
        else {
            "from": last.from_on.isoformat(),
            "to": last.to_on.isoformat(),
            "state": last.state.value,
            "code": last.code,
        },
    }


def _line(reader: Subscriber) -> tuple[str, ...]:
    last = reader.last
    if last is None:
        return reader.address, f"{reader.since:%Y-%m-%d}", "none yet", "", ""
    period = f"{last.from_on.isoformat()} to {last.to_on.isoformat()}"
    return reader.address, f"{reader.since:%Y-%m-%d}", period, words(last.state.value), last.code or ""
