"""Reading columns of numbers from a file, and every row that cannot be taken told with its line."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from connectors.book_file.layout import Layout
from connectors.book_file.tabular import open_table
from reports.experiments.bad_row import BadCell, BadRow, number_in
from reports.experiments.confidence_sequence import Floats


@dataclass(frozen=True, slots=True)
class NumberFile:
    """What a file held: one array per column, of the rows in which all of them are numbers; the others are in `bad`."""

    read: int
    columns: tuple[Floats, ...]
    bad: tuple[BadRow, ...]


def read_numbers(path: Path, columns: tuple[str, ...]) -> NumberFile:
    """Read the named columns of a CSV, XLSX or Parquet file.

    Raises:
        BookFileError: it cannot be opened, or a column is missing.
    """
    taken: list[list[float]] = []
    bad: list[BadRow] = []
    for row in open_table(path, layout=Layout(), wanted=frozenset(columns)):
        if row.problem:
            bad.append(BadRow(row.line, "", "", row.problem, "Mend the row."))
            continue
        try:
            taken.append([number_in(row.cells, column, remedy="Write a number, 0 for nothing.") for column in columns])
        except BadCell as error:
            bad.append(error.on(row.line))
    numbers = np.array(taken, dtype=np.float64).reshape(len(taken), len(columns))
    return NumberFile(len(taken) + len(bad), tuple(numbers.T), tuple(bad))
