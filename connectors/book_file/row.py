"""One row of the lender's file, read field by field; whatever goes wrong is said with its column and value."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.book_file.amount import amount_of
from connectors.book_file.cell import BadCellError, Cell, date_of, instant_of, number_of, text_of
from connectors.book_file.evaluation import Scope
from connectors.book_file.rejects import Reject, Remark, is_formula, shown
from connectors.book_file.source import Source

_LONGEST_TEXT = 200
_FORMULA = "begins like a spreadsheet formula (= + - @), so it is refused"


@dataclass(slots=True)
class Row:
    """The scope of one row, and the remarks made while reading it.

    personal: columns of which a report shows only the shape.
    shift: what brings the file's days to the days that the caller asked for.
    """

    line: int
    scope: Scope
    personal: frozenset[str]
    shift: timedelta = timedelta()
    remarks: list[Remark] = field(default_factory=list)

    def text(self, name: str, source: Source | None, *, default: str | None = None) -> str:
        """A required text on one line, at most 200 characters, with nothing in it that a spreadsheet would run.

        Raises:
            BadCellError: empty, too long, a formula, or with control characters.
        """
        found = self.optional_text(source)
        if found or default:
            return found or default or ""
        raise self._told(f"is empty, and {name} is required", source)

    def optional_text(self, source: Source | None, *, partial: bool = False) -> str:
        """A text on one line; empty when there is none. A template with `partial` may have empty parts."""
        if source is None:
            return ""
        raw = self._value(source, partial=partial)
        text = " ".join(text_of(raw).split())
        if isinstance(raw, str) and (is_formula(raw) or is_formula(text)):
            raise self._told(_FORMULA, source)
        if not text.isprintable():
            raise self._told("holds control characters", source)
        if len(text) > _LONGEST_TEXT:
            raise self._told(f"is longer than {_LONGEST_TEXT} characters", source)
        return text

    def amount(self, source: Source | None, *, currency: str) -> int | None:
        """An amount of at least zero in minor units; None when it is empty or there is no source."""
        found = self.signed_amount(source, currency=currency)
        if found is not None and found < 0:
            raise self._told("is negative", source)
        return found

    def millis(self, source: Source | None, *, currency: str) -> int | None:
        """An amount in thousandths of a minor unit; None when it is empty or there is no source."""
        return self.signed_amount(source, currency=currency, more_places=3)

    def signed_amount(self, source: Source | None, *, currency: str, more_places: int = 0) -> int | None:
        """An amount in minor units (thousandths of one with 3 more places); None when empty or without a source."""
        if source is None:
            return None
        value = self._value(source)
        try:
            return amount_of(
                value, self.scope.formats, currency=currency, is_derived=source.is_derived, more_places=more_places
            )
        except BadCellError as error:
            raise self._told(error.reason, source) from None

    def count(self, source: Source) -> int | None:
        """A whole number; None when it is empty."""
        value = self._value(source)
        try:
            number = number_of(value, self.scope.formats)
        except BadCellError as error:
            raise self._told(error.reason, source) from None
        if number is not None and number != number.to_integral_value():
            raise self._told("is not a whole number", source)
        return None if number is None else int(number)

    def day(self, source: Source | None) -> date | None:
        """A day, shifted; None when it is empty or there is no source."""
        if source is None:
            return None
        value = self._value(source)
        try:
            found = date_of(value, self.scope.formats)
            return None if found is None else found + self.shift
        except BadCellError as error:
            raise self._told(error.reason, source) from None
        except OverflowError:
            raise self._told("is beyond any calendar", source) from None

    def instant(self, source: Source, *, zone: ZoneInfo) -> datetime | None:
        """An instant, shifted by whole days of the zone's calendar; None when it is empty."""
        value = self._value(source)
        try:
            found = instant_of(value, self.scope.formats, zone=zone)
            return None if found is None else found + self.shift
        except BadCellError as error:
            raise self._told(error.reason, source) from None
        except OverflowError:
            raise self._told("is beyond any calendar", source) from None

    def code(self, source: Source | None, default: str | None, check: Callable[[str], str]) -> str:
        """A code in its standard form, the default where there is none in the row."""
        text = self.optional_text(source) or default or ""
        try:
            return check(text)
        except BadCellError as error:
            raise self._told(error.reason if text else "is empty and has no default", source) from None

    def cell(self, source: Source, *, partial: bool = False) -> Cell:
        """The value of a source, nothing checked; a template with `partial` may have empty parts."""
        return self._value(source, partial=partial)

    def refused(self, reason: str, *sources: Source | None) -> BadCellError:
        """The complaint that what these sources say cannot be."""
        return self._told(reason, *sources)

    def reject(self, error: BadCellError) -> Reject:
        """The complaint as a row of the rejects file."""
        return Reject(line=self.line, column=error.column, value=self._shown(error), reason=error.reason)

    def remark(self, error: BadCellError) -> None:
        """Remember the complaint as a remark: the row is kept, the value is not."""
        self.remarks.append(Remark(line=self.line, column=error.column, value=self._shown(error), reason=error.reason))

    def _value(self, source: Source, *, partial: bool = False) -> Cell:
        try:
            return source.value(self.scope, partial=partial)
        except BadCellError as error:
            if error.column:
                raise
            raise self._told(error.reason, source) from None

    def _told(self, reason: str, *sources: Source | None) -> BadCellError:
        columns = sorted({c for source in sources if source for c in source.value_columns})
        raw = " | ".join(self._shown_cell(c) for c in columns)
        return BadCellError(reason, column=", ".join(columns), value=_Shown(raw))

    def _shown_cell(self, column: str) -> str:
        return shown(_raw(self.scope.cells[column]), is_personal=column in self.personal)

    def _shown(self, error: BadCellError) -> str:
        if isinstance(error.value, _Shown):
            return str(error.value)
        return shown(_raw(error.value), is_personal=error.column in self.personal)


class _Shown(str):
    """A value that is already fit to be shown."""

    __slots__ = ()


def _raw(cell: Cell) -> str:
    return cell if isinstance(cell, str) else text_of(cell)
