"""A lender's file and its mapping become loans and payments of the book, with every row that cannot be one reported."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Generic, TypeVar

from connectors.book_file.cell import BadCellError, Cell
from connectors.book_file.cost_mapping import CostMapping
from connectors.book_file.cost_row import cost_of
from connectors.book_file.evaluation import Scope
from connectors.book_file.loan_row import loan_of
from connectors.book_file.mapping import AnyMapping, LoanMapping, PaymentMapping
from connectors.book_file.past_mapping import PastMapping
from connectors.book_file.past_row import past_of
from connectors.book_file.payment_row import payments_of
from connectors.book_file.raw_row import BookFileError
from connectors.book_file.rejects import Finding, Reject
from connectors.book_file.row import Row
from connectors.book_file.source import Source
from connectors.book_file.tabular import Table, open_table
from domain.book import BookCost, BookLoan, BookPayment
from domain.cost import UnitCost
from domain.past import PastRow

Entry = TypeVar("Entry", BookLoan, BookPayment, BookCost | UnitCost, PastRow)


class MissingAsOfError(BookFileError):
    """Nothing says on which day the file's figures stand."""


@dataclass(slots=True)
class BookReading(Generic[Entry]):
    """A file being read: iterating gives entries, rejects and remarks in the order of the file.

    key_of: what no two entries of a file share; None for one that may stand there twice.
    last_line: the line of the file's last row, None where that is not cheaply known. line: the one just read (both are
    for a progress bar). left_out: rows that the mapping's `keep` leaves out. Iterating again reads the file again.

    Raises (while iterating):
        UnreadableFileError: a compressed file (XLSX, Parquet) turns out to be damaged further down.
    """

    table: Table
    mapping: AnyMapping
    as_of: date | None
    read_row: Callable[[Row, date], Iterator[Entry | Reject]]
    key_of: Callable[[Entry], tuple[str, ...] | None]
    line: int = field(default=0, init=False)
    left_out: int = field(default=0, init=False)

    @property
    def last_line(self) -> int | None:
        return self.table.last_line

    def __iter__(self) -> Iterator[Entry | Finding]:
        self.line = self.left_out = 0
        first_lines: dict[tuple[str, ...], int] = {}
        personal, formats, empty = self.mapping.personal_columns, self.mapping.formats, self.mapping.empty_words
        for table_row in self.table:
            self.line = table_row.line
            if table_row.problem:
                yield Reject(line=table_row.line, column="", value="", reason=table_row.problem)
                continue
            cells = _without(empty, table_row.cells) if empty else table_row.cells
            scope = Scope(cells=cells, as_of=self.mapping.as_of, formats=formats)
            row = Row(line=table_row.line, scope=scope, personal=personal)
            try:
                as_of = self._settle_day(row)
                is_kept = self.mapping.keep is None or self.mapping.keep.is_true(row.scope)
            except BadCellError as error:
                yield row.reject(error)
                continue
            if is_kept:
                yield from self._entries(row, as_of, first_lines)
            else:
                self.left_out += 1

    def _settle_day(self, row: Row) -> date:
        """Find the day that the row speaks of, and how far every day of it is to be shifted."""
        source = self.mapping.day_source
        told = row.day(source) or self.mapping.as_of
        as_of = self.as_of or told
        if as_of is None:
            raise row.refused("is empty, and nothing else says on which day the row stands", source)
        row.scope = replace(row.scope, as_of=told or as_of)
        row.shift = as_of - (told or as_of)
        return as_of

    def _entries(self, row: Row, as_of: date, first_lines: dict[tuple[str, ...], int]) -> Iterator[Entry | Finding]:
        for entry in self.read_row(row, as_of):
            if isinstance(entry, Reject):
                yield entry
                continue
            key = self.key_of(entry)
            if key is None:
                yield entry
                yield from row.remarks
                continue
            first = first_lines.setdefault(key, row.line)
            if first == row.line:
                yield entry
                yield from row.remarks
            else:
                yield self._duplicate(row, key[-1], first)

    def _duplicate(self, row: Row, number: str, first: int) -> Reject:
        source = self.mapping.key_source
        columns = ", ".join(sorted(source.value_columns)) if source else ""
        return Reject(
            line=row.line, column=columns, value=number, reason=f"stands in line {first} already; one is kept"
        )


def read_loans(path: Path, mapping: LoanMapping, *, as_of: date | None = None) -> BookReading[BookLoan]:
    """Open a file of loans.

    as_of: the day on which the loans are to stand. Where the file says its own day (`as_of` of the mapping, or a
    column), every date is moved by the difference, so that 60 days past due stay 60; where it says none, this is
    the file's day.

    Raises:
        UnreadableFileError, WrongColumnsError: the file cannot be read with this mapping.
        MissingAsOfError: neither the mapping nor the caller says on which day the loans stand.
    """
    _need_day(path, as_of, mapping.as_of, mapping.fields.as_of)

    def loans(row: Row, day: date) -> Iterator[BookLoan | Reject]:
        try:
            yield loan_of(row, mapping, as_of=day)
        except BadCellError as error:
            yield row.reject(error)

    return BookReading(table_for(path, mapping), mapping, as_of, loans, lambda loan: (loan.number,))


def read_payments(path: Path, mapping: PaymentMapping, *, as_of: date | None = None) -> BookReading[BookPayment]:
    """Open a file of payments. as_of: as for `read_loans`; no payment may be later than that day.

    Raises:
        UnreadableFileError, WrongColumnsError, MissingAsOfError: as `read_loans`.
    """
    _need_day(path, as_of, mapping.as_of)

    def payments(row: Row, day: date) -> Iterator[BookPayment | Reject]:
        return payments_of(row, mapping, as_of=day)

    return BookReading(
        table_for(path, mapping), mapping, as_of, payments, lambda payment: (payment.source, payment.external_id)
    )


def read_costs(path: Path, mapping: CostMapping, *, as_of: date) -> BookReading[BookCost | UnitCost]:
    """Open a file of costs and prices. as_of: as for `read_loans`; nothing billed may be later than that day.

    Raises:
        UnreadableFileError, WrongColumnsError: as `read_loans`.
    """

    def costs(row: Row, day: date) -> Iterator[BookCost | UnitCost | Reject]:
        return cost_of(row, mapping, as_of=day)

    def key(cost: BookCost | UnitCost) -> tuple[str, ...]:
        match cost:
            case BookCost():
                return cost.source, cost.external_id
            case UnitCost():
                return cost.currency, cost.valid_from_on.isoformat(), cost.unit.value

    return BookReading(table_for(path, mapping), mapping, as_of, costs, key)


def read_past(path: Path, mapping: PastMapping, *, as_of: date) -> BookReading[PastRow]:
    """Open a file of a lender's past. as_of: as for `read_loans`; nothing may have happened later than that day.

    Raises:
        UnreadableFileError, WrongColumnsError: as `read_loans`.
    """

    def past(row: Row, day: date) -> Iterator[PastRow | Reject]:
        return past_of(row, mapping, as_of=day)

    return BookReading(table_for(path, mapping), mapping, as_of, past, lambda _row: None)


def table_for(path: Path, mapping: AnyMapping) -> Table:
    """The file's table with the columns that the mapping reads."""
    return open_table(path, layout=mapping.file, wanted=mapping.columns)


def _without(empty: frozenset[str], cells: dict[str, Cell]) -> dict[str, Cell]:
    return {column: None if isinstance(cell, str) and cell.strip() in empty else cell for column, cell in cells.items()}


def _need_day(path: Path, *days: date | Source | None) -> None:
    if all(day is None for day in days):
        problem = (
            "nothing says on which day the figures stand; add as_of: to the mapping, or give the day with the command"
        )
        raise MissingAsOfError(path, 1, problem)
