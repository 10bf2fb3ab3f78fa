"""Loans that entered an experiment, as columns, in the order in which they entered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from reports.experiments.confidence_sequence import Floats
from reports.experiments.group import Group


@dataclass(frozen=True, slots=True)
class Entry:
    """A loan: the arm that it was given, with which probability, and what came of it in minor units.

    rule: the treatment rule that drew the arm; loans of different rules may have had different arms to get.
    """

    loan_id: str
    entered_on: date
    arm: str
    probability: float
    recovered_minor: float
    cost_minor: float
    rule: str = ""


@dataclass(frozen=True)
class Entries:
    """The same as columns; `entered_on` ascends. rule: None where all loans had the same arms to get."""

    entered_on: NDArray[np.datetime64]
    arm: NDArray[np.str_]
    probability: Floats
    recovered: Floats
    cost: Floats
    rule: NDArray[np.str_] | None = None

    def __len__(self) -> int:
        return len(self.arm)

    @property
    def arms(self) -> tuple[str, ...]:
        """Every arm that is there, by name."""
        return tuple(str(arm) for arm in np.unique(self.arm))

    def where(self, mask: NDArray[np.bool_]) -> "Entries":
        """Some of them."""
        rule = None if self.rule is None else self.rule[mask]
        return Entries(
            self.entered_on[mask], self.arm[mask], self.probability[mask], self.recovered[mask], self.cost[mask], rule
        )

    def could_get(self, *arms: str) -> "Entries":
        """Those whose rule gave every one of these arms: the others had no chance of one of them."""
        if self.rule is None:
            return self
        giving = [np.unique(self.rule[self.arm == arm]) for arm in arms]
        return self.where(np.logical_and.reduce([np.isin(self.rule, rules) for rules in giving]))

    def gross(self, arm: str) -> Group:
        """What the loans of an arm recovered."""
        mask = self.arm == arm
        return Group(self.recovered[mask], 1 / self.probability[mask])

    def net(self, arm: str) -> Group:
        """The same less what was spent on them."""
        mask = self.arm == arm
        return Group(self.recovered[mask] - self.cost[mask], 1 / self.probability[mask])


def entries_of(loans: Sequence[Entry]) -> Entries:
    """Loans as columns, ordered by the day on which they entered."""
    ordered = sorted(loans, key=lambda loan: loan.entered_on)
    return Entries(
        np.array([loan.entered_on for loan in ordered], dtype="datetime64[D]"),
        np.array([loan.arm for loan in ordered], dtype=np.str_),
        np.array([loan.probability for loan in ordered], dtype=np.float64),
        np.array([loan.recovered_minor for loan in ordered], dtype=np.float64),
        np.array([loan.cost_minor for loan in ordered], dtype=np.float64),
        np.array([loan.rule for loan in ordered], dtype=np.str_) if any(loan.rule for loan in ordered) else None,
    )
