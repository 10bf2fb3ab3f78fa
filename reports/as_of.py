"""Reading an as-of instant that somebody typed."""

from datetime import UTC, date, datetime, time


class UnreadableInstant(ValueError):
    """It is neither a day (2026-03-31) nor an instant (2026-03-31T12:00, in UTC unless it says otherwise)."""


def as_of_from(text: str) -> datetime:
    """A day means its end in UTC, so that all that was recorded on it counts. Raises UnreadableInstant."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _instant(text)
    return datetime.combine(day, time.max, tzinfo=UTC)


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise UnreadableInstant(f"'{text}' is neither a day (2026-03-31) nor an instant (2026-03-31T12:00)") from error
    return instant.replace(tzinfo=instant.tzinfo or UTC)
