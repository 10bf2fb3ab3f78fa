"""One loan as it enters: all that a simulated life begins with."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from domain.arrears import Position, Statement, position_of
from domain.borrower import Borrower


@dataclass(frozen=True)
class Entrant:
    """key: tells it from all others and stands behind every chance of its life, on whichever ladder it is lived.

    statement: what the lender's book said when the journey opened.
    """

    key: str
    borrower: Borrower
    opened_at: datetime
    statement: Statement
    product: str
    segment: str

    @cached_property
    def opening(self) -> Position:
        """Where it stood."""
        return position_of(self.statement, received_minor=0, on=self.opened_at.date())
