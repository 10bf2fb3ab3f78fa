"""Channels: `channels list` and `channels close`."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from connectors.remedies import remedy_for
from deployments.channel_checks import unknown_codes, unknown_in_words
from deployments.cli.at_hand import at_hand
from deployments.cli.showing import JsonFlag, show, spoken, table
from deployments.sender_checks import senders_now
from domain.action import Action
from ledger.breakers import Breaker, close_breaker, listed_breakers
from ledger.scopes import EVERYTHING
from ledger.senders import SenderState

app = typer.Typer(
    no_args_is_help=True, help="Channels: what their senders take, and what a vendor's answer has put out of order."
)


@app.command("list", epilog="Example: duecourse channels list")
def list_channels(as_json: JsonFlag = False) -> None:
    """List what each sender takes and who waits, channels that are out of order or were, and codes nobody knows."""
    with at_hand() as there:
        with there.ledger.reading() as session:
            breakers = listed_breakers(session)
        senders = senders_now(there.ledger, there.settings, now=there.now)
        unknown = unknown_codes(there.ledger, now=there.now)
    shown = table("", "channel", "since", "vendor", "code", "next try", "in order since", "by", "what to do")
    for each in breakers:
        is_open = each.closed_at is None
        shown.add_row(
            each.what,
            f"{each.opened_at:%Y-%m-%d %H:%M}",
            each.vendor,
            each.code,
            _next_try(each),
            "" if each.closed_at is None else f"{each.closed_at:%Y-%m-%d %H:%M}",
            each.closed_by or "",
            remedy_for(each.code, vendor=each.vendor) if is_open else "",
        )
    show(
        {"channels": breakers, "senders": senders, "unknown_codes": unknown},
        *([_senders(senders)] if senders else ["The sandbox takes whatever comes; DUECOURSE_RATES sets a rate there."]),
        shown if breakers else "No channel was ever out of order.",
        *(f"{unknown_in_words(met)}." for met in unknown),
        as_json=as_json,
    )


def _senders(senders: Sequence[SenderState]) -> Table:
    shown = table("", "channel", "sender", "takes", "pace", "may leave now", "wait", "since", "the last until")
    for each in senders:
        shown.add_row(
            spoken(each.channel.value),
            each.name,
            each.takes,
            f"{each.share:.0%}",
            f"{each.level:,.0f} of {each.burst:,.0f}",
            f"{each.waiting:,}",
            "" if each.waiting_since is None else f"{each.waiting_since:%Y-%m-%d %H:%M}",
            "" if each.last_at is None else f"{each.last_at:%Y-%m-%d %H:%M:%S}",
        )
    return shown


@app.command("close", epilog="Example: duecourse channels close sms --by Bob")
def close(
    channel: Annotated[Action, typer.Argument(help="The channel, as `duecourse channels list` names it.")],
    *,
    by: Annotated[str, typer.Option(help="Who has mended it.")],
    part: Annotated[
        str, typer.Option(help="The part that is out of order, such as 'country DE'; all of it without this.")
    ] = EVERYTHING,
    as_json: JsonFlag = False,
) -> None:
    """Say that a channel was mended: contacts leave again at once, and those that waited go on within a minute."""
    with at_hand() as there, there.ledger.transaction() as session:
        closed = close_breaker(session, channel, scope=part, by=by, now=there.now)
    show(closed, f"{closed.what} is in order again.", as_json=as_json)


def _next_try(breaker: Breaker) -> str:
    if breaker.closed_at is not None:
        return ""
    return "when a person says so" if breaker.half_open_at is None else f"{breaker.half_open_at:%Y-%m-%d %H:%M}"
