"""What stands behind a figure: parts, each of them rows of one table with a whole number each, and how they make it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from domain.money import MILLIS_PER_MINOR
from reports.facts.fetching import Ints

Number = int | float | None
SUM = "the sum of what is behind it"
"""How most figures are made."""


class Unit(StrEnum):
    """What the numbers of a part are."""

    ROWS = "rows"
    MINOR = "minor"
    MILLIS = "millis"
    MICROS = "microseconds"


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Rows of one table of the facts, by their numbers, and what each brings.

    name: what they are to the figure (`cured`). table: of the facts, or `loans`, `cases`, `earlier_costs`.
    touch: of payments, the touch that each is credited to (-1 for none), where it is not the last one.
    day: of loans, the day since 1970 on which they are looked at.
    """

    name: str
    table: str
    index: Ints
    number: Ints
    unit: Unit = Unit.ROWS
    touch: Ints | None = None
    day: Ints | None = None

    @property
    def sum(self) -> int:
        """What its rows come to, in its unit."""
        return int(self.number.sum())

    @property
    def millis(self) -> int:
        """The same of money, in thousandths of a minor unit."""
        return self.sum * (MILLIS_PER_MINOR if self.unit is Unit.MINOR else 1)

    def only(self, places: Ints) -> "Part":
        """Some of its rows, by their places."""
        touch, day = (None if each is None else each[places] for each in (self.touch, self.day))
        return Part(self.name, self.table, self.index[places], self.number[places], self.unit, touch, day)

    def __len__(self) -> int:
        return len(self.index)


def ones(name: str, table: str, index: Ints) -> Part:
    """Rows that count one each."""
    return Part(name, table, index, np.ones(len(index), dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Made:
    """A figure as its parts make it. how: in words. again: what that gives, worked out from the rows behind it.

    rounding: what rounding adds to the sum of the parts, in thousandths of a minor unit; less than one minor unit.
    beside: what the rows of the parts follow from; it is not added up.
    """

    parts: tuple[Part, ...]
    how: str
    again: Number
    rounding: int = 0
    beside: tuple[Part, ...] = ()


def summed(*parts: Part, how: str = SUM) -> Made:
    """All parts of one unit, added up."""
    return Made(parts, how, sum(part.sum for part in parts))


def rounded(shown: Number, *parts: Part, how: str = SUM) -> Made:
    """Money in minor units, from parts of which some are in thousandths: the sum, with the rounding that is said.

    Which row a minor unit is rounded into is so chosen that all rows sum to the rounded whole; so less than one minor
    unit is rounding, and anything more is a figure that does not agree.
    """
    millis = sum(part.millis for part in parts)
    if shown is None:
        return Made(parts, how, None)
    rounding = int(shown) * MILLIS_PER_MINOR - millis
    if abs(rounding) >= MILLIS_PER_MINOR:
        return Made(parts, how, round(millis / MILLIS_PER_MINOR))
    return Made(parts, how, int(shown), rounding)


def estimated(again: Number, parts: Sequence[Part], *, how: str) -> Made:
    """A ratio, an interval or the answer of a model: not a sum, but worked out from these rows."""
    return Made(tuple(parts), how, again)


def given(value: Number, *, how: str) -> Made:
    """What rests on no row: an assumption or a setting."""
    return Made((), how, value)
