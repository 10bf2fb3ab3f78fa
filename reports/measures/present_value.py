"""Net present value: money that comes late is worth less, and costs come first."""

from dataclasses import dataclass

TERMS = {
    "NPV": (
        "sum over the period of (received - taken back - cost) / (1 + r)^(d / 365), d in days from the period's first "
        "instant; r is an assumption, stated beside it; at r = 0 it is the net"
    ),
}


@dataclass(frozen=True, slots=True)
class LadderValue:
    """One ladder version's part of it, in minor units; the parts sum to the whole."""

    name: str
    npv_minor: int


@dataclass(frozen=True, slots=True)
class PresentValue:
    """The value at the period's start, at an annual rate (0.1 for 10 percent), in minor units."""

    annual_rate: float
    npv_minor: int
    by_ladder: tuple[LadderValue, ...]
