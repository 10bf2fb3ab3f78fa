"""A promise to pay: an amount by a day, given to a person, judged when its grace has run."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class PromiseState(StrEnum):
    """How a promise stands."""

    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Promise:
    """`amount_minor` by `due_on`; `received_minor` is what came in from the moment it was made."""

    id: str
    made_at: datetime
    due_on: date
    amount_minor: int
    received_minor: int
    state: PromiseState = PromiseState.OPEN

    def is_kept(self, *, share: float) -> bool:
        """Whether this share of the amount came in; a share counts as it is written, 0.55 for exactly 55 percent."""
        return self.received_minor >= Decimal(str(share)) * self.amount_minor
