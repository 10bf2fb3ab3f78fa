"""What a person records about a piece of work: the result, and the promise, plan or note that came with it."""

from dataclasses import dataclass, field
from enum import StrEnum

from domain.arrangement import Instalment
from domain.arrears_reason import ArrearsReason
from domain.borrower import ContactKind, ContactState
from domain.work_item import Disposition

FINDINGS = (ContactState.VERIFIED, ContactState.BAD, ContactState.WRONG_PARTY)
"""What a person may find out about a contact point. Opting out is for its owner, and `unverified` is no finding."""


class ContactSource(StrEnum):
    """From whom a person learned of a new number or address; it becomes the contact point's provenance."""

    BORROWER = "borrower"
    LENDER = "lender"
    PUBLIC_REGISTER = "public_register"
    RETURNED_POST = "returned_post"
    THIRD_PARTY = "third_party"


@dataclass(frozen=True, slots=True)
class ContactFinding:
    """What was found out about a contact point: its id, or the beginning of it, and one of FINDINGS."""

    contact_point: str
    state: ContactState


@dataclass(frozen=True, slots=True)
class NewContact:
    """A number or address that a person learned of, in the domain's form (see `domain.book.BookContact`)."""

    kind: ContactKind
    text: str = field(repr=False)
    source: ContactSource
    is_verified: bool


@dataclass(frozen=True, slots=True)
class WorkResult:
    """The result of a work item.

    by: who did it. minutes: the time it took. kilometres: driven for a visit.
    promised: for a promise, its amount in minor units and day.
    instalments, plan_states: for an arrangement, its parts and what its writing states.
    findings, new_contacts: what was learned of how the borrower may be found.
    note: free text, kept encrypted. team: the one that `by` belongs to. arrears_reason: why the borrower fell behind.
    """

    disposition: Disposition
    by: str
    minutes: int
    kilometres: int = field(default=0, kw_only=True)
    promised: Instalment | None = None
    instalments: tuple[Instalment, ...] = ()
    plan_states: frozenset[str] = frozenset()
    findings: tuple[ContactFinding, ...] = ()
    new_contacts: tuple[NewContact, ...] = field(default=(), repr=False)
    note: str = field(default="", repr=False)
    team: str | None = None
    arrears_reason: ArrearsReason | None = None
