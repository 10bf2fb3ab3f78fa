"""When a vendor is asked about a contact of unknown fate: the schedule, and the row that keeps it."""

from datetime import datetime, timedelta

from sqlmodel import Session

from ledger.tables.attempt import AttemptRow
from ledger.tables.inquiry import InquiryRow

ASKED_AFTER = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)
"""How long after the request the vendor is asked; after the last of them a person is."""


def begin_inquiry(session: Session, attempt: AttemptRow, *, now: datetime) -> None:
    """Ask the vendor about an attempt from now on; one that was found out late is asked about at once."""
    requested_at = attempt.claimed_at or now
    session.add(InquiryRow(attempt_id=attempt.id, requested_at=requested_at, next_ask_at=requested_at + ASKED_AFTER[0]))


def end_inquiry(session: Session, attempt_id: str) -> None:
    """The fate is known, or a person looks into it: the vendor is not asked any more."""
    row = session.get(InquiryRow, attempt_id, with_for_update=True)
    if row is not None:
        row.next_ask_at = None


def next_slot(requested_at: datetime, *, after: datetime) -> datetime | None:
    """The next instant of the schedule; None when it is spent. Slots that nobody kept are not made up for."""
    return next((requested_at + span for span in ASKED_AFTER if requested_at + span > after), None)
