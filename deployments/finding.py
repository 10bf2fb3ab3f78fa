"""One line of the doctor's report."""

from dataclasses import dataclass
from enum import StrEnum


class Light(StrEnum):
    """How bad it is: red things must be mended before anything works, yellow ones soon."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and what to do about it (nothing where it is green)."""

    light: Light
    about: str
    says: str
    do: str = ""
