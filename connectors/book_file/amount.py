"""Amounts of money in the lender's file, as whole minor units of a known currency."""

from decimal import ROUND_HALF_EVEN, Decimal

from connectors.book_file.cell import BadCellError, Cell, Formats, number_of
from domain.money import decimals_of

LARGEST_MAJOR = 10**12
"""More than this in one loan or payment is a mistake of the file in any currency."""

_SIGNS = {
    **dict.fromkeys(("USD", "AUD", "CAD", "NZD", "SGD", "HKD", "MXN"), "$"),
    "EUR": "€",
    "GBP": "£",
    "JPY": "¥",
    "CNY": "¥",
    "INR": "₹",
    "KRW": "₩",
    "PHP": "₱",
    "THB": "฿",
    "TWD": "NT$",
}


def marks_of(currency: str) -> list[str]:
    """What may stand before or after an amount in a currency: its code, and its sign where it has one."""
    return [m for m in (currency, _SIGNS.get(currency, "")) if m]


def amount_of(cell: Cell, formats: Formats, *, currency: str, is_derived: bool, more_places: int = 0) -> int | None:
    """Minor units, negative where the lender wrote so; None when the cell is empty.

    A written amount with more decimals than the currency has is refused, unless the mapping rounds it: 12.345 may be
    twelve or twelve thousand. A derived one, and a binary number of a spreadsheet or Parquet file, is rounded to the
    nearest minor unit. more_places: 3 for thousandths of a minor unit.

    Raises:
        BadCellError: not a number, or beyond anything a loan can be.
    """
    number = number_of(cell, formats, marks=marks_of(currency))
    if number is None:
        return None
    if abs(number) > LARGEST_MAJOR:
        raise BadCellError(f"is more than {LARGEST_MAJOR:,}, which no loan is", value=cell)
    places = (decimals_of(currency) if formats.unit == "major" else 0) + more_places
    exact = number * Decimal(10) ** places
    minor = exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
    if exact != minor and isinstance(cell, str) and not is_derived and formats.finer == "refused":
        raise BadCellError(f"has more decimals than the {places} of an amount in {currency}", value=cell)
    return int(minor)
