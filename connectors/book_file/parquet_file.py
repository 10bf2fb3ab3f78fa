"""Parquet files, streamed by row group; a column that is not wanted is never decoded."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.book_file.cell import Cell
from connectors.book_file.raw_row import RawFile, RawRow, UnreadableFileError

_BATCH = 4096


def open_parquet(path: Path) -> RawFile:
    """Read the schema. A row's line counts from 2, as if the names of the columns were line 1.

    Raises:
        UnreadableFileError: missing or not Parquet.
    """
    try:
        with pq.ParquetFile(path) as file:
            names, count = tuple(file.schema_arrow.names), file.metadata.num_rows
    except (OSError, pa.ArrowException) as error:
        problem = f"is not a Parquet file that can be opened ({type(error).__name__}); check the path and the format"
        raise UnreadableFileError(path, 1, problem) from None
    return RawFile(path=path, header=names, header_line=1, last_line=count + 1, rows=partial(_rows, path, names))


def _rows(path: Path, names: tuple[str, ...], wanted: Sequence[int]) -> Iterator[RawRow]:
    line = 1
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_BATCH, columns=[names[i] for i in wanted]):
                columns = {i: _values(batch.column(names[i])) for i in wanted}
                for at in range(batch.num_rows):
                    line += 1
                    cells: list[Cell] = [None] * len(names)
                    for i, values in columns.items():
                        cells[i] = values[at]
                    yield RawRow(line=line, cells=cells)
    except (OSError, pa.ArrowException) as error:
        raise UnreadableFileError(path, line, f"is damaged here ({type(error).__name__}); export it again") from None


def _values(column: pa.Array) -> list[Cell]:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    return [_cell(value) for value in column.to_pylist()]


def _cell(value: object) -> Cell:
    match value:
        case None | str() | bool() | date() | Decimal():
            return value
        case int() | float():
            return Decimal(str(value))
        case bytes():
            return value.decode("utf-8", errors="backslashreplace")
        case _:
            return str(value)
