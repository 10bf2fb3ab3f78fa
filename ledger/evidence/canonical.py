"""The one spelling in which rows and events are hashed, so that anybody can hash them again.

A value is spelled as it lies in SQLite: instants as `2026-01-05 10:00:00.000000` in UTC, days as `2026-01-05`, yes and
no as 1 and 0. A document is `json.dumps(..., sort_keys=True)` with Python's separators and escapes; empty columns are
left out. An event's hash is SHA-256 over the hex digits of the hash before it, followed by its document.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

_ENCODER = json.JSONEncoder(sort_keys=True)
_PLAIN = (str, int, float)

GENESIS = "0" * 64
"""What the first event of a loan follows."""


def spelled(value: Any) -> Any:
    """One value as it is hashed."""
    if type(value) in _PLAIN:
        return value
    match value:
        case bool():
            return int(value)
        case datetime():
            return value.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
        case date():
            return value.isoformat()
        case _:
            return value


def document(values: Any) -> str:
    """A value that JSON knows, in its one spelling."""
    return _ENCODER.encode(values)  # what json.dumps(values, sort_keys=True) says, without a new encoder each time


def digest(values: Any) -> str:
    """SHA-256 over a document, in hex."""
    return hashlib.sha256(document(values).encode()).hexdigest()


def link(
    prev_hash: str,
    *,
    loan: str,
    seq: int,
    kind: str,
    at: datetime,
    journey: str | None,
    facts: Mapping[str, Any],
    records: Mapping[str, str],
) -> str:
    """The hash of an event that follows the one with `prev_hash`."""
    told = {
        "at": spelled(at),
        "facts": facts,
        "journey": journey,
        "kind": kind,
        "loan": loan,
        "records": records,
        "seq": seq,
    }
    return hashlib.sha256((prev_hash + document(told)).encode()).hexdigest()
