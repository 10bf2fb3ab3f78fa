"""Liquidation by cohort: of what was owed when a month's journeys entered, how much had come in at which age."""

from dataclasses import dataclass

TERMS = {
    "liquidation rate": (
        "gross cash credited within so many days of entry / arrears at entry, over the journeys of a month that were "
        "watched that long; a cohort is mature at an age when all of its journeys were; a cohort of which none was has "
        "no row; 95 % interval of a ratio of sums"
    ),
}


@dataclass(frozen=True, slots=True)
class Liquidation:
    """A cohort (the month of entry, `2026-01`) at an age; `n` journeys were watched that long; money in minor units."""

    cohort: str
    age_days: int
    placed_minor: int
    collected_minor: int
    rate: float | None
    ci_low: float | None
    ci_high: float | None
    n: int
    is_mature: bool
