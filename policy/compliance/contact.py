"""What a rule may know of a contact that is about to be made."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.action import Action


@dataclass(frozen=True, slots=True)
class PastContact:
    """A contact that left the building, or may have, to the same person about any loan."""

    action: Action
    at: datetime


@dataclass(frozen=True, slots=True)
class ProposedContact:
    """The contact, the person's zone, and who was contacted how and when before."""

    action: Action
    zone: ZoneInfo
    history: tuple[PastContact, ...] = ()
