"""SMS through Twilio."""

from datetime import datetime

import httpx
import tenacity

from connectors.twilio_messages import TwilioAccount, TwilioMessages
from domain.fate import Listed
from domain.message import Accepted, Message


class TwilioSms:
    """Delivers text messages; `Message.to` is a mobile number in E.164."""

    def __init__(
        self,
        account: TwilioAccount,
        *,
        http: httpx.Client | None = None,
        retrying: tenacity.Retrying | None = None,
    ) -> None:
        self._messages = TwilioMessages(account, prefix="", http=http, retrying=retrying)

    def deliver(self, message: Message) -> Accepted:
        return self._messages.post(message)

    def look_up(self, message: Message, *, requested_at: datetime, now: datetime) -> Listed:
        return self._messages.look_up(message, requested_at=requested_at, now=now)
