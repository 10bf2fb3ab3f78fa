"""A lender's past as it comes in from a file: loans already worked, with what was done, promised, paid, spent and how
each case ended. Nothing of it is ever acted upon.

An instant that is None was not told: the loan's first event, or the day that the file speaks of, stands for it. A key
is what tells an event from others in the lender's world; without one an event is told by its content.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from domain.action import Action
from domain.cost import CostUnit
from domain.journey import ClosingReason
from domain.step import Outcome


@dataclass(frozen=True, slots=True)
class PastLoan:
    """The loan of a row; it is made where the ledger does not know it. Nothing here can reach the borrower."""

    number: str
    borrower_number: str
    product: str
    segment: str
    currency: str
    timezone: str
    language: str
    jurisdiction: str
    balance_minor: int | None = None
    originated_on: date | None = None
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entered:
    """Collection began: on what balance (minor units), on which strategy, in which arm and with what probability."""

    at: datetime | None
    key: str
    balance_minor: int | None
    ladder: str
    arm: str
    probability: float | None
    days_past_due: int | None


@dataclass(frozen=True, slots=True)
class Contacted:
    """The borrower was approached, or the loan was handed over, so many times. by: a collector or a team, or nobody.

    cost_millis: for all of them, in thousandths of a minor unit.
    """

    at: datetime | None
    key: str
    action: Action
    outcome: Outcome
    times: int
    by: str
    cost_millis: int


@dataclass(frozen=True, slots=True)
class Promised:
    """The borrower promised an amount by a day. is_kept: None where it is not told; the payments then tell it."""

    at: datetime | None
    key: str
    amount_minor: int
    due_on: date | None
    is_kept: bool | None


@dataclass(frozen=True, slots=True)
class Paid:
    """Money came in, or was taken back where `reverses` names the key of the payment."""

    at: datetime | None
    key: str
    amount_minor: int
    reverses: str | None


@dataclass(frozen=True, slots=True)
class Spent:
    """A fee or cost, in thousandths of a minor unit."""

    at: datetime | None
    key: str
    unit: CostUnit
    amount_millis: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The case ended; without a reason it was only not watched any longer."""

    at: datetime | None
    key: str
    reason: ClosingReason | None


PastEvent = Entered | Contacted | Promised | Paid | Spent | Ended


@dataclass(frozen=True, slots=True)
class PastRow:
    """What one row of a file tells of a loan. source: whose keys these are."""

    loan: PastLoan
    source: str
    events: tuple[PastEvent, ...]
