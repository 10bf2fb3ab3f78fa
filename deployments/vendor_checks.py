"""Looking at the vendors: the sandbox or the real ones, their credentials, and whether anybody answers there."""

from deployments.finding import Finding, Light
from deployments.reaching import cannot_reach
from deployments.settings import Settings
from deployments.wiring import CredentialMissing, RealVendorsRefused, surroundings_of
from ledger.standing import Standing, standing_of

TWILIO = "https://api.twilio.com"
SENDGRID = "https://api.sendgrid.com"


def vendor_findings(settings: Settings) -> list[Finding]:
    """Whether messages and orders would be taken; nothing is sent."""
    if not settings.sends_for_real:
        return [_reached("the sandbox", settings.sandbox_url, remedy="Start it with `duecourse sandbox`.")]
    desks = {
        "field desk": settings.field_desk_url,
        "legal desk": settings.legal_desk_url,
        "agency desk": settings.agency_desk_url,
        "loan book": settings.loan_book_url,
    }
    addresses = {"Twilio": TWILIO, "SendGrid": SENDGRID} | {name: url for name, url in desks.items() if url}
    remedy = "Check the address and the network."
    return [*_credentials(settings), *(_reached(name, url, remedy=remedy) for name, url in addresses.items())]


def _reached(name: str, url: str, *, remedy: str) -> Finding:
    reason = cannot_reach(url)
    if reason:
        return Finding(Light.RED, "vendors", f"{name}: {reason}", remedy)
    return Finding(Light.GREEN, "vendors", f"{name} answers at {url}")


def _credentials(settings: Settings) -> list[Finding]:
    if standing_of(settings.ledger_url).standing is not Standing.READY:
        return []
    try:
        surroundings_of(settings).ledger.close()
    except (CredentialMissing, RealVendorsRefused) as error:
        return [Finding(Light.RED, "vendors", str(error), "Set it, or unset DUECOURSE_REAL_SENDS.")]
    return [Finding(Light.GREEN, "vendors", "all credentials are set")]
