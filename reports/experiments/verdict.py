"""What may be concluded from an interval."""

from enum import StrEnum


class Verdict(StrEnum):
    """Better and worse are of the treated side against the other; the last one means that nothing may be concluded."""

    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE_SHOWN = "no_difference_shown"
    INSUFFICIENT_DATA = "insufficient_data"


def verdict_of(ci_low: float, ci_high: float) -> Verdict:
    """Read an interval: a side of zero, or neither."""
    if ci_low > 0:
        return Verdict.BETTER
    return Verdict.WORSE if ci_high < 0 else Verdict.NO_DIFFERENCE_SHOWN
