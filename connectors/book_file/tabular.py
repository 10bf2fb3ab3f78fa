"""A lender's file of any format as a stream of numbered rows; only the columns asked for are ever handed out."""

import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from connectors.book_file.cell import Cell
from connectors.book_file.csv_file import open_csv
from connectors.book_file.layout import Layout
from connectors.book_file.parquet_file import open_parquet
from connectors.book_file.raw_row import RawFile, WrongColumnsError
from connectors.book_file.xlsx_file import open_xlsx

_MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row: the line that it begins on, its cells by column, and what is wrong with it as a whole (or nothing)."""

    line: int
    cells: dict[str, Cell]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A file whose header has been checked; iterating reads it from the start.

    last_line: the line of its last row, for a progress bar; None when that is not cheaply known.
    """

    raw: RawFile
    wanted: dict[str, int]

    @property
    def last_line(self) -> int | None:
        return self.raw.last_line

    def __iter__(self) -> Iterator[TableRow]:
        wanted = self.wanted
        for row in self.raw.rows(tuple(wanted.values())):
            cells = row.cells
            named = {} if row.problem else {name: cells[i] for name, i in wanted.items()}
            yield TableRow(line=row.line, cells=named, problem=row.problem)


def open_table(path: Path, *, layout: Layout, wanted: frozenset[str]) -> Table:
    """Open a file and find the wanted columns in its header.

    Raises:
        UnreadableFileError: the file is missing, empty or not what the layout says.
        WrongColumnsError: a wanted column is missing (near names are given) or stands in the header twice.
    """
    match layout.format_of(path):
        case "csv":
            raw = open_csv(path, layout)
        case "xlsx":
            raw = open_xlsx(path, layout)
        case "parquet":
            raw = open_parquet(path)
    return Table(raw=raw, wanted=_positions(raw, wanted, layout))


def _positions(raw: RawFile, wanted: frozenset[str], layout: Layout) -> dict[str, int]:
    counts = Counter(raw.header)
    missing = sorted(wanted - counts.keys())
    if missing and len(raw.header) == 1:
        problem = f"the header is one column, {raw.header[0][:80]!r}; is the delimiter {layout.delimiter!r} right?"
        raise WrongColumnsError(raw.path, raw.header_line, problem)
    if missing:
        told = "; ".join(_missing(name, raw.header) for name in missing[:_MOST_NAMED])
        raise WrongColumnsError(raw.path, raw.header_line, f"{told}; name the column as the file does, in the mapping")
    for name in sorted(wanted):
        if counts[name] > 1:
            problem = f"the column {name!r} stands in the header {counts[name]} times; rename all but one in the file"
            raise WrongColumnsError(raw.path, raw.header_line, problem)
    return {name: i for i, name in enumerate(raw.header) if name in wanted}


def _missing(name: str, header: tuple[str, ...]) -> str:
    lowered = {h.lower(): h for h in header if h}
    near = [lowered[n] for n in difflib.get_close_matches(name.lower(), list(lowered), n=2, cutoff=0.6)]
    if near:
        return f"no column {name!r} (did you mean {' or '.join(map(repr, near))}?)"
    return (
        f"no column {name!r} (there is {', '.join(header[:_MOST_NAMED])}{', ...' if len(header) > _MOST_NAMED else ''})"
    )
