"""Reads the batches of events that SendGrid posts."""

import json
from collections.abc import Iterator
from typing import Any

from connectors.vendor_codes import meaning_of, meaning_of_event
from domain.attempt import AttemptState, FailureClass
from domain.receipt import Receipt, ReceiptKind

VENDOR = "sendgrid"


class UnreadableBatch(ValueError):
    """The body is not a JSON list of events."""


def batch_receipts(body: bytes) -> list[Receipt]:
    """What a batch says, in its order; events that are not understood are left out. Raises UnreadableBatch."""
    try:
        events = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableBatch from error
    if not isinstance(events, list):
        raise UnreadableBatch
    return list(_understood(events))


def _understood(events: list[Any]) -> Iterator[Receipt]:
    for event in events:
        if isinstance(event, dict) and (receipt := _receipt(event)) is not None:
            yield receipt


def _receipt(event: dict[str, Any]) -> Receipt | None:
    event_id, name = _text(event, "sg_event_id"), _text(event, "event") or ""
    meaning = meaning_of_event(name, table=VENDOR)
    if event_id is None or meaning is None:
        return None
    attempt_id = _text(event, "attempt_id")
    if isinstance(meaning, ReceiptKind):
        sender = (_text(event, "email") or "").strip().lower() or None
        return Receipt(VENDOR, event_id, meaning, attempt_id=attempt_id, code=name, sender=sender)
    did_not_arrive = meaning is AttemptState.UNDELIVERED
    return Receipt(
        VENDOR,
        event_id,
        ReceiptKind.STATUS,
        attempt_id=attempt_id,
        state=meaning,
        code=(_text(event, "status") or name) if did_not_arrive else None,
        failure=_failure(event, name=name) if did_not_arrive else None,
    )


def _failure(event: dict[str, Any], *, name: str) -> FailureClass:
    """Why it did not arrive, by the name of the event and what stands beside it (`bounce blocked`)."""
    beside = _text(event, "type") if name == "bounce" else _text(event, "reason")
    return meaning_of(f"{name} {(beside or '').lower()}".strip(), table=VENDOR).failure


def _text(event: dict[str, Any], name: str) -> str | None:
    value = event.get(name)
    return value if isinstance(value, str) and value else None
