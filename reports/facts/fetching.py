"""Fetching the columns of a query as arrays, without an object for each row.

From PostgreSQL they come as lines of CSV, which Arrow reads; from SQLite a batch of rows at a time. Both give the same
arrays.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv
from sqlalchemy import Connection, Engine, Select, Text, cast, func, literal, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlmodel import Session

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

BATCH = 20_000
Order = Literal["kept", "any"]
ROOM = text("SET LOCAL work_mem = '64MB'")
"""What PostgreSQL may hold for one sort or hash while a report is made; it would spill to disk with its default."""
pa.set_memory_pool(pa.system_memory_pool())  # Arrow's own keeps what it was given, a hundred megabytes of a report
LINES, PIECES = 50_000, 16
"""Rows in one piece from PostgreSQL where their order is kept, and how many pieces there are where it is not."""
HAS_WRITTEN = text("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
SNAPSHOT = text("SELECT pg_export_snapshot()")
AT_A_TIME = 2
"""Queries that PostgreSQL works out at a time: each takes one processor, and what it found has to be held."""
NONE = -1
"""What stands for an empty column, in numbers and in codes of names."""


@dataclass(frozen=True, slots=True, eq=False)
class Fetched:
    """The columns of a query by their names. Columns of names are codes into the sorted `names` of that column."""

    columns: dict[str, Ints]
    names: dict[str, tuple[str, ...]]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))


def fetch(session: Session, query: Select[Any], *, names: Sequence[str] = (), order: Order) -> Fetched:
    """The rows of a query; every column is a whole number but for `names`, which are texts.

    order: whether the query's own order is kept; where it is not, the database is spared a sort.
    """
    connection = session.connection()
    keys = [str(column.name) for column in query.selected_columns]
    if connection.dialect.name == "postgresql":
        return _from_postgresql(connection, query, keys, names=names, order=order)
    return _from_rows(connection, query, keys, names=names)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A query to fetch; see `fetch`."""

    query: Select[Any]
    names: Sequence[str]
    order: Order


def fetch_together(session: Session, wanted: Mapping[str, Wanted]) -> dict[str, Fetched]:
    """The rows of several queries, as they stood at one moment.

    On PostgreSQL several are worked out at a time, on connections that share the session's snapshot; what the session
    itself has written and not yet committed would be missing there, so that it then works alone.
    """
    engine = session.get_bind()
    if isinstance(engine, Engine) and engine.dialect.name == "postgresql" and not session.scalar(HAS_WRITTEN):
        snapshot = session.scalar(SNAPSHOT)
        with ThreadPoolExecutor(AT_A_TIME) as several:
            asked = {name: several.submit(_apart, engine, snapshot, one) for name, one in wanted.items()}
            return {name: found.result() for name, found in asked.items()}
    return {name: fetch(session, one.query, names=one.names, order=one.order) for name, one in wanted.items()}


def _apart(engine: Engine, snapshot: str, wanted: Wanted) -> Fetched:
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.execute(text(f"SET TRANSACTION SNAPSHOT '{snapshot}'"))
        keys = [str(column.name) for column in wanted.query.selected_columns]
        return _from_postgresql(connection, wanted.query, keys, names=wanted.names, order=wanted.order)


def _from_postgresql(
    connection: Connection, query: Select[Any], keys: Sequence[str], *, names: Sequence[str], order: Order
) -> Fetched:
    connection.execute(ROOM)
    pieces = connection.execute(_in_lines(query, names=names, order=order)).scalars()
    parts = [_read(piece, keys, names=names) for piece in pieces]  # one by one, so that no text is held for long
    if not parts:
        return _coded({key: [] for key in keys}, {name: [] for name in names})
    table = pa.concat_tables(parts).unify_dictionaries()
    del parts
    columns: dict[str, Any] = {}
    found: dict[str, Sequence[str]] = {}
    for key in keys:
        chunks = table.column(key).chunks
        if key in names:
            columns[key] = np.concatenate([chunk.indices.fill_null(NONE).to_numpy() for chunk in chunks])
            found[key] = chunks[0].dictionary.to_pylist()
        else:
            columns[key] = np.concatenate([chunk.fill_null(NONE).to_numpy() for chunk in chunks])
        del chunks
        table = table.drop_columns(key)  # a copy of the next column takes its place
    pa.default_memory_pool().release_unused()
    return _coded(columns, found)


def _read(lines: str, keys: Sequence[str], *, names: Sequence[str]) -> pa.Table:
    types = {key: pa.dictionary(pa.int32(), pa.string()) if key in names else pa.int64() for key in keys}
    return csv.read_csv(
        pa.py_buffer(f"{lines}\n".encode()),  # Arrow takes an empty cell at an end without a newline for a text
        read_options=csv.ReadOptions(column_names=list(keys)),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=types, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )


def _in_lines(query: Select[Any], *, names: Sequence[str], order: Order) -> Select[Any]:
    """The rows as lines of CSV, many lines to a row: a million rows on their way cost more than what they hold."""
    rows = query.subquery()
    cells: list[Any] = [
        func.coalesce(_quoted(column) if column.name in names else cast(column, Text), "") for column in rows.c
    ]
    line: Any = reduce(lambda told, cell: told + literal(",", Text) + cell, cells)
    if order == "any":  # to number them would take as long as to find them
        number = next(column for column in rows.c if column.name not in names)
        return select(func.string_agg(line, literal("\n", Text))).group_by(number % PIECES)
    numbered = select(line.label("line"), func.row_number().over().label("no")).subquery()
    part = numbered.c.no // LINES
    between: Any = aggregate_order_by(literal("\n", Text), numbered.c.no)
    return select(func.string_agg(numbered.c.line, between)).group_by(part).order_by(part)


def _quoted(name: Any) -> Any:
    return literal('"', Text) + func.replace(name, '"', '""') + literal('"', Text)


def _from_rows(connection: Connection, query: Select[Any], keys: Sequence[str], *, names: Sequence[str]) -> Fetched:
    parts: dict[str, list[Any]] = {key: [] for key in keys}
    codes: dict[str, dict[str, int]] = {name: {} for name in names}
    for rows in connection.execute(query).partitions(BATCH):
        for key, values in zip(keys, zip(*rows, strict=True), strict=True):
            if key in codes:
                known = codes[key]
                coded: Iterable[int] = (
                    NONE if value is None else known.setdefault(value, len(known)) for value in values
                )
            else:
                coded = (NONE if value is None else value for value in values)
            parts[key].append(np.fromiter(coded, dtype=np.int64, count=len(values)))
    joined: dict[str, Any] = {key: np.concatenate(each) if each else [] for key, each in parts.items()}
    return _coded(joined, {name: list(known) for name, known in codes.items()})


def _coded(columns: dict[str, Any], found: dict[str, Sequence[str]]) -> Fetched:
    """Number the names in their alphabetical order, so that the same rows give the same codes wherever they lay."""
    arrays = {key: np.asarray(values, dtype=np.int64) for key, values in columns.items()}
    names: dict[str, tuple[str, ...]] = {}
    for key, unsorted in found.items():
        order = sorted(range(len(unsorted)), key=lambda index: unsorted[index])
        new = np.full(len(unsorted) + 1, NONE, dtype=np.int64)  # the last one is for NONE
        new[order] = np.arange(len(unsorted))
        arrays[key] = new[arrays[key]]
        names[key] = tuple(unsorted[index] for index in order)
    return Fetched(arrays, names)
