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
    Action.VERIFY_CONTACTS: (),
    Action.FIELD_VISIT: (ContactKind.ADDRESS,),
    Action.LEGAL_REFERRAL: (),
    Action.AGENCY_PLACEMENT: (),
}
"""Which contact points an action uses; an empty tuple means that it uses none."""

NEEDS_VERIFIED: dict[Action, ContactKind] = {
    Action.FIELD_VISIT: ContactKind.ADDRESS,
    Action.LEGAL_REFERRAL: ContactKind.ADDRESS,
}
"""What has to be verified before an action: nobody knocks at a door, or serves papers there, on a guess."""
TO_VERIFY = tuple(dict.fromkeys(NEEDS_VERIFIED.values()))
"""The kinds of contact point that people are asked to verify."""


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

    @property
    def is_verified(self) -> bool:
        return self.state is ContactState.VERIFIED


@dataclass(frozen=True, slots=True)
class Borrower:
    """A person, without name, number or address: those stay encrypted in the ledger."""

    id: BorrowerId
    timezone: str
    language: str
    jurisdiction: str
    contact_points: tuple[ContactPoint, ...] = ()

    def reachable_by(self, action: Action) -> ContactPoint | None:
        """The contact point to use for an action, verified ones first; None when there is none.

        An action that needs a verified one is never given another.
        """
        usable = [c for c in self.usable(*KINDS_FOR[action]) if c.is_verified or action not in NEEDS_VERIFIED]
        return min(usable, key=lambda c: not c.is_verified, default=None)

    def usable(self, *kinds: ContactKind) -> list[ContactPoint]:
        """The contact points of these kinds that may be used, verified or not."""
        return [c for c in self.contact_points if c.kind in kinds and c.is_usable]

    def has_verified(self, kind: ContactKind) -> bool:
        """Whether a contact point of this kind is verified."""
        return any(c.is_verified for c in self.usable(kind))

    def may_be_pursued_by(self, action: Action) -> bool:
        """Whether everything that the action needs verified is verified."""
        return action not in NEEDS_VERIFIED or self.has_verified(NEEDS_VERIFIED[action])
