"""An arrangement: the arrears in instalments, agreed in writing; collection rests while it is kept."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

KEPT_SHARE = 0.95
"""An instalment counts as paid from this share of it on (facts: kept means at least 90-95 % paid)."""


class ArrangementState(StrEnum):
    """How an arrangement stands."""

    ACTIVE = "active"
    KEPT = "kept"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Instalment:
    """One part of an arrangement, in minor units, with its due date."""

    due_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Instalments in date order; `received_minor` is what came in since it was agreed."""

    id: str
    agreed_at: datetime
    instalments: tuple[Instalment, ...]
    received_minor: int
    state: ArrangementState = ArrangementState.ACTIVE

    def due_by(self, day: date) -> int:
        """Minor units that should have come in by the end of a day."""
        return sum(i.amount_minor for i in self.instalments if i.due_on <= day)

    def next_due_on(self) -> date | None:
        """The due date of the first instalment that the money received does not cover; None when all are covered."""
        total = 0
        for instalment in self.instalments:
            total += instalment.amount_minor
            if self.received_minor < KEPT_SHARE * total:
                return instalment.due_on
        return None

    def is_missed_by(self, day: date) -> bool:
        """Whether less came in than was due by the end of a day, beyond the tolerance."""
        return self.received_minor < KEPT_SHARE * self.due_by(day)
