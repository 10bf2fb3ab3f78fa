"""The control plane's values: what a driver tells the sandbox, and what it is told back."""

from datetime import date
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from domain.work_item import Disposition, WorkKind


class Told(BaseModel):
    """The ground of every value here: frozen, and closed against misspelt names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PretendBorrower(Told):
    """One loan and the pretend person behind it; amounts in minor units, `timezone` an IANA name.

    What has a default is only for the loan book's answers and steers no behaviour. `phone` is also the number of the
    WhatsApp account.
    """

    loan_number: str
    borrower_number: str
    phone: str = Field(default="", repr=False)
    email: str = Field(default="", repr=False)
    address: str = Field(default="", repr=False)
    arrears_minor: int = Field(gt=0)
    instalment_minor: int = Field(gt=0)
    currency: str
    days_past_due: int = Field(ge=0)
    portfolio: str
    timezone: str
    name: str = Field(default="Pretend Borrower", repr=False)
    language: str = "en"
    jurisdiction: str = "US"
    product: str = "consumer"
    segment: str = "standard"
    balance_minor: int | None = None

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            return ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"{name!r} is no IANA time zone") from None


class Advance(Told):
    """Move the sandbox's time on."""

    now: AwareDatetime


class Advanced(Told):
    """When the next borrower will reply or pay; None when nothing of that kind is under way."""

    next_due_at: AwareDatetime | None


class Question(Told):
    """A person or a desk asks what comes of one piece of work."""

    loan_number: str
    kind: WorkKind
    at: AwareDatetime


class Text(Told):
    """A borrower writes by SMS or chat, now. phone: in E.164, as in the lender's book."""

    phone: str = Field(repr=False)
    text: str = Field(repr=False)
    channel: Literal["sms", "chat"] = "sms"


class PromiseSaid(Told):
    """An amount by a day."""

    amount_minor: int
    due_on: date


class InstalmentSaid(Told):
    """One instalment of an arrangement."""

    due_on: date
    amount_minor: int


class ArrangementSaid(Told):
    """An agreement to pay in parts, in date order."""

    instalments: tuple[InstalmentSaid, ...]


class Answered(Told):
    """What came of the work, and the minutes it took; address: where the borrower lives, where that was found out."""

    disposition: Disposition
    minutes: int
    promise: PromiseSaid | None = None
    arrangement: ArrangementSaid | None = None
    address: str | None = Field(default=None, repr=False)


class Accept(Told):
    """One accepted message or order: hashes, not texts."""

    attempt_id: str
    channel: str
    vendor_id: str
    destination_hash: str
    body_hash: str
    segments: int
    accepted_at: AwareDatetime


class Accepts(Told):
    """The accept log: every row, the counts by channel, and the attempts that were accepted more than once."""

    accepts: tuple[Accept, ...]
    by_channel: dict[str, int]
    duplicates: tuple[str, ...]


class FaultKind(StrEnum):
    """What can be made to go wrong; `before` and `after` the request was accepted, and a reset comes after.

    A slow answer comes late and whole; a dripping one begins at once, and comes a byte at a time. A list that lags does
    not show the newest entry yet. A dropped webhook is the one of a reply: it never comes.
    """

    THROTTLED = "429"
    BROKEN_BEFORE = "500_before"
    BROKEN_AFTER = "500_after"
    TIMEOUT_BEFORE = "timeout_before"
    TIMEOUT_AFTER = "timeout_after"
    RESET = "reset"
    SLOW = "slow"
    DRIPPING = "byte_by_byte"
    GARBAGE = "garbage_2xx"
    REDIRECT = "redirect"
    DUPLICATE_REPLY = "duplicate_reply"
    DUPLICATE_CALLBACK = "duplicate_callback"
    REORDERED_CALLBACKS = "reordered_callbacks"
    LAGGING_LIST = "lagging_list"
    DROPPED_WEBHOOK = "dropped_webhook"


class Vendor(StrEnum):
    """Who can be made to fail."""

    TWILIO = "twilio"
    SENDGRID = "sendgrid"
    FIELD_DESK = "field_desk"
    LEGAL_DESK = "legal_desk"
    AGENCY_DESK = "agency_desk"
    ENRICHMENT_DESK = "enrichment_desk"
    LOAN_BOOK = "loan_book"


class Fault(Told):
    """A fault for the next `times` requests (or callbacks) of a vendor; `seconds` is how long a slow one takes, and
    how far apart the bytes of a dripping one are.
    """

    vendor: Vendor
    kind: FaultKind
    times: int = Field(default=1, ge=1)
    seconds: float = Field(default=1.0, ge=0, le=120)


class Health(Told):
    """The sandbox is up: its time, the requests that reached each vendor since it started, and the faults that were
    asked for and have not come yet.
    """

    now: AwareDatetime
    requests: dict[str, int]
    faults_waiting: int = 0
