"""Everything that `decide` may know of one journey, as one frozen value."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.action import Action
from domain.arrangement import Arrangement
from domain.arrears import Position
from domain.borrower import KINDS_FOR, Borrower, ContactKind
from domain.hold import Hold, Rest
from domain.journey import ClosingReason
from domain.promise import Promise
from domain.step import Outcome, StepRecord
from domain.work_item import WorkItem
from policy.ladders.condition import FactValue
from policy.ladders.ladder import Ladder

FACTS = frozenset(
    {
        "contactable.sms",
        "contactable.email",
        "contactable.chat",
        "contactable.call",
        "contactable.visit",
        "verified.address",
        "segment",
        "product",
        "jurisdiction",
        "language",
        "opening_balance",
        "opening_days_past_due",
        "refused",
    }
)
"""The facts that a rung's `when:` may ask for. Who a person is (sex, age, marital status, origin) is not among them."""


@dataclass(frozen=True, slots=True)
class Situation:
    """One journey as it stands.

    steps: what was done, oldest first. position: arrears and days past due today.
    holds: those in force. rested: those that are over; the spacing did not run while they lasted.
    last_payment_at: the newest payment since the journey opened; it re-anchors the spacing of the next rung.
    open_work: the work item that a person has not answered yet.
    closing: set when the loan must not be pursued any more for a reason outside the ladder.
    opening_minor, opening_days_past_due: as they were when the journey opened (payments do not move them).
    draw_key: tells the journey from all others, for what is drawn at random; the same one at every turn.
    """

    ladder: Ladder
    borrower: Borrower
    position: Position
    opened_at: datetime
    opening_minor: int
    opening_days_past_due: int
    product: str
    segment: str
    steps: tuple[StepRecord, ...] = ()
    holds: tuple[Hold, ...] = ()
    rested: tuple[Rest, ...] = ()
    promise: Promise | None = None
    arrangement: Arrangement | None = None
    open_work: WorkItem | None = None
    last_payment_at: datetime | None = None
    closing: ClosingReason | None = None
    draw_key: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The borrower's time zone, in which days are counted and hours are kept."""
        return ZoneInfo(self.borrower.timezone)

    def facts(self) -> dict[str, FactValue]:
        """The facts for a rung's condition, by their dotted names."""
        can = {action: self.borrower.reachable_by(action) is not None for action in KINDS_FOR}
        return {
            "contactable.sms": can[Action.SMS],
            "contactable.email": can[Action.EMAIL],
            "contactable.chat": can[Action.CHAT],
            "contactable.call": can[Action.CALLBACK],
            "contactable.visit": bool(self.borrower.usable(ContactKind.ADDRESS)),
            "verified.address": self.borrower.has_verified(ContactKind.ADDRESS),
            "segment": self.segment,
            "product": self.product,
            "jurisdiction": self.borrower.jurisdiction,
            "language": self.borrower.language,
            "opening_balance": self.opening_minor,
            "opening_days_past_due": self.opening_days_past_due,
            "refused": any(step.outcome is Outcome.REFUSED for step in self.steps),
        }
