"""Looking at the vendors: the sandbox or the real ones, their credentials, and whether anybody answers there."""

from deployments.finding import Finding, Light
from deployments.reaching import cannot_reach
from deployments.settings import Settings

ABOUT = "vendors"
TWILIO = "https://api.twilio.com"
SENDGRID = "https://api.sendgrid.com"
NEEDED = (
    "twilio_account_sid",
    "twilio_auth_token",
    "twilio_sms_sender",
    "sendgrid_api_key",
    "sendgrid_sender",
    "field_desk_url",
    "legal_desk_url",
    "agency_desk_url",
    "desk_token",
)
"""What `deployments.wiring` asks for where messages reach real people."""
RECEIPTS = ("twilio_auth_token", "sendgrid_webhook_public_key")
"""Without these a vendor's receipts are refused."""
LONGEST_LEASE_SECONDS = 240


def vendor_findings(settings: Settings) -> list[Finding]:
    """Whether messages and orders would be taken; nothing is sent."""
    late = _looks_too_late(settings)
    if not settings.sends_for_real:
        return [*late, _reached("the sandbox", settings.sandbox_url, remedy="Start it with `duecourse sandbox`.")]
    desks = {
        "the field desk": settings.field_desk_url,
        "the legal desk": settings.legal_desk_url,
        "the agency desk": settings.agency_desk_url,
        "the enrichment desk": settings.enrichment_desk_url,
        "the loan book": settings.loan_book_url,
    }
    addresses = {"Twilio": TWILIO, "SendGrid": SENDGRID} | {name: url for name, url in desks.items() if url}
    remedy = "Check the address and the network."
    return [*late, *_credentials(settings), *(_reached(name, url, remedy=remedy) for name, url in addresses.items())]


def _looks_too_late(settings: Settings) -> list[Finding]:
    """A mail can be cancelled for minutes only, and nobody looks for it before the lease is over (decision 12)."""
    if not settings.cancels_mail or settings.lease_seconds <= LONGEST_LEASE_SECONDS:
        return []
    says = (
        f"with a lease of {settings.lease_seconds:.0f} s, mails of unknown fate are looked for too late to be cancelled"
    )
    return [Finding(Light.YELLOW, ABOUT, says, f"Set DUECOURSE_LEASE_SECONDS to {LONGEST_LEASE_SECONDS} or less.")]


def _reached(name: str, url: str, *, remedy: str) -> Finding:
    reason = cannot_reach(url)
    if reason:
        return Finding(Light.RED, ABOUT, f"{name}: {reason}", remedy)
    return Finding(Light.GREEN, ABOUT, f"{name} answers at {url}")


def _credentials(settings: Settings) -> list[Finding]:
    missing = _unset(settings, NEEDED)
    if missing:
        says = f"messages are to reach real people, but {', '.join(missing)} is not set"
        return [Finding(Light.RED, ABOUT, says, "Set what is missing, or unset DUECOURSE_REAL_SENDS.")]
    deaf = _unset(settings, RECEIPTS)
    if deaf:
        says = f"without {', '.join(deaf)} receipts are refused"
        return [Finding(Light.YELLOW, ABOUT, says, "Set it, so that what was delivered is known.")]
    return [Finding(Light.GREEN, ABOUT, "all credentials are set")]


def _unset(settings: Settings, names: tuple[str, ...]) -> list[str]:
    return [f"DUECOURSE_{name.upper()}" for name in names if not getattr(settings, name)]
