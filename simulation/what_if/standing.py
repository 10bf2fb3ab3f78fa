"""How a simulated journey stands between two things that happen."""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.arrears import Position, position_of
from domain.borrower import TO_VERIFY, Borrower, ContactState
from domain.hold import Hold
from domain.promise import Promise
from domain.step import Outcome, StepRecord
from domain.work_item import WorkItem
from policy.ladders.ladder import Ladder
from policy.situation import Situation
from simulation.what_if.days import Days
from simulation.what_if.entrant import Entrant


@dataclass(frozen=True, slots=True)
class InHand:
    """Work in a person's hands, and what will come of it when."""

    work: WorkItem
    ends_at: datetime
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Standing:
    """From `at` on, until something happens.

    received: payments with their instants. days, since: how likely a payment is, counted from when. is_over: the
    ladder does nothing more.
    """

    at: datetime
    borrower: Borrower
    days: Days | None
    since: datetime
    steps: tuple[StepRecord, ...] = ()
    received: tuple[tuple[datetime, int], ...] = ()
    holds: tuple[Hold, ...] = ()
    promise: Promise | None = None
    in_hand: InHand | None = None
    turn: int = 0
    is_over: bool = False

    def position(self, entrant: Entrant, *, now: datetime) -> Position:
        """Arrears and days past due; no further instalment falls due in a simulated life."""
        received = sum(amount for _, amount in self.received)
        return position_of(
            entrant.statement, received_minor=received, on=now.astimezone(ZoneInfo(self.borrower.timezone)).date()
        )

    def situation(self, entrant: Entrant, ladder: Ladder, *, now: datetime) -> Situation:
        """What `decide` is asked."""
        opening = entrant.opening
        return Situation(
            ladder=ladder,
            borrower=self.borrower,
            position=self.position(entrant, now=now),
            opened_at=entrant.opened_at,
            opening_minor=opening.arrears_minor,
            opening_days_past_due=opening.days_past_due,
            product=entrant.product,
            segment=entrant.segment,
            steps=self.steps,
            holds=self.holds,
            promise=self.promise,
            open_work=None if self.in_hand is None else self.in_hand.work,
            last_payment_at=self.received[-1][0] if self.received else None,
            draw_key=entrant.key,
        )

    def verified(self) -> Borrower:
        """The borrower, once somebody has confirmed where they live."""
        points = tuple(
            replace(p, state=ContactState.VERIFIED, verified_at=self.at) if p.kind in TO_VERIFY and p.is_usable else p
            for p in self.borrower.contact_points
        )
        return replace(self.borrower, contact_points=points)
