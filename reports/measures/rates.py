"""Contact, promise and kept rates, by everything that a step or its journey can be grouped by."""

from dataclasses import dataclass

TERMS = {
    "contact rate": (
        "calls and visits of the period in which the borrower was spoken to / calls and visits that were made; "
        "messages have no such rate; 95 % interval after Wilson"
    ),
    "promise rate": "promises made on the period's calls and visits / those in which the borrower was spoken to",
    "kept rate": (
        "promises that were kept by the as-of instant / promises made in the period whose day had passed by then, "
        "judged or not; a promise that is not due yet is in neither, also when it was kept early"
    ),
}


@dataclass(frozen=True, slots=True)
class Rate:
    """One row of one breakdown (`by`): numerator of denominator, the rate and its interval."""

    by: str
    name: str
    numerator: int
    denominator: int
    rate: float | None
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True, slots=True)
class Rates:
    """The three rates of every row in which there was something to count."""

    contact: tuple[Rate, ...]
    promise: tuple[Rate, ...]
    kept: tuple[Rate, ...]
