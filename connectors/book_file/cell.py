"""A cell of the lender's file, and how it is read as text, a number or a date."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

Cell = str | Decimal | date | datetime | bool | None
"""What a file can hold; text stays as it was written, Excel's and Parquet's numbers and dates arrive as such."""

DateStyle = str
ISO, DAY_FIRST, MONTH_FIRST = "iso", "D/M/Y", "M/D/Y"

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_SLASHED = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})")
_TIME = re.compile(r"[T ]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?\s*(?:Z|[+-]\d{2}:?\d{2})?$")
_SCIENTIFIC = re.compile(r"\d{1,18}(\.\d{1,18})?[eE][+-]?\d{1,2}")
_DIGITS = re.compile(r"[0-9]+")
_LONGEST_NUMBER = 40
_NOON = time(12)


class BadCellError(ValueError):
    """A cell cannot be read as what the mapping says it is."""

    def __init__(self, reason: str, *, column: str = "", value: Cell = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.column = column
        self.value = value


@dataclass(frozen=True, slots=True)
class Formats:
    """How the lender writes numbers and dates.

    dates: the styles that may occur: `iso`, `D/M/Y`, `M/D/Y`, or a strptime pattern such as `%d %b %Y`.
    unit: whether amounts are written in major units (12.50) or minor ones (1250).
    scientific: whether 1e+05 is exactly 100000, or a number that a spreadsheet may have cut short.
    finer: whether an amount with more decimals than its currency has is refused, or rounded to the nearest minor unit.
    marks: signs of a currency that may stand before or after any number, so that conditions can compare it.
    """

    dates: Sequence[DateStyle] = (ISO,)
    decimal: str = "."
    thousands: str = ","
    unit: Literal["major", "minor"] = "major"
    scientific: Literal["refused", "exact"] = "refused"
    finer: Literal["refused", "rounded"] = "refused"
    marks: Sequence[str] = ()


def text_of(cell: Cell) -> str:
    """The cell as text: whole numbers without a decimal point, dates in ISO form, nothing as the empty string."""
    match cell:
        case None:
            return ""
        case str():
            return cell.strip()
        case bool():
            return "yes" if cell else "no"
        case Decimal():
            whole = cell.is_finite() and cell == cell.to_integral_value() and abs(cell) < 10**_LONGEST_NUMBER
            return str(int(cell)) if whole else str(cell)
        case date():
            return cell.isoformat()


def number_of(cell: Cell, formats: Formats, *, marks: Sequence[str] = ()) -> Decimal | None:
    """The cell as an exact number, one of the currency marks before or after it left out; None when it is empty.

    Thousands must stand where thousands stand. Brackets and a trailing minus mean a negative number, as in ledgers.

    Raises:
        BadCellError: not a number, not finite, or written so that digits may have been lost (1.2E+05).
    """
    match cell:
        case None:
            return None
        case bool() | date():
            raise BadCellError("is not a number", value=cell)
        case Decimal():
            if not cell.is_finite():
                raise BadCellError("is not a finite number", value=cell)
            return cell
        case str():
            return _number_in(cell.strip(), formats, marks or formats.marks) if cell.strip() else None


def _number_in(text: str, formats: Formats, marks: Sequence[str]) -> Decimal:
    body, negative = _without_sign(_without_mark(text, marks), marks)
    if formats.scientific == "exact" and _SCIENTIFIC.fullmatch(body):
        return Decimal(body) * (-1 if negative else 1)
    whole, point, decimals = body.partition(formats.decimal)
    digits = _ungrouped(whole, formats.thousands)
    if digits is None or len(body) > _LONGEST_NUMBER or (point and not _DIGITS.fullmatch(decimals)):
        raise BadCellError(_why_no_number(text, formats), value=text)
    number = Decimal(f"{digits or '0'}.{decimals or '0'}")
    return -number if negative else number


def _without_mark(text: str, marks: Sequence[str]) -> str:
    for mark in marks:
        if text.startswith(mark):
            return text[len(mark) :].strip()
        if text.endswith(mark):
            return text[: -len(mark)].strip()
    return text


def _without_sign(text: str, marks: Sequence[str]) -> tuple[str, bool]:
    if text.startswith("(") and text.endswith(")"):
        return _without_mark(text[1:-1].strip(), marks), True
    if text.startswith(("+", "-")):
        return _without_mark(text[1:].strip(), marks), text[0] == "-"
    return (text[:-1], True) if text.endswith("-") else (text, False)


def _ungrouped(whole: str, separator: str) -> str | None:
    """The digits without separators; None unless every group is full (the last 3 digits, others 2 or 3: 1,00,000)."""
    if _DIGITS.fullmatch(whole):
        return whole
    first, *groups = whole.split(separator) if separator else [whole]
    if not groups or not all(map(_DIGITS.fullmatch, [first, *groups])):
        return None
    if len(first) > 3 or len(groups[-1]) != 3 or any(len(g) not in {2, 3} for g in groups):
        return None
    return first + "".join(groups)


def _why_no_number(text: str, formats: Formats) -> str:
    lowered = text.lower().lstrip("+-")
    if lowered in {"nan", "inf", "infinity", "#n/a", "#num!", "#value!", "#ref!", "#div/0!", "#name?", "null"}:
        return "is not a finite number"
    if _SCIENTIFIC.fullmatch(lowered):
        return "is in scientific notation, which may have lost digits; export plain numbers or say scientific: exact"
    marks = f"decimal {formats.decimal!r}, thousands {formats.thousands!r}"
    return f"is not a number as the mapping writes them ({marks})"


def date_of(cell: Cell, formats: Formats) -> date | None:
    """The cell as a calendar day, a time of day being dropped; None when it is empty.

    Raises:
        BadCellError: no allowed style fits, or two allowed styles read it as different days (nothing is guessed).
    """
    match cell:
        case None:
            return None
        case datetime():
            return cell.date()
        case date():
            return cell
        case bool() | Decimal():
            raise BadCellError("is not a date", value=cell)
        case str():
            return _date_in(cell.strip(), formats) if cell.strip() else None


def instant_of(cell: Cell, formats: Formats, *, zone: ZoneInfo) -> datetime | None:
    """The cell as an instant, told in the zone; None when it is empty.

    A time without an offset is in the zone. A day without a time is its noon there, so that it stays that day.

    Raises:
        BadCellError: as `date_of`.
    """
    if isinstance(cell, datetime):
        return cell.astimezone(zone) if cell.tzinfo else cell.replace(tzinfo=zone)
    day = date_of(cell, formats)
    if day is None:
        return None
    found = _TIME.search(cell.strip()) if isinstance(cell, str) else None
    if found is None:
        return datetime.combine(day, _NOON, zone)
    try:
        written = found[0].lstrip("T ").replace(" ", "")
        clock = time.fromisoformat(written if written[2] == ":" else f"0{written}")
    except ValueError:
        raise BadCellError("has no time of day that a clock shows", value=cell) from None
    at = datetime.combine(day, clock)
    return at.astimezone(zone) if at.tzinfo else at.replace(tzinfo=zone)


def _date_in(text: str, formats: Formats) -> date:
    day = _TIME.sub("", text)
    readings = {reading for style in formats.dates if (reading := _read_as(style, text, day)) is not None}
    if len(readings) == 1:
        return readings.pop()
    allowed = ", ".join(formats.dates)
    if readings:
        ways = " or ".join(sorted(r.isoformat() for r in readings))
        raise BadCellError(
            f"may be {ways}; the mapping allows {allowed}, so it is ambiguous and not guessed", value=text
        )
    raise BadCellError(f"is not a date in a style that the mapping allows ({allowed})", value=text)


def _read_as(style: DateStyle, text: str, day: str) -> date | None:
    try:
        if "%" in style:
            return datetime.strptime(text, style).date()  # noqa: DTZ007 (a calendar day has no zone)
        if style == ISO:
            found = _DAY.fullmatch(day)
            return date(int(found[1]), int(found[2]), int(found[3])) if found else None
        found = _SLASHED.fullmatch(day)
        if not found:
            return None
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        return date(year, second, first) if style == DAY_FIRST else date(year, first, second)
    except ValueError:
        return None
