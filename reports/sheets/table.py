"""A table of the report: named columns of one kind each, and rows of plain values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from domain.money import MILLIS_PER_MINOR, decimals_of
from reports.columns import heading_of
from reports.figures import NOTHING, words

Cell = str | int | float | Decimal | date | datetime | None
Record = Mapping[str, Any]


class Kind(StrEnum):
    """What a column holds, which says how it is shown."""

    TEXT = "text"
    MONEY = "money"
    COUNT = "count"
    SHARE = "share"
    NUMBER = "number"
    DATE = "date"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading and kind, and the key of the JSON that it shows."""

    heading: str
    kind: Kind
    key: str


@dataclass(frozen=True, slots=True)
class Table:
    """Money cells are in major units, exact; shares lie between 0 and 1; instants are in UTC.

    name: short, for a file or a sheet. foot: the sum of everything, which is no row; None where nothing sums.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    foot: tuple[Cell, ...] | None = None

    def only(self, *keys: str, name: str | None = None) -> "Table":
        """The same table with some of its columns, in that order."""
        places = [place for key in keys for place, column in enumerate(self.columns) if column.key == key]
        return Table(
            name or self.name,
            self.title,
            tuple(self.columns[place] for place in places),
            tuple(tuple(row[place] for place in places) for row in self.rows),
            None if self.foot is None else tuple(self.foot[place] for place in places),
        )


EXACT_PLACES = 3
"""A thousandth of a minor unit has three places more than the unit."""
SHARES = frozenset({"rate", "share", "probability", "coverage", "incidence", "hazard"})
BOUNDS = ("ci_low", "ci_high")
"""An interval's ends are of the kind of what stands before them: their estimate."""
SHARED_OUT = frozenset({"competing"})
"""Records of which every value is a share."""
ENDINGS = {
    "_minor": Kind.MONEY,
    "_millis": Kind.MONEY,
    "_rate": Kind.SHARE,
    "_share": Kind.SHARE,
    "_incidence": Kind.SHARE,
    "_on": Kind.DATE,
    "_at": Kind.INSTANT,
}


def table_of(
    name: str,
    title: str,
    records: Iterable[Record],
    *,
    currency: str,
    shares: Sequence[str] = (),
    foot: Record | None = None,
    order: Sequence[str] = (),
) -> Table:
    """A table of records such as a list in the report's JSON, but for the lists of records within them.

    shares: keys that hold shares though their names do not say so. order: the keys that come first.
    """
    known = [flat(record) for record in records]
    found = dict.fromkeys(key for record in known for key in record)
    keys = [key for key in (*order, *(key for key in found if key not in order)) if key in found]
    kinds = {key: _kind(key, keys, known, shares=shares) for key in keys}
    return Table(
        name,
        title,
        tuple(Column(heading_of(key, table=name), kinds[key], key) for key in keys),
        tuple(tuple(_cell(record.get(key), key, kinds[key], currency=currency) for key in keys) for record in known),
        None if foot is None else tuple(_cell(foot.get(key), key, kinds[key], currency=currency) for key in keys),
    )


def shown(cell: Cell, column: Column, *, currency: str) -> str:
    """A cell as people read it: 1,234.00, 12.3%, 0.0821, 14, 2026-03-01; n/a where there is no such figure."""
    if cell is None:
        return "" if column.kind is Kind.TEXT else NOTHING
    if isinstance(cell, str):
        return words(cell)
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d %H:%M}" if isinstance(cell, datetime) else cell.isoformat()
    match column.kind:
        case Kind.MONEY:
            places = decimals_of(currency) + (EXACT_PLACES if column.key.endswith("_millis") else 0)
            return f"{cell:z,.{places}f}"
        case Kind.SHARE:
            return f"{cell:z.1%}"
        case Kind.NUMBER:
            return f"{cell:z,.4f}"
        case _:
            return f"{cell:,}"


def flat(record: Record) -> dict[str, Any]:
    """The plain values of a record; those of a record within it under both names, and plain lists as text."""
    found: dict[str, Any] = {}
    for key, value in record.items():
        match value:
            case Mapping():
                found |= {f"{key}: {inner}": each for inner, each in flat(value).items()}
            case [Mapping(), *_]:
                continue
            case list() | tuple():
                found[key] = ", ".join(str(each) for each in value)
            case _:
                found[key] = value
    return found


def major(minor: float, currency: str) -> Decimal:
    """An amount in major units, exact: 1234 cents are 12.34."""
    return Decimal(str(minor)).scaleb(-decimals_of(currency))


def _kind(key: str, keys: Sequence[str], records: Sequence[Record], *, shares: Sequence[str]) -> Kind:
    values = [value for record in records if (value := record.get(key)) is not None]
    is_number = bool(values) and not any(isinstance(value, str | bool) for value in values)
    outer, _, inner = key.rpartition(": ")
    if key in shares or (is_number and (inner in SHARES or outer in SHARED_OUT)):
        return Kind.SHARE
    ending = next((kind for ending, kind in ENDINGS.items() if inner.endswith(ending)), None)
    if ending in {Kind.MONEY, Kind.SHARE} and (is_number or not values):
        return ending
    if ending in {Kind.DATE, Kind.INSTANT} and values and all(_is_day(value) for value in values):
        return ending
    if values and not is_number:
        return Kind.TEXT
    if key.endswith(BOUNDS) and (before := [other for other in keys[: keys.index(key)] if not other.endswith(BOUNDS)]):
        estimate = _kind(before[-1], keys, records, shares=shares)
        return estimate if estimate in {Kind.MONEY, Kind.SHARE} else Kind.NUMBER
    return Kind.COUNT if values and all(isinstance(value, int) for value in values) else Kind.NUMBER


def _is_day(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _cell(value: object, key: str, kind: Kind, *, currency: str) -> Cell:
    match value:
        case bool():
            return "yes" if value else "no"
        case int() | float() if kind is Kind.MONEY:
            exact = major(value, currency)
            return exact / MILLIS_PER_MINOR if key.endswith("_millis") else exact
        case str() if kind is Kind.DATE:
            return date.fromisoformat(value[:10])
        case str() if kind is Kind.INSTANT:
            return datetime.fromisoformat(value)
        case str() | int() | float():
            return value
        case _:
            return None
