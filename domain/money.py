"""Money is whole minor units of one currency; cost is whole thousandths of a minor unit."""

from collections.abc import Sequence
from dataclasses import dataclass

MILLIS_PER_MINOR = 1000
NO_MINOR_UNIT = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
)
THREE_DECIMALS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})


class MixedCurrencies(ValueError):
    """Two amounts of different currencies cannot be added or compared."""


def decimals_of(currency: str) -> int:
    """How many decimal places the currency's minor unit has (ISO 4217)."""
    if currency in NO_MINOR_UNIT:
        return 0
    return 3 if currency in THREE_DECIMALS else 2


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in minor units (cents, fen, paise), negative when it is owed back."""

    minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __str__(self) -> str:
        places = decimals_of(self.currency)
        sign = "-" if self.minor < 0 else ""
        whole, part = divmod(abs(self.minor), 10**places)
        return f"{sign}{whole:,}.{part:0{places}d} {self.currency}" if places else f"{sign}{whole:,} {self.currency}"

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise MixedCurrencies(f"{self.currency} and {other.currency}")
        return other.minor


def minor_from_millis(millis: Sequence[int]) -> list[int]:
    """Round parts given in thousandths of a minor unit so that they sum to the rounded total.

    The largest remainders are rounded up, so a table's cells always add up to its foot (Hare-Niemeyer).
    """
    total = (sum(millis) * 2 + MILLIS_PER_MINOR) // (2 * MILLIS_PER_MINOR)
    parts = [m // MILLIS_PER_MINOR for m in millis]
    short = total - sum(parts)
    by_remainder = sorted(range(len(millis)), key=lambda i: (-(millis[i] % MILLIS_PER_MINOR), i))
    for i in by_remainder[:short]:
        parts[i] += 1
    return parts
