"""Calls: `calls add` notes one that was made or taken, `calls record` completes one that was reserved."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from deployments.cli.at_hand import at_hand
from deployments.cli.failing import CommandFailed
from deployments.cli.showing import SHORT_ID, JsonFlag, local, show, spoken
from deployments.cli.typed import FIRST_YEAR
from ledger.calling import complete_call, note_call
from ledger.listings import loan_numbered, zone_of
from policy.compliance.history import CONSUMER, THIRD_PARTY, CallOutcome, Direction

app = typer.Typer(no_args_is_help=True, help="Calls with borrowers, by either side: they count, and start rests.")

ANSWERED = frozenset(
    {
        CallOutcome.CONVERSATION,
        CallOutcome.CONVERSATION_GENERAL,
        CallOutcome.UNANSWERED,
        CallOutcome.ANSWERED_DROPPED,
        CallOutcome.ANSWERED_NO_CONVERSATION,
    }
)
"""How a call of the borrower can end: the others are about a line or a voicemail of theirs that we reached."""

OutcomeOption = Annotated[CallOutcome, typer.Option(help="How the call ended.")]
ByOption = Annotated[str, typer.Option(help="Who called or answered: your name.")]


@app.command("add", epilog="Example: duecourse calls add --loan L000123 --inbound --outcome conversation --by Ana")
def add(
    *,
    loan: Annotated[str, typer.Option(help="The loan's number.")],
    inbound: Annotated[bool, typer.Option("--inbound/--outbound", help="Who called: the borrower, or we.")],
    outcome: OutcomeOption,
    by: ByOption,
    at: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%dT%H:%M"], help="When, on the borrower's clock (2026-01-05T14:30); else now."),
    ] = None,
    third_party: Annotated[bool, typer.Option("--third-party", help="With somebody other than the borrower.")] = False,
    portfolio: Annotated[str | None, typer.Option(help="Where several portfolios have that number.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Note a call that nobody reserved: the borrower's own, or one of ours that was made already."""
    if inbound and _ended(outcome) not in ANSWERED:
        allowed = ", ".join(sorted(ANSWERED))
        raise typer.BadParameter(f"a call of the borrower does not end as `{outcome}`; it is one of: {allowed}")
    if at is not None and at.year < FIRST_YEAR:
        raise typer.BadParameter(f"{at:%Y-%m-%d} is too far away; no call is noted from before {FIRST_YEAR}")
    with at_hand() as there, there.ledger.transaction() as session:
        row = loan_numbered(session, loan, portfolio=portfolio)
        zone = zone_of(session, row)
        made_at = there.now if at is None else at.replace(tzinfo=ZoneInfo(zone))
        if made_at > there.now:
            raise CommandFailed("that is not yet", remedy="Give the moment at which the call was made with --at.")
        call = note_call(
            session,
            row.borrower_id,
            direction=Direction.IN if inbound else Direction.OUT,
            outcome=_ended(outcome),
            loans=[row.id],
            recipient=f"{THIRD_PARTY}somebody" if third_party else CONSUMER,
            by=by,
            at=made_at,
            now=there.now,
        )
    way = "from" if inbound else "to"
    whom = "somebody else" if third_party else "the borrower"
    told = f"Noted a call {way} {whom} of loan {loan} at {local(made_at, zone)} in {zone}: {spoken(outcome)}."
    show({"call": call.id, "loan_number": loan, "outcome": outcome, "at": made_at}, told, as_json=as_json)


@app.command("record", epilog="Example: duecourse calls record 3f9c2a1b --outcome busy")
def record(
    call: Annotated[str, typer.Argument(help="The id that `duecourse work call` showed, or how it begins.")],
    outcome: OutcomeOption,
    as_json: JsonFlag = False,
) -> None:
    """Say how a reserved call ended while its work goes on: a busy line is released and may be dialled again."""
    with at_hand() as there, there.ledger.transaction() as session:
        done = complete_call(session, call, outcome=_ended(outcome), now=there.now)
    told = f"Call {done.id[:SHORT_ID]} ended: {spoken(outcome)}."
    show({"call": done.id, "outcome": outcome}, told, as_json=as_json)


def _ended(outcome: CallOutcome) -> CallOutcome:
    if outcome is CallOutcome.RESERVED:
        raise typer.BadParameter("`reserved` is no end; `duecourse work call` reserves a call")
    return outcome
