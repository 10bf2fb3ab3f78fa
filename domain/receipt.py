"""What a vendor tells us afterwards: a receipt for an attempt, or a reply from the person."""

from dataclasses import dataclass, field
from enum import StrEnum

from domain.attempt import AttemptState, FailureClass


class ReceiptKind(StrEnum):
    """What the news is about."""

    STATUS = "status"
    STOP = "stop"
    REPLY = "reply"


@dataclass(frozen=True, slots=True)
class Receipt:
    """One piece of news. `event_id` is unique for the vendor, so that a repeat is recognised.

    state: for a status, what it says of the attempt; vendor_id: the vendor's own id of the message, where it is told.
    failure: for a message that did not arrive, what that says. sender: for a stop or reply, the number or address that
    it came from.
    """

    vendor: str
    event_id: str
    kind: ReceiptKind
    attempt_id: str | None = None
    state: AttemptState | None = None
    code: str | None = None
    vendor_id: str | None = None
    failure: FailureClass | None = None
    sender: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Written:
    """A message that a person wrote to us. sender: the number in E.164. is_opt_out: the vendor itself says so.

    event_id: the vendor's own id of the message, the same whichever way it comes in.
    """

    vendor: str
    event_id: str
    sender: str = field(repr=False)
    text: str = field(repr=False)
    is_opt_out: bool = False
