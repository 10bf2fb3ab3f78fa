"""Withholding a rung at random, to learn what it brings: the draw of one journey for one rung, always the same one."""

import hashlib
from dataclasses import dataclass

BITS = 53


@dataclass(frozen=True, slots=True)
class Draw:
    """What was drawn when a rung was due, and the share below which it is withheld; kept also when it was taken."""

    share: float
    number: float

    @property
    def withholds(self) -> bool:
        """Whether the rung is left out."""
        return self.number < self.share


def drawn(*, key: str, rung: str, share: float) -> Draw:
    """The draw of a journey for a rung: at least 0 and less than 1, evenly spread over journeys and over rungs.

    key: what tells the journey from all others. The same key and rung give the same draw, so that a decision that is
    taken again is the same decision.
    """
    digest = hashlib.sha256(f"withhold/{key}/{rung}".encode()).digest()
    return Draw(share, (int.from_bytes(digest[:8]) >> (64 - BITS)) / 2**BITS)
