"""What is wrong with the evidence: which loan, which event, and what."""

from dataclasses import dataclass
from enum import StrEnum


class What(StrEnum):
    """Every kind of flaw."""

    EVENT_CHANGED = "event_changed"
    EVENTS_MISSING = "events_missing"
    EVENT_DOES_NOT_FOLLOW = "event_does_not_follow"
    TAIL_MISSING = "tail_missing"
    HEAD_DIFFERS = "head_differs"
    RECORD_CHANGED = "record_changed"
    RECORD_MISSING = "record_missing"
    RECORD_UNTOLD = "record_untold"
    TEXT_CHANGED = "text_changed"
    ROOT_DIFFERS = "root_differs"
    ROOT_UNSIGNED = "root_unsigned"
    ROOT_MISSING = "root_missing"
    ROOT_UNLIKE_EXPORT = "root_unlike_export"
    GUARD_MISSING = "guard_missing"
    DATABASE_DAMAGED = "database_damaged"


@dataclass(frozen=True, slots=True)
class Flaw:
    """One flaw. loan: its number, where that is known, else its id; seq: the event; record: `table/key`."""

    what: What
    says: str
    loan: str | None = None
    seq: int | None = None
    record: str | None = None
