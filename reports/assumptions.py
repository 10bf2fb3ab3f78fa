"""What a report assumes and no ledger knows: options with stated defaults, told beside what rests on them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Assumptions:
    """annual_rate: at which later money is discounted (0.1 for 10 percent a year).

    half_life_days: after so many days a touch earns half as much credit for a payment, in attribution by time decay.
    """

    annual_rate: float = 0.10
    half_life_days: float = 7.0

    def __post_init__(self) -> None:
        if not self.annual_rate > -1:
            raise AssumptionIsOff(f"an annual rate of {self.annual_rate:g} leaves nothing to discount")
        if not self.half_life_days > 0:
            raise AssumptionIsOff(f"a half-life of {self.half_life_days:g} days is not more than zero")


class AssumptionIsOff(ValueError):
    """An assumption with which nothing can be worked out."""


DEFAULT = Assumptions()
