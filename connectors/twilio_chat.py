"""WhatsApp through Twilio: the same resource as SMS, with prefixed addresses."""

from datetime import datetime

import httpx
import tenacity

from connectors.twilio_messages import TwilioAccount, TwilioMessages
from domain.fate import Listed
from domain.message import Accepted, Message


class TwilioChat:
    """Delivers chat messages; `Message.to` is the number of the borrower's WhatsApp account in E.164."""

    def __init__(
        self,
        account: TwilioAccount,
        *,
        http: httpx.Client | None = None,
        retrying: tenacity.Retrying | None = None,
    ) -> None:
        self._messages = TwilioMessages(account, prefix="whatsapp:", http=http, retrying=retrying)

    def deliver(self, message: Message) -> Accepted:
        return self._messages.post(message)

    def look_up(self, message: Message, *, requested_at: datetime, now: datetime) -> Listed:
        return self._messages.look_up(message, requested_at=requested_at, now=now)
