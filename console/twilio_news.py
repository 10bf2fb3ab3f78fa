"""Reads the forms that Twilio posts: how a message is getting on, and what a person wrote back."""

from collections.abc import Callable, Iterable
from urllib.parse import parse_qsl

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from connectors.vendor_codes import meaning_of
from console.news import News
from console.stop_words import asks_to_stop
from domain.attempt import AttemptState
from domain.receipt import Receipt, ReceiptKind

VENDOR = "twilio"

STATE_FOR: dict[str, AttemptState | None] = {
    "accepted": AttemptState.ACCEPTED,
    "scheduled": AttemptState.ACCEPTED,
    "queued": AttemptState.ACCEPTED,
    "sending": AttemptState.ACCEPTED,
    "sent": AttemptState.ACCEPTED,
    "delivered": AttemptState.DELIVERED,
    "partially_delivered": AttemptState.DELIVERED,
    "read": AttemptState.DELIVERED,
    "undelivered": AttemptState.UNDELIVERED,
    "failed": AttemptState.UNDELIVERED,
    "canceled": AttemptState.UNDELIVERED,
    "receiving": None,
    "received": None,
}
"""Every status of Twilio's description; None for those of messages that come to us."""


def status_news(body: bytes, *, attempt_id: str) -> News | None:
    """What a status callback says of an attempt; None when it says nothing that we keep."""
    form = _form(body)
    sid, status = form.get("MessageSid", ""), form.get("MessageStatus", "")
    state = STATE_FOR.get(status)
    if not sid or state is None:
        return None
    code = form.get("ErrorCode") or None
    did_not_arrive = state is AttemptState.UNDELIVERED and code is not None
    return News(
        # Twilio numbers messages, not callbacks; a message passes through each status once.
        Receipt(
            VENDOR,
            f"{sid}/{status}",
            ReceiptKind.STATUS,
            attempt_id=attempt_id,
            state=state,
            code=code,
            vendor_id=sid,
        ),
        failure=meaning_of(code or "", table=VENDOR).failure if did_not_arrive else None,
    )


def inbound_news(body: bytes, *, stop_words_of: Callable[[str], Iterable[str]] = lambda _: ()) -> News | None:
    """A person's message to us: a request to stop, or a reply; None when it names no sender.

    stop_words_of: words that count as a request from a number (in E.164), beside those that count from everybody.
    """
    form = _form(body)
    sid, sender = form.get("MessageSid", ""), form.get("From", "")
    if not sid or not sender:
        return None
    # Twilio's own opt-out service says so in OptOutType, in any language that the account set up.
    number = number_of(sender)
    is_known = form.get("OptOutType", "").upper() == "STOP"
    stops = is_known or asks_to_stop(form.get("Body", ""), also=stop_words_of(number))
    return News(Receipt(VENDOR, sid, ReceiptKind.STOP if stops else ReceiptKind.REPLY, sender=number))


def number_of(address: str) -> str:
    """The number in E.164, as the ledger keeps it, of an address such as `whatsapp:+8613800138000`."""
    text = address.rpartition(":")[2].strip()
    try:
        return phonenumbers.format_number(phonenumbers.parse(text), PhoneNumberFormat.E164)
    except NumberParseException:
        return text  # a short code or a name


def _form(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode("utf-8", errors="replace"), keep_blank_values=True))
