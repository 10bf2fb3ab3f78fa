"""Reading a vendor's own list of what came in, so that no STOP is lost with a webhook that never came."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, select

from ledger.inserting import insert_new
from ledger.tables.sweep import SweepRow

EVERY = timedelta(hours=1)
OVERLAP = timedelta(hours=25)
"""A list is read from a day before the last reading: vendors say when only by the day, and lists may lag."""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Swept:
    """How it stands with one vendor's list. code: the vendor did not reach our webhook, and that is not swept yet."""

    vendor: str
    swept_at: datetime | None
    code: str | None


def due_since(session: Session, vendor: str, *, now: datetime) -> datetime | None:
    """From when a vendor's list is to be read now; None when it was read within the hour and nobody asked for more."""
    row = session.get(SweepRow, vendor)
    if row is None or row.swept_at is None:
        return now - OVERLAP
    is_asked_for = row.asked_at is not None and row.asked_at > row.swept_at
    return row.swept_at - OVERLAP if is_asked_for or now - row.swept_at >= EVERY else None


def note_swept(session: Session, vendor: str, *, now: datetime) -> None:
    """A vendor's list was read to its end at `now`."""
    if not insert_new(session, SweepRow(vendor=vendor, swept_at=now)):
        row = session.get_one(SweepRow, vendor, with_for_update=True)
        row.swept_at = max(row.swept_at or LONG_AGO, now)


def ask_for_sweep(session: Session, vendor: str, *, code: str, now: datetime) -> None:
    """A vendor says that it does not reach our webhook: what came in meanwhile is read at once."""
    if not insert_new(session, SweepRow(vendor=vendor, asked_at=now, code=code)):
        row = session.get_one(SweepRow, vendor, with_for_update=True)
        row.asked_at, row.code = now, code


def sweeps(session: Session) -> list[Swept]:
    """How it stands with every vendor's list."""
    rows = session.exec(select(SweepRow).order_by(col(SweepRow.vendor))).all()
    return [
        Swept(
            vendor=row.vendor,
            swept_at=row.swept_at,
            code=row.code
            if row.asked_at is not None and (row.swept_at is None or row.asked_at > row.swept_at)
            else None,
        )
        for row in rows
    ]
