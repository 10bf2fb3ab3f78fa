"""Holds: `holds list`, `holds place` and `holds lift`."""

from datetime import date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from deployments.cli.at_hand import at_hand
from deployments.cli.failing import CommandFailed
from deployments.cli.showing import SHORT_ID, JsonFlag, local, show, spoken, table
from deployments.cli.typed import day_typed
from domain.hold import HoldReason, HoldScope
from ledger.holds import lift_hold, place_hold
from ledger.listings import listed_holds, loan_numbered, zone_of
from policy.spacing import local_instant

app = typer.Typer(no_args_is_help=True, help="Holds: pauses of a loan's journey, with a reason.")


@app.command("list", epilog="Example: duecourse holds list")
def list_holds(as_json: JsonFlag = False) -> None:
    """List the holds in force, the oldest first."""
    with at_hand() as there, there.ledger.reading() as session:
        holds = listed_holds(session, now=there.now)
    shown = table("", "hold", "loan", "portfolio", "reason", "placed", "until")
    for hold in holds:
        until = local(hold.until, hold.timezone) if hold.until else "a person lifts it"
        placed = local(hold.placed_at, hold.timezone)
        shown.add_row(hold.id[:SHORT_ID], hold.loan_number, hold.portfolio, spoken(hold.reason), placed, until)
    show({"holds": holds}, shown if holds else "No hold is in force.", as_json=as_json)


@app.command("place", epilog="Example: duecourse holds place L000123 dispute --until 2026-03-01")
def place(
    loan: Annotated[str, typer.Argument(help="The loan's number.")],
    reason: Annotated[HoldReason, typer.Argument(help="Why it rests.")],
    *,
    until: Annotated[
        date | None,
        typer.Option(parser=day_typed, metavar="DATE", help="The day on which it goes on; else a person lifts it."),
    ] = None,
    portfolio: Annotated[str | None, typer.Option(help="Where several portfolios have that number.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Pause a loan's journey now, or all of its borrower's where the packs say so, and take open work off the lists.

    `duecourse standing add` does the same, and takes everything else that is learned of a person besides.
    """
    with at_hand() as there, there.ledger.transaction() as session:
        row = loan_numbered(session, loan, portfolio=portfolio)
        zone = zone_of(session, row)
        ends_at = _beginning(until, zone=zone, now=there.now) if until else None
        hold_id = place_hold(session, row.id, reason=reason, until=ends_at, now=there.now)
        holds = listed_holds(session, borrower_id=row.borrower_id, now=there.now)
    hold = next(each for each in holds if each.id == hold_id)
    goes_on = f"until {local(hold.until, zone)} in {zone}" if hold.until else "until a person lifts it"
    rests = f"Loan {loan} rests" if hold.scope is HoldScope.DEBT else f"Loan {loan} and all others of its borrower rest"
    told = f"{rests} ({spoken(reason)}) {goes_on}: hold {hold_id[:SHORT_ID]}."
    answer = {"hold": hold_id, "loan_number": loan, "reason": reason, "until": hold.until, "scope": hold.scope}
    show(answer, told, as_json=as_json)


@app.command("lift", epilog="Example: duecourse holds lift 3f9c2a1b")
def lift(
    hold: Annotated[str, typer.Argument(help="The hold's id, or its beginning, from `duecourse holds list`.")],
    as_json: JsonFlag = False,
) -> None:
    """End a hold now; the journeys go on at the rung where they stood, after the rest of its spacing."""
    with at_hand() as there, there.ledger.transaction() as session:
        ends_at = lift_hold(session, hold, now=there.now)
    is_later = ends_at > there.now
    told = f"its days run until {ends_at:%Y-%m-%d %H:%M} UTC" if is_later else "the journey goes on"
    show({"hold": hold, "lifted": True, "ends_at": ends_at}, f"Hold {hold} is lifted; {told}.", as_json=as_json)


def _beginning(day: date, *, zone: str, now: datetime) -> datetime:
    at = local_instant(day, hour=time(0), zone=ZoneInfo(zone))
    if at <= now:
        raise CommandFailed(
            f"{day} has begun already where the borrower lives", remedy="Give a later day with --until."
        )
    return at
