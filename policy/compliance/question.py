"""The contact that is asked about: may this be done at this moment?"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from policy.compliance.history import CONSUMER


class Asked(StrEnum):
    """What may be asked. The last four ask for a figure, a date, or yes or no rather than for leave."""

    CALL = "call"
    EMAIL = "email"
    SMS = "sms"
    CHAT = "chat"
    MAIL = "mail"
    VISIT = "visit"
    ANSWER_INBOUND = "answer_inbound"
    WEB_DISPLAY = "web_display"
    FURNISH = "furnish"
    LEGAL_REFERRAL = "legal_referral"
    AGENCY_PLACEMENT = "agency_placement"
    VERIFY_CONTACTS = "verify_contacts"
    COUNTS = "counts"
    VALIDATION_PERIOD_END = "validation_period_end"
    DISCLOSURE_SENT = "disclosure_sent"


CONTACTS = frozenset({Asked.CALL, Asked.EMAIL, Asked.SMS, Asked.CHAT, Asked.MAIL, Asked.VISIT})
"""What reaches out to somebody."""
FIGURES = frozenset({Asked.COUNTS, Asked.VALIDATION_PERIOD_END, Asked.DISCLOSURE_SENT})
"""What asks for a figure, a date, or yes or no."""

NOTICE_PRESENT = "(present)"
"""The opt-out notice of a question that does not give its words: it counts as there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The number or address to be used, as far as it is known.

    place: where it is (`home`, `work`). known_at: where the person is known to be now. known: whether the collector
    knows what `address_kind` says. address: how a preference would name it. verified_at: when it was last proved.
    """

    place: str | None = None
    number_type: str | None = None
    known_at: str | None = None
    address: str | None = None
    address_kind: str | None = None
    known: bool = True
    verified_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """May this be done at `at`?

    purpose: why, where that matters (`collection` otherwise). in_reply_to: the inbound event that it answers
    (`email_in`). says: what a message's text is known to hold (lint elements); None: its text is not known.
    """

    at: datetime
    action: Asked
    debts: frozenset[str]
    to: str = CONSUMER
    target: Target = field(default_factory=Target)
    in_reply_to: str | None = None
    automated: bool = False
    purpose: str = "collection"
    opt_out_notice: str | None = NOTICE_PRESENT
    language: str = "en"
    elements: frozenset[str] | None = None
    faults: frozenset[str] = frozenset()

    @property
    def is_to_consumer(self) -> bool:
        """Whether it goes to the person who owes."""
        return self.to == CONSUMER
