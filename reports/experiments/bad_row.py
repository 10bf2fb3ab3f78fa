"""A row of a file that cannot be taken: where it stands, what is wrong with it, and what to do."""

import math
from dataclasses import dataclass
from datetime import date, datetime

from connectors.book_file.cell import Cell, text_of

LONGEST = 40
LARGEST = 1e15
"""More is a mistake in any currency, and would drown every other loan."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row; `column` is empty where the row as a whole is damaged."""

    line: int
    column: str
    value: str
    problem: str
    remedy: str


class BadCell(ValueError):
    """A cell cannot be taken; says what is wrong and what to do."""

    def __init__(self, column: str, value: str, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.column, self.value, self.problem, self.remedy = column, value, problem, remedy

    def on(self, line: int) -> BadRow:
        """The row that it spoils."""
        # What a terminal would obey is shown as a blank.
        value = "".join(c if c.isprintable() else " " for c in self.value[:LONGEST])
        return BadRow(line, self.column, value, self.problem, self.remedy)


def number_in(cells: dict[str, Cell], column: str, *, remedy: str) -> float:
    """A finite number, written with a point and without thousands marks; raises BadCell."""
    text = text_of(cells[column])
    if not text:
        raise BadCell(column, "", "is empty", remedy)
    try:
        number = math.nan if "_" in text else float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadCell(column, text, "is not a number", "Write it as 1234 or 1234.5, without marks or units.")
    if abs(number) > LARGEST:
        raise BadCell(column, text, "is too large to be true", "Write the amount or score itself.")
    return number


def day_in(cells: dict[str, Cell], column: str) -> date:
    """A day in ISO form, a time after it left out; raises BadCell."""
    text = text_of(cells[column])
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise BadCell(column, text, "is not a day" if text else "is empty", "Write it as 2026-01-31.") from None
