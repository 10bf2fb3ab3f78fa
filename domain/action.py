"""What a rung can do: speak through a channel, or give work to a person or a desk."""

from enum import StrEnum


class Action(StrEnum):
    """The kinds of step a ladder's rung may name."""

    SMS = "sms"
    EMAIL = "email"
    CHAT = "chat"
    CALLBACK = "callback"
    VERIFY_CONTACTS = "verify_contacts"
    FIELD_VISIT = "field_visit"
    LEGAL_REFERRAL = "legal_referral"
    AGENCY_PLACEMENT = "agency_placement"

    @property
    def is_message(self) -> bool:
        """Whether a machine carries it out at once (a message) rather than a person in days (work)."""
        return self in MESSAGES


MESSAGES = frozenset({Action.SMS, Action.EMAIL, Action.CHAT})
WORK = frozenset(Action) - MESSAGES
