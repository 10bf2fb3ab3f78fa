"""Reads the vendors' error-code tables and turns an HTTP answer into the error to raise."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from connectors.failure import ConnectorError, failed
from domain.action import Action
from domain.attempt import AttemptState, FailureClass
from domain.receipt import ReceiptKind

TOO_MANY_REQUESTS = 429
FIRST_CLIENT_ERROR = 400
FIRST_SERVER_ERROR = 500
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class CodeMeaning:
    """What a caller does about a code, and whether a person should look at how it is classed."""

    failure: FailureClass
    needs_review: bool = False


def meaning_of(code: str, *, table: str) -> CodeMeaning:
    """What a vendor's code means.

    Args:
        code: the vendor's code, as it came in an answer or a receipt.
        table: `twilio`, `sendgrid` or `desk`.

    Returns:
        The listed meaning. For a code that is not listed, marked for review: that of the HTTP status that it begins
        with (`403 20006`), else `permanent`.
    """
    listed = _table(table)
    if code in listed:
        return listed[code]
    by_status = listed.get(code.partition(" ")[0])
    return CodeMeaning(FailureClass.PERMANENT if by_status is None else by_status.failure, needs_review=True)


def is_for_review(code: str, *, failure: FailureClass, table: str) -> bool:
    """Whether a person should look at how a code was classed that a contact bears: it is not listed, or is marked.

    A mail's event is classed by more than the code that is kept of it; it is for review where nothing of it was listed.
    """
    meaning = meaning_of(code, table=table)
    return meaning.needs_review and meaning.failure is failure


def table_for(channel: Action) -> str:
    """The table of the vendor that carries a channel."""
    match channel:
        case Action.SMS | Action.CHAT:
            return "twilio"
        case Action.EMAIL:
            return "sendgrid"
        case _:
            return "desk"


def meaning_of_event(name: str, *, table: str) -> AttemptState | ReceiptKind | None:
    """What an event of a vendor's webhook says; None for one that says nothing, or that nobody has listed."""
    listed = _read(table).get("events", {}).get(name, NOTHING)
    if listed == NOTHING:
        return None
    return ReceiptKind.STOP if listed == ReceiptKind.STOP.value else AttemptState(listed)


def known_events(*, table: str) -> frozenset[str]:
    """The names of the events that are listed."""
    return frozenset(_read(table).get("events", {}))


def error_of(*, table: str, vendor: str, status: int, code: str) -> ConnectorError:
    """The error to raise for an HTTP answer that is not the one hoped for.

    A 429 was never processed. A redirect, a server error or an odd success says nothing about what was done with the
    request, so its fate is unknown. What is left is a refusal, classed by its code; where the code is not listed and
    its status is, that decides, and stands before the code.
    """
    if status == TOO_MANY_REQUESTS:
        return failed(vendor=vendor, code=code, failure=FailureClass.NEVER_PROCESSED)
    if not FIRST_CLIENT_ERROR <= status < FIRST_SERVER_ERROR:
        return failed(vendor=vendor, code=f"http_{status}", failure=FailureClass.AMBIGUOUS)
    told = _with_status(code, status=str(status), table=table)
    meaning = meaning_of(told, table=table)
    return failed(vendor=vendor, code=told, failure=meaning.failure, needs_review=meaning.needs_review)


def _with_status(code: str, *, status: str, table: str) -> str:
    listed = _table(table)
    says_it_already = code.partition(" ")[0] == status
    return code if code in listed or says_it_already or status not in listed else f"{status} {code}"


@cache
def _table(name: str) -> dict[str, CodeMeaning]:
    data = _read(name)
    for_review = set(data["review"])
    return {
        code: CodeMeaning(FailureClass(failure), needs_review=code in for_review)
        for failure, codes in data["classes"].items()
        for code in codes
    }


@cache
def _read(name: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(Path(__file__).with_name(f"{name}_codes.yaml").read_text(encoding="utf-8"))
    return data
