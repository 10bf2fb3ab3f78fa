"""How figures and names are written for people: the same in the terminal, in Markdown and on the page."""

from datetime import date

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
