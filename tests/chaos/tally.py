"""What an experiment came to: runs, and everything that must be zero."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of an experiment is run. Runs of a seed are the same every time.

    share: of the full size, between 0 and 1.
    """

    folder: Path
    seeds: tuple[int, ...] = (1,)
    share: float = 1.0

    def sized(self, full: int) -> int:
        """That many of the full number, one at least."""
        return max(1, round(full * self.share))


@dataclass(slots=True)
class Tally:
    """The sums of an experiment.

    lost: accepted by a vendor and denied by the ledger, or taken from a vendor and gone, or a journey that stands
    still. duplicates: accepted more than once, by the sandbox's own log. unknown_why: the unknowns that are left, by
    reason. amiss: anything else that must not be, in words, with the command that shows it again. left_out: what was
    not done, because it does not exist, with the reason.
    """

    experiment: str
    seeds: tuple[int, ...]
    runs: int = 0
    lost: int = 0
    duplicates: int = 0
    forged_accepted: int = 0
    server_errors: int = 0
    seconds: float = 0.0
    unknown_why: Counter[str] = field(default_factory=Counter)
    amiss: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def unknown_left(self) -> int:
        """Contacts of which nobody will ever know by machine."""
        return self.unknown_why.total()

    @property
    def is_clean(self) -> bool:
        """Nothing but unknowns that the design admits."""
        return not (self.lost or self.duplicates or self.forged_accepted or self.server_errors or self.amiss)

    def add(self, found: Mapping[str, Any], *, told: str) -> None:
        """Add what one run found; `told` says how to see it again."""
        self.runs += 1
        self.lost += found.get("lost", 0)
        self.duplicates += found.get("duplicates", 0)
        self.unknown_why.update(found.get("unknown_why", {}))
        wrong = [
            *found.get("amiss", []),
            *(f"{name} {found[name]}" for name in ("lost", "duplicates") if found.get(name)),
        ]
        self.amiss += [f"{told}: {each}" for each in wrong]

    def as_json(self) -> dict[str, Any]:
        """For a file, and for people who add up."""
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        return {**plain, "unknown_left": self.unknown_left, "is_clean": self.is_clean}
