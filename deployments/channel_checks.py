"""Looking at the channels: what is out of order, which codes nobody knows, and when replies were last swept."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from connectors.remedies import remedy_for
from connectors.vendor_codes import is_for_review, table_for
from deployments.finding import Finding, Light
from ledger.breakers import Breaker, breakers_in_force
from ledger.codes_met import CodeMet, codes_met
from ledger.database import Ledger
from ledger.sweeps import sweeps

ABOUT = "channels"
SWEPT_WITHIN = timedelta(hours=3)
CODES_OF = timedelta(days=30)


def channel_findings(ledger: Ledger, *, now: datetime) -> Iterator[Finding]:
    """A red line for whatever is out of order; yellow where nobody knows a code, or reads what people write."""
    with ledger.reading() as session:
        broken, known = breakers_in_force(session), sweeps(session)
    for breaker in broken:
        yield Finding(Light.RED, ABOUT, _says(breaker), _do(breaker))
    if not broken:
        yield Finding(Light.GREEN, ABOUT, "none is out of order")
    for met in unknown_codes(ledger, now=now):
        table = table_for(met.channel)
        do = f"Look the code up in the vendor's own pages, and list it in connectors/{table}_codes.yaml."
        yield Finding(Light.YELLOW, ABOUT, unknown_in_words(met), do)
    for sweep in known:
        if sweep.code is not None:
            says = f"{sweep.vendor} does not reach our webhook ({sweep.code}), and its list was not read since"
            do = "Check DUECOURSE_PUBLIC_URL and the proxy before the console; a worker reads the list meanwhile."
            yield Finding(Light.RED, ABOUT, says, do)
        elif sweep.swept_at is not None and now - sweep.swept_at > SWEPT_WITHIN:
            says = f"what came in at {sweep.vendor} was last read at {sweep.swept_at:%Y-%m-%d %H:%M} UTC"
            yield Finding(Light.YELLOW, ABOUT, says, "Is a worker up, and the flow reconcile_attempts scheduled?")


def unknown_codes(ledger: Ledger, *, now: datetime) -> list[CodeMet]:
    """Codes that contacts of the last 30 days were refused with, and that a person should class."""
    with ledger.reading() as session:
        met = codes_met(session, since=now - CODES_OF)
    return [each for each in met if is_for_review(each.code, failure=each.failure, table=table_for(each.channel))]


def unknown_in_words(met: CodeMet) -> str:
    """Who was refused with it, and as what it was taken."""
    channel, taken_as = (each.value.replace("_", " ") for each in (met.channel, met.failure))
    contacts = "1 contact" if met.contacts == 1 else f"{met.contacts:,} contacts"
    return (
        f"{contacts} by {channel} ended with the code {met.code}, which nobody has classed for certain: "
        f"it is taken as {taken_as}; the last at {met.last_at:%Y-%m-%d %H:%M} UTC"
    )


def _says(breaker: Breaker) -> str:
    since = f"{breaker.opened_at:%Y-%m-%d %H:%M} UTC"
    return f"{breaker.what} is out of order since {since} ({breaker.vendor} {breaker.code}); contacts wait"


def _do(breaker: Breaker) -> str:
    remedy = remedy_for(breaker.code, vendor=breaker.vendor)
    part = f" --part '{breaker.scope}'" if breaker.scope else ""
    probe = "" if breaker.half_open_at is None else ", or wait for the next probe"
    return f"{remedy} Then `duecourse channels close {breaker.channel.value}{part}`{probe}."
