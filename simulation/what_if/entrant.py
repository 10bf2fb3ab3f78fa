"""One loan as it enters: all that a simulated life begins with."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from domain.arrears import Position, Statement, position_of
from domain.borrower import Borrower
from policy.compliance.history import Happening


@dataclass(frozen=True)
class Entrant:
    """key: tells it from all others and stands behind every chance of its life, on whichever ladder it is lived.

    statement: what the lender's book said when the journey opened. history: what else a pack may look at, such as
    where a number's area code lies.
    """

    key: str
    borrower: Borrower
    opened_at: datetime
    statement: Statement
    product: str
    segment: str
    history: tuple[Happening, ...] = ()

    @cached_property
    def opening(self) -> Position:
        """Where it stood."""
        return position_of(self.statement, received_minor=0, on=self.opened_at.date())
