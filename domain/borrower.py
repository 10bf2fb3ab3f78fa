"""Who owes, and how they may be reached."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from domain.action import Action

BorrowerId = NewType("BorrowerId", str)
ContactPointId = NewType("ContactPointId", str)


class ContactKind(StrEnum):
    """The kinds of contact point."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    EMAIL = "email"
    CHAT = "chat"
    ADDRESS = "address"


class ContactState(StrEnum):
    """What is known of a contact point. Only `unverified` and `verified` ones may be used."""

    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    BAD = "bad"
    WRONG_PARTY = "wrong_party"
    OPTED_OUT = "opted_out"


USABLE = frozenset({ContactState.UNVERIFIED, ContactState.VERIFIED})

KINDS_FOR: dict[Action, tuple[ContactKind, ...]] = {
    Action.SMS: (ContactKind.MOBILE,),
    Action.EMAIL: (ContactKind.EMAIL,),
    Action.CHAT: (ContactKind.CHAT,),
    Action.CALLBACK: (ContactKind.MOBILE, ContactKind.LANDLINE),
    Action.FIELD_VISIT: (ContactKind.ADDRESS,),
    Action.LEGAL_REFERRAL: (),
    Action.AGENCY_PLACEMENT: (),
}
"""Which contact points an action needs; an empty tuple means that it needs none."""


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """One number or address; its text stays encrypted in the ledger, so this value can be passed about and logged."""

    id: ContactPointId
    kind: ContactKind
    state: ContactState
    verified_at: datetime | None = None

    @property
    def is_usable(self) -> bool:
        return self.state in USABLE


@dataclass(frozen=True, slots=True)
class Borrower:
    """A person, without name, number or address: those stay encrypted in the ledger."""

    id: BorrowerId
    timezone: str
    language: str
    jurisdiction: str
    contact_points: tuple[ContactPoint, ...] = ()

    def reachable_by(self, action: Action) -> ContactPoint | None:
        """The contact point to use for an action, verified ones first; None when there is none."""
        usable = [c for c in self.contact_points if c.kind in KINDS_FOR[action] and c.is_usable]
        return min(usable, key=lambda c: c.state is not ContactState.VERIFIED, default=None)
