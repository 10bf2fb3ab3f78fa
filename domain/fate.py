"""What became of a contact whose answer was lost: what the vendor shows when it is asked, and what that comes to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.action import Action
from domain.message import Message, Order


@dataclass(frozen=True, slots=True)
class Trace:
    """A contact to ask the vendor about, as it was handed over. requested_at: when the request left."""

    action: Action
    contact: Message | Order
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """What a vendor shows of one contact.

    matching: the vendor's ids of what can be this contact. others: ids of what else went to the same destination since
    then. names_attempt: what matches bears our own id, so that no other contact of ours can own it.
    is_settled: what the vendor does not show by now it never took.
    """

    vendor: str
    matching: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    names_attempt: bool = False
    is_settled: bool = False


class Fate(StrEnum):
    """What one ask came to.

    known: the fate became known by other means meanwhile. no_answer: the vendor could not be asked.
    """

    FOUND = "found"
    ABSENT = "absent"
    UNCLEAR = "unclear"
    NO_ANSWER = "no_answer"
    KNOWN = "known"
