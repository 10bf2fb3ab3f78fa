"""Reads the forms that Twilio posts: how a message is getting on, and what a person wrote back."""

from urllib.parse import parse_qsl

from connectors.twilio_inbox import number_of
from connectors.vendor_codes import meaning_of
from domain.attempt import AttemptState
from domain.receipt import Receipt, ReceiptKind, Written

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


def status_receipt(body: bytes, *, attempt_id: str) -> Receipt | None:
    """What a status callback says of an attempt; None when it says nothing that we keep."""
    form = _form(body)
    sid, status = form.get("MessageSid", ""), form.get("MessageStatus", "")
    state = STATE_FOR.get(status)
    if not sid or state is None:
        return None
    code = form.get("ErrorCode") or None
    did_not_arrive = state is AttemptState.UNDELIVERED and code is not None
    return Receipt(
        VENDOR,
        f"{sid}/{status}",  # Twilio numbers messages, not callbacks; a message passes through each status once
        ReceiptKind.STATUS,
        attempt_id=attempt_id,
        state=state,
        code=code,
        vendor_id=sid,
        failure=meaning_of(code or "", table=VENDOR).failure if did_not_arrive else None,
    )


def inbound_message(body: bytes) -> Written | None:
    """A person's message to us; None when it names no sender."""
    form = _form(body)
    sid, sender = form.get("MessageSid", ""), form.get("From", "")
    if not sid or not sender:
        return None
    # Twilio's own opt-out service says so in OptOutType, in any language that the account set up.
    is_opt_out = form.get("OptOutType", "").upper() == "STOP"
    return Written(VENDOR, sid, number_of(sender), form.get("Body", ""), is_opt_out=is_opt_out)


def _form(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode("utf-8", errors="replace"), keep_blank_values=True))
