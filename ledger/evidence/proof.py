"""What came of looking at the evidence."""

from dataclasses import dataclass, field

from ledger.evidence.flaw import Flaw


@dataclass(slots=True)
class Proof:
    """What was looked at, and what is wrong.

    covered_upto: the last event that a signed root covers, 0 for none; not_covered: how many events came after it.
    """

    loans: int = 0
    events: int = 0
    records: int = 0
    roots: int = 0
    covered_upto: int = 0
    not_covered: int = 0
    flaws: list[Flaw] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.flaws
