"""A message ready to leave: rendered text, a destination, and the attempt that it belongs to."""

from dataclasses import dataclass, field
from datetime import datetime

from domain.attempt import AttemptId


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """One text to one destination.

    attempt_id travels with the message in the vendor's callback address, so that a receipt finds its attempt.
    subject: for email; empty otherwise. sender: which of our numbers or addresses it leaves by; empty for the
    channel's only one. attachments: for email to staff; borrowers get none. batch_id, leaves_at: of a message that the
    vendor keeps until then, and that can be cancelled by that id; without them it leaves at once.
    """

    attempt_id: AttemptId
    to: str = field(repr=False)
    body: str = field(repr=False)
    subject: str = field(default="", repr=False)
    sender: str = ""
    attachments: tuple[Attachment, ...] = ()
    batch_id: str = ""
    leaves_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A piece of work handed to a desk outside: a visit, a legal referral, an agency placement.

    attempt_id is the order's idempotency key at the desk. facts: what the desk needs to know, and no more.
    """

    attempt_id: AttemptId
    facts: dict[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The vendor or desk took it, under its own id."""

    vendor: str
    vendor_id: str
