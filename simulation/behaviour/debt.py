"""What a borrower knows of the debt when deciding what to do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Debt:
    """What is overdue and the regular instalment, in minor units; the borrower's IANA time zone."""

    outstanding_minor: int
    instalment_minor: int
    timezone: str

    def part(self, share: float) -> int:
        """A share of what is overdue, but at least one instalment, and never more than all of it."""
        wanted = max(round(self.outstanding_minor * share), self.instalment_minor, 1)
        return min(wanted, self.outstanding_minor)
