"""What can stand on a loan's timeline, one frozen value per kind; none holds a name, a number or an address."""

from dataclasses import dataclass
from datetime import date, datetime

from domain.action import Action
from domain.arrangement import ArrangementState, Instalment
from domain.attempt import AttemptState
from domain.cost import CostUnit
from domain.event import EventKind
from domain.hold import HoldReason
from domain.promise import PromiseState
from domain.step import Outcome
from domain.work_item import Disposition, WorkKind, WorkState
from policy.compliance.history import CallOutcome, Direction
from policy.compliance.telling import Told


@dataclass(frozen=True, slots=True)
class TurnTaken:
    """The journey was looked at: what was decided (`act`, `wait`, `finish`), why, and on what position."""

    at: datetime
    turn: int
    decision: str
    rung: str | None
    action: Action | None
    reason: str
    until: datetime | None
    waiting_for: str | None
    arrears_minor: int
    days_past_due: int


@dataclass(frozen=True, slots=True)
class AttemptMade:
    """A contact or order was written down; `state` is what became of it. contact: masked, None for orders to a desk."""

    at: datetime
    turn: int
    rung: str
    action: Action
    attempt_id: str
    state: AttemptState
    contact: str | None
    wording: str | None
    vendor: str | None
    vendor_id: str | None
    failure: str | None
    failure_code: str | None
    receipt_at: datetime | None


@dataclass(frozen=True, slots=True)
class RuleSaid:
    """What one rule said: see `ledger.tables.attempt.VerdictRow`."""

    rule: str
    pack: str
    verdict: str
    citation: str
    message: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class PackUsed:
    """A pack by its name and version, and the digest of its content."""

    label: str
    digest: str


@dataclass(frozen=True, slots=True)
class VerdictGiven:
    """The joint answer to one attempt, or to one call that a person wanted to make.

    told: the answer as people read it. rule: the id of the one that decided; empty where all allowed it. rules: what
    each rule said, for an attempt. packs: those that were asked, in their order; none for an answer from before they
    were kept. facts_hash: over all that the answer rests on.
    """

    at: datetime
    turn: int
    rung: str
    action: Action
    told: Told
    rule: str
    rules: tuple[RuleSaid, ...]
    packs: tuple[PackUsed, ...]
    facts_hash: str


@dataclass(frozen=True, slots=True)
class CallNoted:
    """A call by either side, with the borrower or (`to_borrower` false) somebody else; `reserved` may be under way."""

    at: datetime
    call_id: str
    direction: Direction
    to_borrower: bool
    outcome: CallOutcome
    recorded_at: datetime | None
    by: str


@dataclass(frozen=True, slots=True)
class StepEnded:
    """A step ended, or a rung was passed over."""

    at: datetime
    turn: int
    rung: str
    action: Action
    outcome: Outcome
    reason: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class CostIncurred:
    """What a step cost, in thousandths of a minor unit; outside any step without a rung and an action."""

    at: datetime
    turn: int
    rung: str | None
    action: Action | None
    unit: CostUnit
    quantity: int
    amount_millis: int


@dataclass(frozen=True, slots=True)
class WorkOpened:
    """Work was given to people."""

    at: datetime
    turn: int
    rung: str
    item_id: str
    kind: WorkKind
    deadline_at: datetime


@dataclass(frozen=True, slots=True)
class WorkTaken:
    """Somebody put their name to it."""

    at: datetime
    turn: int
    rung: str
    item_id: str
    kind: WorkKind
    by: str


@dataclass(frozen=True, slots=True)
class WorkEnded:
    """It was done, lapsed or was withdrawn; disposition, minutes and by only where it was done."""

    at: datetime
    turn: int
    rung: str
    item_id: str
    kind: WorkKind
    state: WorkState
    disposition: Disposition | None
    minutes: int | None
    by: str | None


@dataclass(frozen=True, slots=True)
class PaymentReceived:
    """Money came in, in minor units."""

    at: datetime
    amount_minor: int
    source: str
    external_id: str


@dataclass(frozen=True, slots=True)
class PaymentReversed:
    """Money was taken back."""

    at: datetime
    amount_minor: int
    source: str
    external_id: str


@dataclass(frozen=True, slots=True)
class PromiseMade:
    """The borrower promised an amount by a day."""

    at: datetime
    amount_minor: int
    due_on: date


@dataclass(frozen=True, slots=True)
class PromiseSettled:
    """A promise was kept or broken."""

    at: datetime
    amount_minor: int
    due_on: date
    state: PromiseState


@dataclass(frozen=True, slots=True)
class ArrangementAgreed:
    """The arrears were agreed to be paid in instalments."""

    at: datetime
    instalments: tuple[Instalment, ...]


@dataclass(frozen=True, slots=True)
class ArrangementSettled:
    """An arrangement was kept to its end, or broken."""

    at: datetime
    state: ArrangementState


@dataclass(frozen=True, slots=True)
class HoldPlaced:
    """The journey was paused; `until` is empty when only a person can lift it."""

    at: datetime
    hold_id: str
    reason: HoldReason
    until: datetime | None


@dataclass(frozen=True, slots=True)
class HoldLifted:
    """A person ended a pause."""

    at: datetime
    hold_id: str
    reason: HoldReason


@dataclass(frozen=True, slots=True)
class Noted:
    """Something else that the ledger noted: the loan came in, a journey opened or closed, a contact point changed."""

    at: datetime
    event: EventKind
    facts: dict[str, str | int | None]


Happening = (
    TurnTaken
    | AttemptMade
    | VerdictGiven
    | CallNoted
    | StepEnded
    | CostIncurred
    | WorkOpened
    | WorkTaken
    | WorkEnded
    | PaymentReceived
    | PaymentReversed
    | PromiseMade
    | PromiseSettled
    | ArrangementAgreed
    | ArrangementSettled
    | HoldPlaced
    | HoldLifted
    | Noted
)

NOTED = frozenset(
    {
        EventKind.LOAN_IMPORTED,
        EventKind.LOAN_RESTATED,
        EventKind.JOURNEY_OPENED,
        EventKind.JOURNEY_CLOSED,
        EventKind.ATTEMPT_UNKNOWN,
        EventKind.ATTEMPT_ASKED,
        EventKind.ATTEMPT_ANSWERED,
        EventKind.OPTED_OUT,
        EventKind.CONTACT_SPOILED,
        EventKind.CONTACT_VERIFIED,
        EventKind.CONTACT_ADDED,
        EventKind.ENRICHMENT_ASKED,
        EventKind.ENRICHMENT_ANSWERED,
        EventKind.COST_UNPRICED,
        EventKind.CHANNEL_MISCONFIGURED,
        EventKind.LEGAL_HOLD_PLACED,
        EventKind.LEGAL_HOLD_LIFTED,
        EventKind.TEXT_REMOVED,
        EventKind.BORROWER_ERASED,
    }
)
"""Events that stand on the timeline as they are; what the others tell has a row and a value of its own."""
