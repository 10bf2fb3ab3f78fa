"""Reads SendGrid's mail send body, and refuses what SendGrid refuses."""

import base64
import json
from dataclasses import dataclass
from typing import Any

LARGEST = 30 * 1024 * 1024
"""Bytes; SendGrid takes no larger request."""
LATEST_TIME = 10**11
"""Seconds; a time after the year 5000 is none."""


class MailRefused(ValueError):
    """The body is not one that SendGrid takes."""

    def __init__(self, words: str, *, field: str | None) -> None:
        super().__init__(words)
        self.words = words
        self.field = field


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one address; `args` are its custom arguments. leaves_at: a Unix time, 0 for at once."""

    to: str
    text: str
    args: dict[str, str]
    leaves_at: int = 0
    batch_id: str = ""

    @property
    def attempt_id(self) -> str:
        return self.args.get("attempt_id", "")


def mail_of(body: bytes) -> Mail:
    """The mail in a request's body.

    Raises:
        MailRefused: something that is needed is missing or mangled.
    """
    try:
        data: dict[str, Any] = json.loads(body)
        people = data.get("personalizations") or []
        sender = data.get("from", {}).get("email", "")
        to = people[0]["to"][0]["email"] if people and people[0].get("to") else ""
        parts = [part["value"] for part in data.get("content") or [] if part.get("value")]
        args = {**(data.get("custom_args") or {}), **((people[0].get("custom_args") or {}) if people else {})}
    except (ValueError, TypeError, AttributeError, KeyError, IndexError):
        raise MailRefused("Bad Request", field=None) from None
    if not people:
        raise MailRefused("The personalizations field is required", field="personalizations")
    if len(people) > 1 or len(people[0].get("to") or []) > 1:
        raise MailRefused("The sandbox takes one recipient per request", field="personalizations")
    if not _is_address(to):
        words = f"Does not contain a valid address: {to}"  # like the real one it quotes the address
        raise MailRefused(words, field="personalizations.0.to.0.email")
    if not _is_address(sender):
        raise MailRefused("The from email does not contain a valid address.", field="from.email")
    if not (data.get("subject") or people[0].get("subject")):
        raise MailRefused("The subject is required.", field="subject")
    if not parts:
        raise MailRefused("The content is required and must have at least one part.", field="content")
    _refuse_bad_attachments(data.get("attachments") or [], body=body)
    leaves_at, batch_id = data.get("send_at", 0), data.get("batch_id", "")
    if not isinstance(leaves_at, int) or not 0 <= leaves_at < LATEST_TIME:
        raise MailRefused("The send_at parameter must be an integer.", field="send_at")
    return Mail(
        to=to.lower(),
        text="\n".join(parts),
        args={str(name): str(value) for name, value in args.items()},
        leaves_at=leaves_at,
        batch_id=str(batch_id),
    )


def _refuse_bad_attachments(attachments: Any, *, body: bytes) -> None:
    if len(body) > LARGEST:
        raise MailRefused("The total message size should not exceed 30MB.", field=None)
    for number, attachment in enumerate(attachments):
        field = f"attachments.{number}"
        try:
            content = base64.b64decode(attachment["content"], validate=True)
        except (ValueError, KeyError, TypeError):
            raise MailRefused("The attachment content must be base64 encoded.", field=f"{field}.content") from None
        if not content:
            raise MailRefused("The attachment content is required.", field=f"{field}.content")
        if not attachment.get("filename"):
            raise MailRefused("The attachment filename is required.", field=f"{field}.filename")


def _is_address(text: object) -> bool:
    return isinstance(text, str) and text.count("@") == 1 and not text.startswith("@") and "." in text.split("@")[1]
