"""A table of the report: named columns of one kind each, and rows of plain values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from domain.money import MILLIS_PER_MINOR, decimals_of
from reports.figures import words

Cell = str | int | float | Decimal | None


class Kind(StrEnum):
    """What a column holds, which says how a spreadsheet shows it."""

    TEXT = "text"
    MONEY = "money"
    COUNT = "count"
    SHARE = "share"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading and kind."""

    heading: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Table:
    """name: short, for a file or a sheet. Money cells are in major units, exact; shares lie between 0 and 1."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


SHARES = frozenset({"rate", "share", "probability", "coverage"})
ENDINGS = {"_minor": Kind.MONEY, "_millis": Kind.MONEY, "_rate": Kind.SHARE, "_share": Kind.SHARE}


def table_of(
    name: str, title: str, records: Iterable[Mapping[str, Any]], *, currency: str, shares: Sequence[str] = ()
) -> Table:
    """A table of records with the same keys, such as a list in the report's JSON, but for what is no plain value.

    shares: keys that hold shares though their names do not say so.
    """
    known = list(records)
    keys = list(dict.fromkeys(key for record in known for key, value in record.items() if _is_plain(value)))
    kinds = {key: _kind(key, known, shares=shares) for key in keys}
    return Table(
        name,
        title,
        tuple(Column(_heading(key), kinds[key]) for key in keys),
        tuple(tuple(_cell(record.get(key), key, currency=currency) for key in keys) for record in known),
    )


def major(minor: int, currency: str) -> Decimal:
    """An amount in major units, exact: 1234 cents are 12.34."""
    return Decimal(minor).scaleb(-decimals_of(currency))


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float)


def _kind(key: str, records: Iterable[Mapping[str, Any]], *, shares: Sequence[str]) -> Kind:
    for ending, kind in ENDINGS.items():
        if key.endswith(ending):
            return kind
    values = [value for record in records if (value := record.get(key)) is not None]
    if any(isinstance(value, str | bool) for value in values) or not values:
        return Kind.TEXT
    if key in SHARES or key in shares:
        return Kind.SHARE
    return Kind.NUMBER if any(isinstance(value, float) for value in values) else Kind.COUNT


def _heading(key: str) -> str:
    return words(key.removesuffix("_minor").removesuffix("_millis") + (" exact" if key.endswith("_millis") else ""))


def _cell(value: object, key: str, *, currency: str) -> Cell:
    match value:
        case bool():
            return "yes" if value else "no"
        case int() if key.endswith("_minor"):
            return major(value, currency)
        case int() if key.endswith("_millis"):
            return major(value, currency) / MILLIS_PER_MINOR
        case float() if key.endswith("_minor"):
            return Decimal(str(value)).scaleb(-decimals_of(currency))
        case str() | int() | float():
            return value
        case _:
            return None
