"""What every file format gives: a header, and rows of cells with the line that each begins on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.book_file.cell import Cell


class BookFileError(Exception):
    """The lender's file cannot be read at all, or not with this mapping."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}")
        self.path = path
        self.line = line
        self.problem = problem


class UnreadableFileError(BookFileError):
    """The file is missing, empty, or not of the format and encoding that the mapping says."""


class WrongColumnsError(BookFileError):
    """A column that the mapping names is missing, or stands in the header twice."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row in the order of the header; `problem` says why its cells cannot be trusted, and is empty otherwise."""

    line: int
    cells: Sequence[Cell]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RawFile:
    """An opened file.

    last_line: the line of the last row, for a progress bar; None when it is not cheaply known.
    rows: starts reading rows; given the positions of the columns wanted, a format that can will read no others.
    """

    path: Path
    header: tuple[str, ...]
    header_line: int
    last_line: int | None
    rows: Callable[[Sequence[int]], Iterator[RawRow]]
