"""Journeys: `journeys list` and `journeys show`."""

import re
from typing import Annotated

import typer
from rich.text import Text

from deployments.cli.at_hand import at_hand
from deployments.cli.showing import JsonFlag, local, plain, show, spoken, table
from domain.journey import JourneyState, WaitingFor
from domain.money import Money
from ledger.happenings import Happening
from ledger.listings import ListedJourney, count_journeys, listed_journeys
from ledger.portfolios import portfolio_named
from ledger.timelines import JourneyOnFile, Timeline, timeline
from reports.timeline_lines import sentence

app = typer.Typer(no_args_is_help=True, help="Journeys: where each loan stands, and everything that happened to it.")

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


@app.command("list", epilog="Example: duecourse journeys list --state open --waiting-for AwaitingCallback")
def list_journeys(
    state: Annotated[
        JourneyState | None,
        typer.Option(help="Only these; the past must be asked for."),
    ] = None,
    portfolio: Annotated[str | None, typer.Option(help="Only this portfolio's.")] = None,
    waiting_for: Annotated[WaitingFor | None, typer.Option(help="Only those that wait for this.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: JsonFlag = False,
) -> None:
    """List journeys, the next one due first."""
    with at_hand() as there, there.ledger.reading() as session:
        if portfolio is not None:
            portfolio_named(session, portfolio)
        found = listed_journeys(session, state=state, portfolio=portfolio, waiting_for=waiting_for, at_most=limit)
        total = count_journeys(session, state=state, portfolio=portfolio, waiting_for=waiting_for)
    shown = table("", "loan", "portfolio", "ladder", "arm", "rung", "overdue", "days", "next", "waits for")
    for journey in found:
        overdue = str(Money(journey.arrears_minor, journey.currency))
        shown.add_row(
            *(journey.loan_number, journey.portfolio, journey.ladder, journey.arm, spoken(journey.rung or "-")),
            *(overdue, str(journey.days_past_due), _next(journey), _waits(journey)),
        )
    count = f"{len(found):,} of {total:,} journeys." + (" Show more with --limit." if total > len(found) else "")
    show({"journeys": found, "total": total}, *([shown] if found else []), count, as_json=as_json)


@app.command("show", epilog="Example: duecourse journeys show L000123")
def show_journey(
    loan: Annotated[str, typer.Argument(help="The loan's number.")],
    portfolio: Annotated[str | None, typer.Option(help="Where several portfolios have that number.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Show everything that happened to a loan, in order, on the borrower's clock; without names."""
    with at_hand() as there, there.ledger.reading() as session:
        found = timeline(session, loan, portfolio=portfolio, now=there.now)
    shown = table(f"Times are those of {found.timezone}.", "when", "what", "")
    for happening in found.happenings:
        kind, says = sentence(happening, found)
        shown.add_row(local(happening.at, found.timezone), kind, Text(says, overflow="fold"))
    answer = plain(found) | {"happenings": [_tagged(happening) for happening in found.happenings]}
    show(answer, *_heading(found), shown, as_json=as_json)


def _tagged(happening: Happening) -> dict[str, object]:
    # Which kind of happening an object is must be told, because several have the same fields.
    return {"what": _CAPITAL.sub("_", type(happening).__name__).lower(), **plain(happening)}


def _next(journey: ListedJourney) -> str:
    if journey.state is not JourneyState.OPEN:
        return journey.state.value
    return local(journey.due_at, journey.timezone) if journey.due_at else "now"


def _waits(journey: ListedJourney) -> str:
    return journey.waiting_reason or "" if journey.state is JourneyState.OPEN else spoken(journey.closing_reason or "")


def _heading(of: Timeline) -> list[Text]:
    contacts = ", ".join(f"{c.kind} {c.masked} ({spoken(c.state)})" for c in of.contacts) or "none"
    overdue, balance = Money(of.arrears_minor, of.currency), Money(of.balance_minor, of.currency)
    return [
        Text(f"Loan {of.loan_number} in {of.portfolio}: {spoken(of.product)}, {spoken(of.segment)}"),
        Text(f"Overdue {overdue}, {of.days_past_due} days past due; balance {balance} as of {of.as_of_on}"),
        Text(f"Contact points: {contacts}"),
        *(Text(_journey(journey, of)) for journey in of.journeys),
    ]


def _journey(journey: JourneyOnFile, of: Timeline) -> str:
    begun = f"Journey on {journey.ladder} since {local(journey.opened_at, of.timezone)}"
    given = f"{journey.arm} by rule {journey.rule}, probability {journey.probability:g}"
    if journey.state is JourneyState.PAST and journey.closed_at is None:
        return f"{begun} ({given}); of the past, its end is not told"
    if journey.state is not JourneyState.OPEN:
        ended = local(journey.closed_at, of.timezone) if journey.closed_at else ""
        return f"{begun} ({given}); closed {ended}: {spoken(journey.closing_reason or '')}"
    if journey.due_at is None:
        return f"{begun} ({given}); being carried out now"
    return f"{begun} ({given}); next {local(journey.due_at, of.timezone)}: {journey.waiting_reason or 'its first turn'}"
