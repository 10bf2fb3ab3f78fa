"""Wilson's interval for a share: how far a share that was seen may lie from the one behind it."""

import math
from dataclasses import dataclass

Z = 1.959963984540054
"""The normal quantile of 95 percent."""


@dataclass(frozen=True, slots=True)
class Share:
    """`numerator` of `denominator`, the share and its 95 percent interval; empty where the denominator is zero."""

    numerator: int
    denominator: int
    rate: float | None
    ci_low: float | None
    ci_high: float | None


def share_of(numerator: int, denominator: int) -> Share:
    """A share with Wilson's interval without continuity correction (Wilson 1927; Brown, Cai and DasGupta 2001)."""
    if not denominator:
        return Share(numerator, denominator, None, None, None)
    p, n, z = numerator / denominator, denominator, Z
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low = 0.0 if numerator == 0 else max(middle - half, 0.0)
    high = 1.0 if numerator == denominator else min(middle + half, 1.0)
    return Share(numerator, denominator, round(p, 6), round(low, 6), round(high, 6))
