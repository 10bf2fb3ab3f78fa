"""The outbox of wake-ups: whoever records an event that may end a wait also asks here for the journey to be looked at.

The row is written with the event. The worker moves the flow run's schedule to now (a nudge), and repeats it until a
turn has seen the row; if Prefect is down meanwhile, the row waits.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select, update

from domain.journey import JourneyState
from ledger.tables.journey import JourneyRow, WakeUpRow

NUDGE_AGAIN_AFTER = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Sleeper:
    """A journey that should be looked at now, and the flow run that carries it (None when none does)."""

    journey_id: str
    flow_run_id: str | None
    reason: str


def wake(session: Session, journey_id: str, *, reason: str, now: datetime) -> None:
    """Ask for a journey to be looked at as soon as a worker can."""
    session.add(WakeUpRow(journey_id=journey_id, reason=reason, created_at=now))
    session.flush()
    session.exec(
        update(JourneyRow).where(col(JourneyRow.id) == journey_id).values(wake_seq=col(JourneyRow.wake_seq) + 1)
    )


def wake_open_journey_of(session: Session, loan_id: str, *, reason: str, now: datetime) -> None:
    """The same by loan; nothing happens when the loan has no open journey."""
    journey_id = session.exec(
        select(JourneyRow.id).where(JourneyRow.loan_id == loan_id, JourneyRow.state == JourneyState.OPEN.value)
    ).first()
    if journey_id is not None:
        wake(session, journey_id, reason=reason, now=now)


def sleepers(session: Session, *, machine_now: datetime, at_most: int = 200) -> list[Sleeper]:
    """Journeys with a wake-up that no turn has seen and that was not nudged just now; marks them as nudged."""
    stale = machine_now - NUDGE_AGAIN_AFTER
    rows = session.exec(
        select(WakeUpRow, JourneyRow.flow_run_id)
        .join(JourneyRow, col(JourneyRow.id) == col(WakeUpRow.journey_id))
        .where(
            col(WakeUpRow.is_done).is_(False),
            or_(col(WakeUpRow.nudged_at).is_(None), col(WakeUpRow.nudged_at) < stale),
        )
        .order_by(col(WakeUpRow.id))
        .limit(at_most)
    ).all()
    found: dict[str, Sleeper] = {}
    for row, flow_run_id in rows:
        row.nudged_at = machine_now
        found[row.journey_id] = Sleeper(row.journey_id, flow_run_id, row.reason)
    return list(found.values())


def seen(session: Session, journey: JourneyRow) -> None:
    """A turn has looked at the journey: every wake-up up to now is answered."""
    journey.seen_wake_seq = journey.wake_seq
    session.exec(
        update(WakeUpRow)
        .where(col(WakeUpRow.journey_id) == journey.id, col(WakeUpRow.is_done).is_(False))
        .values(is_done=True)
    )


def was_woken_since(session: Session, journey_id: str, *, seen_wake_seq: int) -> bool:
    """Whether something happened after the turn that saw `seen_wake_seq`."""
    return session.exec(select(JourneyRow.wake_seq).where(JourneyRow.id == journey_id)).one() > seen_wake_seq
