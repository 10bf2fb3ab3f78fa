"""Who gets the credit for money: the last touch, the first one, or all of them, the more the nearer they were."""

from dataclasses import dataclass

TERMS = {
    "first touch": "the same, credited to the first touch of the journey that the payment belongs to",
    "time decay": (
        "the same, shared among all touches of the journey before the payment, each with half the weight for every "
        "half-life that lies between; shares are whole minor units and sum to the payment"
    ),
}


@dataclass(frozen=True, slots=True)
class Credited:
    """What one step (`standard v1: first_sms`) is credited with, in minor units."""

    step: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Attributions:
    """Three ways to credit the same payments; each sums to recovered."""

    last_touch: tuple[Credited, ...]
    first_touch: tuple[Credited, ...]
    time_decay: tuple[Credited, ...]
