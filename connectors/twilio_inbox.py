"""What people wrote to us, read from Twilio's own list of messages."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from connectors.http_transport import shared
from connectors.twilio_listing import INBOUND, VENDOR, pages_of
from connectors.twilio_messages import LIVE_URL, TwilioAccount
from domain.receipt import Written

MOST_PAGES = 10_000
"""Of a thousand messages each: no day brings more."""


class TwilioInbox:
    """Reads the messages that came in for one account, to any of its numbers, by SMS or chat."""

    vendor = VENDOR

    def __init__(
        self,
        account: TwilioAccount,
        *,
        http: httpx.Client | None = None,
    ) -> None:
        self._account = account
        self._http = http or shared()

    def written_since(self, since: datetime) -> Iterator[Written]:
        """Messages that came in at or after an instant (aware), the newest first; raises ConnectorError."""
        base = (self._account.base_url or LIVE_URL).rstrip("/")
        pages = pages_of(
            self._http,
            url=f"{base}/2010-04-01/Accounts/{self._account.account_sid}/Messages.json",
            owner=(self._account.account_sid, self._account.auth_token),
            # Twilio compares days; what is earlier on the first of them is left out here.
            filters={"DateSent>": f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"},
            most=MOST_PAGES,
        )
        for page in pages:
            for each in page.messages:
                if each["direction"] == INBOUND and each["made_at"] >= since.replace(microsecond=0):
                    yield Written(VENDOR, each["sid"], number_of(each["sender"]), each["body"])


def number_of(address: str) -> str:
    """The number in E.164, as the ledger keeps it, of an address such as `whatsapp:+8613800138000`."""
    text = address.rpartition(":")[2].strip()
    try:
        return phonenumbers.format_number(phonenumbers.parse(text), PhoneNumberFormat.E164)
    except NumberParseException:
        return text  # a short code or a name
