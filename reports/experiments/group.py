"""The loans that one arm was given, with what each stands for, and the mean that they estimate."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from reports.experiments.confidence_sequence import Floats


@dataclass(frozen=True)
class Group:
    """Money per loan in minor units, and each loan's weight: one over the probability with which it got its arm."""

    money: Floats
    weight: Floats

    @property
    def loans(self) -> int:
        return len(self.money)

    @cached_property
    def effective(self) -> float:
        """So many equally weighted loans would say as much (Kish)."""
        return float(self.weight.sum() ** 2 / np.square(self.weight).sum()) if self.loans else 0.0

    @cached_property
    def mean(self) -> float:
        """Money per loan entered, were every loan given this arm: the weighted mean (Hajek)."""
        return float(np.average(self.money, weights=self.weight)) if self.loans else math.nan

    @cached_property
    def variance(self) -> float:
        """Of the money of one loan, in squared minor units."""
        if self.loans < 2:
            return math.nan
        spread = np.average(np.square(self.money - self.mean), weights=self.weight)
        return float(spread) * self.loans / (self.loans - 1)

    @cached_property
    def influence(self) -> Floats:
        """How far each loan moves the mean, in minor units."""
        moved: Floats = self.weight * (self.money - self.mean) / self.weight.sum()
        return moved

    @cached_property
    def error(self) -> float:
        """The standard error of the mean, in minor units."""
        if self.loans < 2:
            return math.nan
        return math.sqrt(float(np.square(self.influence).sum()) * self.loans / (self.loans - 1))
