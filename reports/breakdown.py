"""The rows of a report: what one ladder, arm, rung, channel and so on brought in, cost, and took."""

from dataclasses import dataclass
from enum import StrEnum

from domain.money import MILLIS_PER_MINOR

NO_STEP = "no step: paid by itself"
NO_JOURNEY = "no journey: outside the ladders"
NO_PERSON = "no person: done by the machine"
NO_TEAM = "no team named"
NOT_KNOWN = "not known"
NOT_ASSIGNED = "not assigned"


class Breakdown(StrEnum):
    """The ways in which the same cash and the same costs are split."""

    LADDER = "ladder"
    ARM = "arm"
    RUNG = "rung"
    CHANNEL = "channel"
    SEGMENT = "segment"
    BUCKET = "bucket"
    TEAM = "team"
    REASON = "reason"


BY_JOURNEY = (Breakdown.LADDER, Breakdown.ARM, Breakdown.SEGMENT, Breakdown.BUCKET, Breakdown.REASON)
"""Breakdowns by what is so of a journey from its beginning to its end; the others split it by its steps."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row; money in minor units, cost also exactly in thousandths of one.

    journeys: those that opened in the period (BY_JOURNEY), or that took a step here in it (rung, channel, team).
    by_itself_minor: the part of recovered_minor that came before any step had touched its journey.
    """

    name: str
    journeys: int
    steps: int
    attempts: int
    promises: int
    promises_kept: int
    cured: int
    recovered_minor: int
    by_itself_minor: int
    reversals_minor: int
    cost_millis: int
    cost_minor: int

    @property
    def net_minor(self) -> int:
        """Recovered less reversals less cost."""
        return self.recovered_minor - self.reversals_minor - self.cost_minor

    @property
    def cost_per_unit(self) -> float | None:
        """Cost per unit of money recovered (gross); None where nothing was recovered."""
        if not self.recovered_minor:
            return None
        return round(self.cost_millis / (self.recovered_minor * MILLIS_PER_MINOR), 6)
