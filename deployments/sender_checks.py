"""Looking at the senders: what each takes, how much of it is left, and who waits."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from deployments.finding import Finding, Light
from deployments.settings import Settings
from deployments.wiring import senders_of
from ledger.database import Ledger
from ledger.senders import SenderState, sender_states

ABOUT = "senders"
LONG = timedelta(hours=1)
"""Whoever has to wait longer than that is told of."""


def senders_now(ledger: Ledger, settings: Settings, *, now: datetime) -> list[SenderState]:
    """Every sender of the settings, and those of the ledger for which somebody still waits.

    A worker takes its settings when it starts; the ledger has what the last contact was asked by.
    """
    with ledger.reading() as session:
        known = {(state.channel, state.name): state for state in sender_states(session, now=now)}
    found = []
    for sender in (each for of_channel in senders_of(settings).values() for each in of_channel):
        rate, burst = sender.limit.rate, sender.limit.burst
        state = known.pop((sender.channel, sender.name), None)
        if state is None:
            state = SenderState(sender.channel, sender.name, rate=rate, burst=burst, level=burst, share=1.0)
        found.append(replace(state, rate=rate * state.share, burst=burst, level=min(state.level, burst)))
    return [*found, *(state for state in known.values() if state.waiting)]


def sender_findings(ledger: Ledger, settings: Settings, *, now: datetime) -> Iterator[Finding]:
    """A line for each: green, or yellow where the vendor found it too fast or somebody waits for long."""
    senders = senders_now(ledger, settings, now=now)
    for sender in senders:
        says = in_words(sender)
        if sender.last_at is not None and sender.last_at - now > LONG:
            do = f"Name more senders, or raise its rate with DUECOURSE_RATES={sender.name}=RATE if the vendor agreed."
            yield Finding(Light.YELLOW, ABOUT, says, do)
        elif sender.share < 1:
            do = f"Nothing: it regains its pace. If it comes again, lower its rate: DUECOURSE_RATES={sender.name}=RATE"
            yield Finding(Light.YELLOW, ABOUT, says, do)
        else:
            yield Finding(Light.GREEN, ABOUT, says)
    if not senders:
        yield Finding(Light.GREEN, ABOUT, "the sandbox takes whatever comes; no rate is set")


def in_words(sender: SenderState) -> str:
    """What it takes, what is left of it, and who waits."""
    told = f"{sender.channel.value.replace('_', ' ')} by {sender.name} takes {sender.takes}"
    if sender.share < 1:
        told += f" ({sender.share:.0%} of its rate, because the vendor found it too fast)"
    told += f", {sender.level:,.0f} of {sender.burst:,.0f} may leave now"
    if not sender.waiting or sender.waiting_since is None or sender.last_at is None:
        return f"{told}; nobody waits"
    contacts = "1 contact waits" if sender.waiting == 1 else f"{sender.waiting:,} contacts wait"
    since = f"since {sender.waiting_since:%Y-%m-%d %H:%M}"
    return f"{told}; {contacts} {since}, the last until {sender.last_at:%Y-%m-%d %H:%M} UTC"
