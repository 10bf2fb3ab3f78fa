"""Reads the batches of events that SendGrid posts."""

import json
from collections.abc import Iterator
from typing import Any

from console.news import News
from domain.attempt import AttemptState, FailureClass
from domain.receipt import Receipt, ReceiptKind

VENDOR = "sendgrid"

MEANING_FOR: dict[str, AttemptState | ReceiptKind | None] = {
    "processed": AttemptState.ACCEPTED,
    "deferred": AttemptState.ACCEPTED,
    "delivered": AttemptState.DELIVERED,
    "open": AttemptState.DELIVERED,
    "click": AttemptState.DELIVERED,
    "dropped": AttemptState.UNDELIVERED,
    "bounce": AttemptState.UNDELIVERED,
    "spamreport": ReceiptKind.STOP,
    "unsubscribe": ReceiptKind.STOP,
    "group_unsubscribe": ReceiptKind.STOP,
    "group_resubscribe": None,
}
"""Every event of SendGrid's webhook. None: an opt-out is taken back by a person with us, not by a click there."""

DROPPED_FOR: dict[str, FailureClass] = {
    "bounced address": FailureClass.BAD_NUMBER,
    "invalid": FailureClass.BAD_NUMBER,
    "unsubscribed address": FailureClass.OPT_OUT,
    "spam reporting address": FailureClass.OPT_OUT,
}
"""Why SendGrid dropped a message unsent, where that says something about the address."""


class UnreadableBatch(ValueError):
    """The body is not a JSON list of events."""


def batch_news(body: bytes) -> list[News]:
    """What a batch says, in its order; events that are not understood are left out. Raises UnreadableBatch."""
    try:
        events = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableBatch from error
    if not isinstance(events, list):
        raise UnreadableBatch
    return list(_understood(events))


def _understood(events: list[Any]) -> Iterator[News]:
    for event in events:
        if isinstance(event, dict) and (news := _news(event)) is not None:
            yield news


def _news(event: dict[str, Any]) -> News | None:
    event_id, name = _text(event, "sg_event_id"), _text(event, "event") or ""
    meaning = MEANING_FOR.get(name)
    if event_id is None or meaning is None:
        return None
    attempt_id = _text(event, "attempt_id")
    if isinstance(meaning, ReceiptKind):
        sender = (_text(event, "email") or "").strip().lower() or None
        return News(Receipt(VENDOR, event_id, meaning, attempt_id=attempt_id, code=name, sender=sender))
    code = (_text(event, "status") or name) if meaning is AttemptState.UNDELIVERED else None
    receipt = Receipt(VENDOR, event_id, ReceiptKind.STATUS, attempt_id=attempt_id, state=meaning, code=code)
    return News(receipt, failure=_failure(event, name=name))


def _failure(event: dict[str, Any], *, name: str) -> FailureClass | None:
    # A bounce of type "blocked" is about the message or the day, not about the address.
    if name == "bounce":
        return FailureClass.SOFT if _text(event, "type") == "blocked" else FailureClass.BAD_NUMBER
    if name == "dropped":
        return DROPPED_FOR.get((_text(event, "reason") or "").lower())
    return None


def _text(event: dict[str, Any], name: str) -> str | None:
    value = event.get(name)
    return value if isinstance(value, str) and value else None
