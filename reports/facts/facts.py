"""The facts of a report: what was on record at its as-of instant, as columns that every measure reads."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Select
from sqlmodel import Session

from domain.arrears import BUCKET_DAYS
from reports.facts import queries
from reports.facts.fetching import NONE, Bools, Fetched, Ints, Wanted, fetch_together
from reports.facts.grouping import first_in_group, last_at_or_before
from reports.scope import Scope

NAMES = (
    *("segment", "ladder", "arm", "closing", "rung", "action", "outcome", "disposition", "team", "reason", "unit"),
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Columns of one length, by name. Instants (`at`, ...) are microseconds since 1970, days (`..._on`) whole days.

    Journeys, loans and payments are named by their number; -1 stands for none. Names are codes into `Facts.names`.
    """

    columns: dict[str, Ints]
    ids: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Ints:
        return self.columns[name]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """The tables of one scope.

    journeys: in order of opening, with `segment` and `bucket` at entry and the `reason` for arrears that was recorded
    last. steps: in the order of their journeys and instants. names: the texts behind the codes, by kind of name.
    """

    scope: Scope
    statements: Table
    journeys: Table
    steps: Table
    attempts: Table
    works: Table
    promises: Table
    payments: Table
    reversals: Table
    costs: Table
    names: dict[str, tuple[str, ...]]

    @property
    def tables(self) -> dict[str, Table]:
        """The tables by name."""
        return {name: getattr(self, name) for name in TABLES}

    def in_period(self, at: Ints) -> Bools:
        """Which instants lie in the period."""
        starts, ends = in_micros(self.scope.starts_at), in_micros(self.scope.ends_at)
        return np.asarray((at >= starts) & (at < ends))

    @property
    def entered(self) -> Bools:
        """Which journeys opened in the period."""
        return self.in_period(self.journeys["opened_at"])

    @property
    def as_of(self) -> int:
        """The as-of instant in microseconds."""
        return in_micros(self.scope.as_of)

    def digest(self) -> str:
        """SHA-256 over every column and name, and over the scope."""
        scope = self.scope
        told = hashlib.sha256(
            repr((scope.portfolio, scope.currency, scope.from_on, scope.to_on, scope.as_of.isoformat())).encode()
        )
        for name, table in self.tables.items():
            for column, values in table.columns.items():
                told.update(f"{name}.{column}:{len(values)}\n".encode())
                told.update(np.ascontiguousarray(values, dtype="<i8").data)
        for kind, names in self.names.items():
            told.update(repr((kind, names)).encode())
        return told.hexdigest()


QUERIES = {
    "statements": queries.statements,
    "journeys": queries.journeys,
    "steps": queries.steps,
    "attempts": queries.attempts,
    "works": queries.works,
    "promises": queries.promises,
    "payments": queries.payments,
    "reversals": queries.reversals,
    "costs": queries.costs,
}
TABLES = tuple(QUERIES)
ORDERED = frozenset({"statements", "journeys", "payments"})
"""Tables whose rows are numbered, or come in an order that the database must make."""


def facts_of(session: Session, scope: Scope, *, with_ids: bool = False) -> Facts:
    """Fetch everything. with_ids: also the ids of the rows, in `Table.ids`, to look behind a figure."""
    fetched = fetch_together(
        session, {name: _wanted(name, query(scope), with_ids=with_ids) for name, query in QUERIES.items()}
    )
    names = _share_names(fetched)
    tables = {name: _table(name, fetched.pop(name)) for name in TABLES}  # one copy at a time
    tables["journeys"] = _known_at_entry(tables)
    return Facts(scope=scope, names=names, **tables)


def in_micros(instant: datetime) -> int:
    """A datetime with a zone as microseconds since 1970."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def _wanted(name: str, query: Select[Any], *, with_ids: bool) -> Wanted:
    columns = [column for column in query.selected_columns if with_ids or column.name != "id"]
    query = query.with_only_columns(*columns, maintain_column_froms=True)
    names = [name for name in (*NAMES, "id") if name in {column.name for column in columns}]
    return Wanted(query, names, order="kept" if name in ORDERED else "any")


def _share_names(fetched: dict[str, Fetched]) -> dict[str, tuple[str, ...]]:
    """One code for one name in all tables, in alphabetical order; returns the names by kind."""
    names: dict[str, tuple[str, ...]] = {}
    for kind in NAMES:
        users = [found for found in fetched.values() if kind in found.names]
        together = tuple(sorted(set().union(*(found.names[kind] for found in users))))
        code = {name: index for index, name in enumerate(together)}
        for found in users:
            new = np.array([*(code[name] for name in found.names[kind]), NONE], dtype=np.int64)
            found.columns[kind] = new[found.columns[kind]]
        names[kind] = together
    return names


def _table(name: str, found: Fetched) -> Table:
    columns = dict(found.columns)
    ids: tuple[str, ...] = ()
    coded = columns.pop("id", None)
    order = np.arange(len(found))
    if name not in ORDERED:
        order = _order(columns)
        columns = {column: values[order] for column, values in columns.items()}
    if coded is not None:
        ids = tuple(found.names["id"][code] for code in coded[order])
    return Table(columns, ids)


def _order(columns: dict[str, Ints]) -> Ints:
    """The order of a table's rows, wherever the database had them: by step and instant, then by everything else."""
    keys = [columns[column] for column in ("journey", "turn", "rung") if column in columns]
    step = np.zeros(len(columns["at"]), dtype=np.int64)
    for key in keys:  # one number for the three of them, because a sort by one is faster than by three
        step = step * (int(key.max(initial=0)) + 2) + key + 1
    at = columns["at"]
    order = np.lexsort((at, step))
    is_tied = (step[order[1:]] == step[order[:-1]]) & (at[order[1:]] == at[order[:-1]])
    tied = np.flatnonzero(np.append(is_tied, values=False) | np.insert(is_tied, 0, values=False))
    rows = order[tied]
    everything = [columns[column][rows] for column in sorted(columns)]
    order[tied] = rows[np.lexsort([*everything, at[rows], step[rows]])]
    return order


def _known_at_entry(tables: dict[str, Table]) -> Table:
    """Journeys with what was known of their loan when they opened, and with the reason that was recorded last."""
    journeys, statements, works = tables["journeys"], tables["statements"], tables["works"]
    known_at = np.maximum(journeys["opened_at"], journeys["known_at"])
    latest = last_at_or_before(statements["loan"], statements["recorded_at"], journeys["loan"], known_at)
    latest = np.where(latest >= 0, latest, first_in_group(statements["loan"], journeys["loan"]))
    segment = np.append(statements["segment"], NONE)[latest]
    bucket = -(-np.maximum(journeys["days_past_due"], 0) // BUCKET_DAYS)
    told = (works["reason"] >= 0) & (works["done_at"] >= 0)
    order = np.lexsort((works["reason"][told], works["done_at"][told]))
    reason = np.full(len(journeys), NONE, dtype=np.int64)
    reason[works["journey"][told][order]] = works["reason"][told][order]
    return Table({**journeys.columns, "segment": segment, "bucket": bucket, "reason": reason}, journeys.ids)
