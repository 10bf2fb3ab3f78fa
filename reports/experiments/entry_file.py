"""Reading the file of an experiment: one row per loan entered, and the rows that cannot be taken, with their lines."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from connectors.book_file.cell import Cell, text_of
from connectors.book_file.layout import Layout
from connectors.book_file.tabular import open_table
from reports.experiments.bad_row import BadCell, BadRow, day_in, number_in
from reports.experiments.entries import Entries, Entry, entries_of

COLUMNS = ("loan_id", "entered_on", "arm", "probability", "recovered_minor", "cost_minor")
RULE = "rule"
"""May be there too: which rule drew the arm. Arms are compared among loans whose rule could give both."""


@dataclass(frozen=True, slots=True)
class EntryFile:
    """What a file held: `read` rows are those in `entries` and in `bad` together, each row once.

    missing: bad rows whose loan is lost with them; of a row that stands there twice, nothing is missing.
    """

    read: int
    entries: Entries
    bad: tuple[BadRow, ...]
    with_fractions: int
    missing: int = 0


def read_entries(path: Path) -> EntryFile:
    """Read a CSV, XLSX or Parquet file with the six columns, others being left alone.

    Raises:
        BookFileError: it cannot be opened, or a column is missing.
    """
    bad: list[BadRow] = []
    loans: dict[str, list[tuple[int, Entry]]] = defaultdict(list)
    read = 0
    there = open_table(path, layout=Layout(), wanted=frozenset(COLUMNS))
    if RULE in there.raw.header:
        there = open_table(path, layout=Layout(), wanted=frozenset({*COLUMNS, RULE}))
    for row in there:
        read += 1
        if row.problem:
            bad.append(BadRow(row.line, "", "", row.problem, "Mend the row."))
            continue
        try:
            entry = _entry(row.cells)
        except BadCell as error:
            bad.append(error.on(row.line))
        else:
            loans[entry.loan_id].append((row.line, entry))
    taken, repeated = [], 0
    for copies in loans.values():
        same = all(entry == copies[0][1] for _, entry in copies)
        bad.extend(_repeated(copies, same=same))
        if same:
            taken.append(copies[0][1])
            repeated += len(copies) - 1
    with_fractions = sum(entry.recovered_minor % 1 != 0 for entry in taken)
    ordered = tuple(sorted(bad, key=lambda row: row.line))
    return EntryFile(read, entries_of(taken), ordered, with_fractions, len(bad) - repeated)


def _entry(cells: dict[str, Cell]) -> Entry:
    loan_id, arm = (text_of(cells[column]) for column in ("loan_id", "arm"))
    if not loan_id:
        raise BadCell("loan_id", "", "is empty", "Give every loan its id, so that none is counted twice.")
    entered_on = day_in(cells, "entered_on")
    if not arm:
        raise BadCell("arm", "", "is empty", "Write the arm that the loan was given, such as holdout or champion.")
    return Entry(
        loan_id,
        entered_on,
        arm.lower(),
        _probability(cells),
        number_in(cells, "recovered_minor", remedy="Write 0 where nothing was recovered; every loan entered counts."),
        number_in(cells, "cost_minor", remedy="Write 0 where nothing was spent."),
        text_of(cells[RULE]) if RULE in cells else "",
    )


def _probability(cells: dict[str, Cell]) -> float:
    remedy = "Write the probability with which the loan was given its arm, as logged: more than 0 and at most 1."
    probability = number_in(cells, "probability", remedy=remedy)
    if not 0 < probability <= 1:
        advice = "Write a share such as 0.5, not a percentage." if 1 < probability <= 100 else remedy
        raise BadCell("probability", text_of(cells["probability"]), "is not in (0, 1]", advice)
    return probability


def _repeated(copies: list[tuple[int, Entry]], *, same: bool) -> list[BadRow]:
    if len(copies) == 1:
        return []
    lines = ", ".join(str(line) for line, _ in copies)
    if same:
        problem, remedy = f"the same row stands on lines {lines}; the first was taken", "Leave one of them."
    else:
        problem = f"stands on lines {lines} with different values; none was taken"
        remedy = "A loan enters once: leave the row of its first assignment."
    return [BadRow(line, "loan_id", entry.loan_id, problem, remedy) for line, entry in copies[1 if same else 0 :]]
