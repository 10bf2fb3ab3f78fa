"""Years, months and days are counted on the calendar."""

from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from policy.compliance.span import Span, SpanText

READ = TypeAdapter(SpanText)


@pytest.mark.parametrize(
    ("text", "day", "after"),
    [
        ("3 years", date(2026, 6, 1), date(2029, 6, 1)),
        ("1 year", date(2028, 2, 29), date(2029, 2, 28)),
        ("1 month", date(2026, 1, 31), date(2026, 2, 28)),
        ("12 months", date(2027, 2, 28), date(2028, 2, 28)),
        ("30 days", date(2028, 2, 28), date(2028, 3, 29)),
        ("9999 years", date(2026, 1, 1), date.max),
    ],
)
def test_a_span_ends_on_the_same_day_or_the_last_of_a_shorter_month(text: str, day: date, after: date) -> None:
    """And never beyond the calendar."""
    assert READ.validate_python(text).after(day) == after


def test_a_span_reads_as_it_is_written() -> None:
    """In the words of the pack."""
    assert str(Span(months=12)) == "1 year"
    assert str(Span(months=30, days=1)) == "2 years and 6 months and 1 day"
    assert str(Span()) == "0 days"


@pytest.mark.parametrize("text", ["soon", "3", 3, "3 weeks"])
def test_anything_else_is_told_with_a_remedy(text: object) -> None:
    """Weeks are written as days."""
    with pytest.raises(ValidationError, match="is not a span"):
        READ.validate_python(text)
