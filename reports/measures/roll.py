"""The roll matrix: from the bucket at one month's end to the bucket at the next, in money and in loans."""

from dataclasses import dataclass

TERMS = {
    "roll rate": (
        "of the balances (or loans) in a bucket at a month's end, the share that is in each bucket at the next month's "
        "end, over all pairs of month ends in the period; a row adds up to 1; money is the balance at the first of the "
        "two month ends"
    ),
}


@dataclass(frozen=True, slots=True)
class MoneyRoll:
    """Balances in minor units that went from one bucket to another, and their share of all that were in the first."""

    from_bucket: str
    to_bucket: str
    amount_minor: int
    rate: float | None


@dataclass(frozen=True, slots=True)
class CountRoll:
    """The same in loans."""

    from_bucket: str
    to_bucket: str
    loans: int
    rate: float | None


@dataclass(frozen=True, slots=True)
class RollMatrix:
    """buckets: in order of delinquency, the ends (such as `withdrawn`) last. Empty cells are not listed."""

    buckets: tuple[str, ...]
    money: tuple[MoneyRoll, ...]
    counts: tuple[CountRoll, ...]
