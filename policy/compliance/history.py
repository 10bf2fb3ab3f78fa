"""What is known of a person and their debts: things that happened, each with the instant at which it became known.

A rule sees only what was known at the moment judged, so that any past answer can be given again.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

CONSUMER = "consumer"
ANY_SCOPE = "any"
"""The scope of a consent, or of a revocation, that names none: whatever its channel, days or debts say."""
THIRD_PARTY = "third_party:"
"""What the name of a recipient who does not owe begins with."""


class Direction(StrEnum):
    """Who began it: we (out) or the person (in)."""

    OUT = "out"
    IN = "in"


class Medium(StrEnum):
    """What a communication went through."""

    CALL = "call"
    EMAIL = "email"
    SMS = "sms"
    CHAT = "chat"
    MAIL = "mail"
    VISIT = "visit"


class CallOutcome(StrEnum):
    """How a call ended. `reserved` is a call that may be under way: it counts until it is known not to."""

    CONVERSATION = "conversation"
    CONVERSATION_GENERAL = "conversation_general"
    UNANSWERED = "unanswered"
    VOICEMAIL = "voicemail"
    VOICEMAIL_LIMITED_CONTENT = "voicemail_limited_content"
    VOICEMAIL_UNABLE_TO_LEAVE = "voicemail_unable_to_leave"
    VOICEMAIL_NO_RING = "voicemail_no_ring"
    ANSWERED_DROPPED = "answered_dropped"
    ANSWERED_NO_CONVERSATION = "answered_no_conversation"
    BUSY = "busy"
    NOT_IN_SERVICE = "not_in_service"
    RESERVED = "reserved"


CONVERSATIONS = frozenset({CallOutcome.CONVERSATION, CallOutcome.CONVERSATION_GENERAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A telephone call, by either side. Empty `counted_to` and `discussed`: about any of the person's debts."""

    at: datetime
    direction: Direction
    outcome: CallOutcome
    to: str = CONSUMER
    counted_to: frozenset[str] = frozenset()
    discussed: frozenset[str] = frozenset()
    debts: frozenset[str] = frozenset()
    number_type: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message or visit by either side (`direction`), other than a call."""

    at: datetime
    direction: Direction
    medium: Medium
    to: str = CONSUMER
    debts: frozenset[str] = frozenset()
    address: str | None = None
    address_kind: str | None = None
    content: str | None = None
    posted: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSession:
    """The person uses the collector's site or app, from `at` to `until` (None: not known to have ended)."""

    at: datetime
    until: datetime | None = None
    debts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The person allows what would otherwise not be: `scope`, maybe only on some days or until an instant."""

    at: datetime
    scope: str
    debts: frozenset[str] = frozenset()
    given_to: str = "collector"
    valid_on: frozenset[date] = frozenset()
    expires: datetime | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRevoked:
    """The person takes a consent back."""

    at: datetime
    scope: str
    debts: frozenset[str] = frozenset()


class PreferenceKind(StrEnum):
    """What a person may ask for."""

    INCONVENIENT_TIME = "inconvenient_time"
    INCONVENIENT_PLACE = "inconvenient_place"
    WORKPLACE_PROHIBITED = "workplace_prohibited"
    STOP_MEDIUM = "stop_medium"
    OPT_OUT_ADDRESS = "opt_out_address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """The person asks for something; it holds for every debt until `valid_through` or until withdrawn.

    weekdays: Monday is 0; empty is every day. begins, ends: the wall clock where the person is; None is the whole day.
    """

    at: datetime
    kind: PreferenceKind
    source: str = "consumer"
    weekdays: frozenset[int] = frozenset()
    begins: time | None = None
    ends: time | None = None
    valid_through: date | None = None
    withdrawn_at: datetime | None = None
    place: str | None = None
    medium: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Location:
    """A zone in which the person may be, and what suggests it (an area code, a residence)."""

    basis: str
    tz: str

    @property
    def is_guessed(self) -> bool:
        """Whether only a telephone number suggests it."""
        return self.basis.endswith("area_code")


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationInfo:
    """Where the person may be. `at` is None when it was always known."""

    at: datetime | None = None
    locations: tuple[Location, ...] = ()


class Mark(StrEnum):
    """Things that happen once and matter later: notices, disputes, and what stands in the way of collecting.

    The first group is about notices; the second begins and ends a standing (`*_ended` ends it).
    """

    VALIDATION_NOTICE_MAILED = "validation_notice_mailed"
    UNDELIVERABLE_NOTICE = "undeliverable_notice"
    DISPUTE_WRITTEN = "dispute_written"
    VERIFICATION_SENT = "verification_sent"
    FURNISHED = "furnished"
    DISCLOSURE_EMAILED = "disclosure_emailed"
    FORBEARANCE_OFFERED = "forbearance_offered"
    ARREARS_NOTICE_SENT = "arrears_notice_sent"
    DEFAULT_NOTICE_SENT = "default_notice_sent"
    AGENT_NOTICE_SENT = "agent_notice_sent"
    VISIT_CONSENTED = "visit_consented"
    ADDRESS_VERIFIED = "address_verified"
    CREDITOR_NOTICE_SENT = "creditor_notice_sent"
    PRIOR_COLLECTOR_EMAILED = "prior_collector_emailed"
    NUMBER_CHECKED = "number_checked"
    RESIDENCE_CONFIRMED = "residence_confirmed"

    DISPUTED = "disputed"
    DISPUTE_ENDED = "dispute_ended"
    CEASE = "cease"
    CEASE_ENDED = "cease_ended"
    REPRESENTED = "represented"
    REPRESENTED_ENDED = "represented_ended"
    BANKRUPTCY = "bankruptcy"
    BANKRUPTCY_ENDED = "bankruptcy_ended"
    DECEASED = "deceased"
    MINOR = "minor"
    BREATHING_SPACE = "breathing_space"
    BREATHING_SPACE_ENDED = "breathing_space_ended"
    MENTAL_HEALTH_CRISIS = "mental_health_crisis"
    MENTAL_HEALTH_CRISIS_ENDED = "mental_health_crisis_ended"
    HARDSHIP = "hardship"
    HARDSHIP_ENDED = "hardship_ended"
    DEBT_ADVICE = "debt_advice"
    DEBT_ADVICE_ENDED = "debt_advice_ended"
    VULNERABLE = "vulnerable"
    VULNERABLE_ENDED = "vulnerable_ended"
    ARRANGEMENT_AGREED = "arrangement_agreed"
    ARRANGEMENT_ENDED = "arrangement_ended"
    TIME_BARRED = "time_barred"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A mark was made on some of the debts (none named: on all of them). `until` is set where its end is known."""

    at: datetime
    mark: Mark
    debts: frozenset[str] = frozenset()
    until: datetime | None = None


Happening = Call | Sent | WebSession | Consent | ConsentRevoked | Preference | LocationInfo | Marked
