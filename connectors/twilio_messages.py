"""One message through Twilio's Messages resource, with its real SDK; SMS and chat differ only in their addresses."""

from dataclasses import dataclass, field
from datetime import datetime

import httpx
import tenacity
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.rest import Client

from connectors.failure import ConnectorError, failed
from connectors.http_transport import TwilioTransport, shared
from connectors.retrying import patiently
from connectors.twilio_listing import listed
from connectors.vendor_codes import error_of
from domain.attempt import FailureClass
from domain.fate import Listed
from domain.message import Accepted, Message

VENDOR = "twilio"
LIVE_URL = "https://api.twilio.com"


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """An account at Twilio, or at a sandbox that speaks its protocol.

    sender: the number that messages come from, in E.164, where a message does not name another.
    base_url: scheme and host to use in the place of Twilio's own; None for Twilio.
    callback_base_url: the public address under which receipts reach us; None for no receipts.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    sender: str
    base_url: str | None = None
    callback_base_url: str | None = None


class TwilioMessages:
    """Posts messages for one account; `prefix` goes before both numbers (`whatsapp:`, or nothing for SMS)."""

    def __init__(
        self,
        account: TwilioAccount,
        *,
        prefix: str,
        http: httpx.Client | None = None,
        retrying: tenacity.Retrying | None = None,
    ) -> None:
        self._account = account
        self._prefix = prefix
        self._retrying = retrying or patiently()
        self._http = http or shared()
        transport = TwilioTransport(self._http, base_url=account.base_url)
        self._client = Client(account.account_sid, account.auth_token, http_client=transport)

    def post(self, message: Message) -> Accepted:
        """Post the message once, again only where nothing was processed; raises as `Messenger.deliver` does."""
        return self._retrying(self._post_once, message)

    def look_up(self, message: Message, *, requested_at: datetime, now: datetime) -> Listed:
        """What Twilio's list shows of the message; raises as `Messenger.look_up` does."""
        base = (self._account.base_url or LIVE_URL).rstrip("/")
        return listed(
            self._http,
            url=f"{base}/2010-04-01/Accounts/{self._account.account_sid}/Messages.json",
            owner=(self._account.account_sid, self._account.auth_token),
            to=self._prefix + message.to,
            sender=self._prefix + (message.sender or self._account.sender),
            message=message,
            requested_at=requested_at,
            now=now,
        )

    def _post_once(self, message: Message) -> Accepted:
        # Errors are raised after the handlers: the SDK's own carry the vendor's words, which may hold the number.
        problem: ConnectorError
        try:
            created = self._client.messages.create(
                to=self._prefix + message.to,
                from_=self._prefix + (message.sender or self._account.sender),
                body=message.body,
                status_callback=self._receipts_of(message),
            )
        except (TwilioRestException, TwilioServiceException) as error:
            problem = error_of(table=VENDOR, vendor=VENDOR, status=int(error.status), code=str(error.code))
        except (ValueError, TypeError, AttributeError):  # a success that is not the JSON of a message
            problem = _unreadable()
        else:
            if isinstance(created.sid, str) and created.sid:
                return Accepted(vendor=VENDOR, vendor_id=created.sid)
            problem = _unreadable()
        raise problem

    def _receipts_of(self, message: Message) -> str | None:
        base = self._account.callback_base_url
        return f"{base.rstrip('/')}/receipts/twilio/{message.attempt_id}" if base else None


def _unreadable() -> ConnectorError:
    return failed(vendor=VENDOR, code="unreadable_success", failure=FailureClass.AMBIGUOUS)
