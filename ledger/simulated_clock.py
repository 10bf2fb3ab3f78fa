"""The skipping clock's row: simulated now, moved only forwards and only by the driver of a demo, rehearsal or test."""

from datetime import datetime

from sqlmodel import Session

from ledger.tables.clock import SimulatedClockRow


class ClockRunsBackwards(ValueError):
    """Simulated time only moves forwards."""


def simulated_now(session: Session) -> datetime | None:
    """Simulated now; None when the ledger lives in real time."""
    row = session.get(SimulatedClockRow, 1)
    return None if row is None else row.now


def set_simulated_now(session: Session, now: datetime) -> None:
    """Start the skipping clock, or move it on; raises ClockRunsBackwards."""
    row = session.get(SimulatedClockRow, 1)
    if row is None:
        session.add(SimulatedClockRow(now=now))
        return
    if now < row.now:
        raise ClockRunsBackwards(f"{now.isoformat()} is before {row.now.isoformat()}")
    row.now = now
