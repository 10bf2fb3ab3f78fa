"""Looking at the channels: which of them are out of order, with the vendor's code and what to do about it."""

from collections.abc import Iterator

from connectors.remedies import remedy_for
from deployments.finding import Finding, Light
from ledger.breakers import Breaker, breakers_in_force
from ledger.database import Ledger

ABOUT = "channels"


def channel_findings(ledger: Ledger) -> Iterator[Finding]:
    """A red line for each channel that is out of order."""
    with ledger.reading() as session:
        broken = breakers_in_force(session)
    for breaker in broken:
        yield Finding(Light.RED, ABOUT, _says(breaker), _do(breaker))
    if not broken:
        yield Finding(Light.GREEN, ABOUT, "none is out of order")


def _says(breaker: Breaker) -> str:
    since = f"{breaker.opened_at:%Y-%m-%d %H:%M} UTC"
    return f"{breaker.channel.value} is out of order since {since}: {breaker.vendor} says {breaker.code}; contacts wait"


def _do(breaker: Breaker) -> str:
    remedy = remedy_for(breaker.code, vendor=breaker.vendor)
    return f"{remedy} Then `duecourse channels close {breaker.channel.value}`, or wait for the next probe."
