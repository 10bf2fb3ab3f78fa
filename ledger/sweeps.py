"""Reading a vendor's own list of what came in, so that no STOP is lost with a webhook that never came."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from ledger.inserting import insert_new
from ledger.tables.sweep import SweepRow

EVERY = timedelta(hours=1)
OVERLAP = timedelta(hours=25)
"""A list is read from a day before the last reading: vendors say when only by the day, and lists may lag."""
FAR_BACK = timedelta(days=31)
"""How far it is read where the last reading is noted in the future: a clock was ahead, and nobody knows since when."""


@dataclass(frozen=True, slots=True)
class Swept:
    """How it stands with one vendor's list. code: the vendor did not reach our webhook, and that is not swept yet."""

    vendor: str
    swept_at: datetime | None
    code: str | None


def due_since(session: Session, vendor: str, *, now: datetime) -> datetime | None:
    """From when a vendor's list is to be read now; None when it was read within the hour and nobody asked for more.

    A reading in the future is not believed: the list is read far back, and what is known changes nothing.
    """
    row = session.get(SweepRow, vendor)
    if row is None or row.swept_at is None:
        return now - OVERLAP
    if _is_ahead(row.swept_at, now=now):
        return now - FAR_BACK
    is_asked_for = row.asked_at is not None and row.asked_at > row.swept_at
    return row.swept_at - OVERLAP if is_asked_for or now - row.swept_at >= EVERY else None


def note_swept(session: Session, vendor: str, *, now: datetime) -> None:
    """A vendor's list was read to its end at `now`; what is noted of a later time was noted by a clock that was ahead.

    Two that end at once may note the earlier one: then a little is read twice, which changes nothing.
    """
    if not insert_new(session, SweepRow(vendor=vendor, swept_at=now)):
        row = session.get_one(SweepRow, vendor, with_for_update=True)
        row.swept_at = now
        if row.asked_at is not None and _is_ahead(row.asked_at, now=now):
            row.asked_at = now


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


def _is_ahead(at: datetime, *, now: datetime) -> bool:
    """Whether an instant is further in the future than the clocks of two machines differ."""
    return at - now >= EVERY
