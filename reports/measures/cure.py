"""Cure by horizon: of the loans that entered and were watched so long, how many were cured by then."""

from dataclasses import dataclass

HORIZONS = (7, 14, 30, 60, 90, 180, 365)
"""Days since entry at which cures are counted."""

TERMS = {
    "cure by horizon": (
        "journeys that ended within H days of their entry because nothing was overdue any more / journeys that "
        "entered in the period at least H days before the as-of instant, treated or not (intention to treat); an entry "
        "that was not watched for H days is in neither; 95 % interval after Wilson"
    ),
}


@dataclass(frozen=True, slots=True)
class CureRate:
    """One horizon of one row: `n` entries were watched so long; rate and interval are empty where there are none."""

    name: str
    horizon_days: int
    cured: int
    n: int
    rate: float | None
    ci_low: float | None
    ci_high: float | None
