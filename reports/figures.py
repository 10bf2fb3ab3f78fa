"""How figures and names are written for people: the same in the terminal, in Markdown and on the page."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.money import Money

NOTHING = "n/a"


def amount(minor: int, *, currency: str) -> str:
    """Money without its currency, which stands in the heading: 1,234.00."""
    return str(Money(minor, currency)).removesuffix(f" {currency}")


def ratio(value: float | None) -> str:
    """A ratio with four decimals; n/a where there is none."""
    return NOTHING if value is None else f"{value:.4f}"


def percent(share: float) -> str:
    """A share as a percentage with one decimal."""
    return f"{share:.1%}"


def words(name: str) -> str:
    """A row's name as words: underscores are for machines."""
    return name.replace("_", " ")


def long_day(day: date) -> str:
    """A day as 1 March 2026."""
    return f"{day.day} {day:%B %Y}"


def written(value: object) -> str:
    """What a file of data holds, such as a rule's numbers, on a line and without its marks."""
    match value:
        case dict():
            return "; ".join(f"{words(str(key))} {_bracketed(each)}" for key, each in value.items())
        case list() | tuple():
            return ", ".join(_bracketed(each) for each in value)
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)


def fact(given: Mapping[str, Any]) -> str:
    """A fact that was learned of a person, on a line; ids stay out of it, because they tell a person nothing."""
    if given["type"] == "withdrawn":
        return f"withdrawn: {words(str(given['of']))}"
    what = words(str(given.get("kind") or given["type"]))
    shown = {k: v for k, v in given.items() if k not in {"type", "kind", "at", "debts", "address", "source"}}
    said = ", ".join(f"{words(k)} {' '.join(map(str, v)) if isinstance(v, list) else v}" for k, v in shown.items())
    return f"{what} ({said})" if said else what


def _bracketed(value: object) -> str:
    return f"({written(value)})" if isinstance(value, dict) else written(value)
