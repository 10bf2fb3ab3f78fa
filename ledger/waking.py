"""The outbox of wake-ups: whoever records an event that may end a wait also asks here for the journey to be looked at.

The row is written with the event. The worker moves the flow run's schedule to now (a nudge), and repeats it until a
turn has seen the row; if Prefect is down meanwhile, the row waits. A journey that is over is woken by nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, not_, select, update

from domain.journey import JourneyState
from ledger.tables.journey import JourneyRow, WakeUpRow

NUDGE_AGAIN_AFTER = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Sleeper:
    """A journey that should be looked at now, and the flow run that carries it."""

    journey_id: str
    flow_run_id: str
    reason: str


def wake(session: Session, journey_id: str, *, reason: str, now: datetime) -> None:
    """Ask for a journey to be looked at as soon as a worker can; nothing happens when it is closed."""
    session.flush()
    woken = session.exec(
        update(JourneyRow)
        .where(col(JourneyRow.id) == journey_id, col(JourneyRow.state) == JourneyState.OPEN.value)
        .values(wake_seq=col(JourneyRow.wake_seq) + 1)
    )
    if woken.rowcount:
        session.add(WakeUpRow(journey_id=journey_id, reason=reason, created_at=now))
        session.flush()


def wake_open_journey_of(session: Session, loan_id: str, *, reason: str, now: datetime) -> None:
    """The same by loan; nothing happens when the loan has no open journey."""
    journey_id = session.exec(
        select(JourneyRow.id).where(JourneyRow.loan_id == loan_id, JourneyRow.state == JourneyState.OPEN.value)
    ).first()
    if journey_id is not None:
        wake(session, journey_id, reason=reason, now=now)


def sleepers(session: Session, *, machine_now: datetime, at_most: int = 200) -> list[Sleeper]:
    """Open journeys that a run carries, with a wake-up that no turn has seen; marks them as nudged.

    Those that were never nudged come first, the longest waiting first of all; then those whose last nudge was long ago.
    Two workers that ask at once share them.
    """
    never = col(WakeUpRow.nudged_at).is_(None)
    found = _waiting(session, never, at_most=at_most)
    if len(found) < at_most:
        again = col(WakeUpRow.nudged_at) < machine_now - NUDGE_AGAIN_AFTER
        found += _waiting(session, again, at_most=at_most - len(found))
    for row, _ in found:
        row.nudged_at = machine_now
    asked = {row.journey_id: Sleeper(row.journey_id, run, row.reason) for row, run in found if run is not None}
    return list(asked.values())


def seen(session: Session, journey: JourneyRow) -> None:
    """A turn has looked at the journey: every wake-up up to now is answered."""
    journey.seen_wake_seq = journey.wake_seq
    session.exec(
        update(WakeUpRow)
        .where(col(WakeUpRow.journey_id) == journey.id, not_(col(WakeUpRow.is_done)))
        .values(is_done=True)
    )


def was_woken_since(session: Session, journey_id: str, *, seen_wake_seq: int) -> bool:
    """Whether something happened after the turn that saw `seen_wake_seq`."""
    return session.exec(select(JourneyRow.wake_seq).where(JourneyRow.id == journey_id)).one() > seen_wake_seq


def _waiting(session: Session, which: ColumnElement[bool], *, at_most: int) -> list[tuple[WakeUpRow, str | None]]:
    """In the order of the index of wake-ups that are not done."""
    return list(
        session.exec(
            select(WakeUpRow, JourneyRow.flow_run_id)
            .join(JourneyRow, col(JourneyRow.id) == col(WakeUpRow.journey_id))
            .where(
                not_(col(WakeUpRow.is_done)),
                which,
                JourneyRow.state == JourneyState.OPEN.value,
                col(JourneyRow.flow_run_id).is_not(None),
            )
            .order_by(col(WakeUpRow.nudged_at), col(WakeUpRow.id))
            .limit(at_most)
            .with_for_update(skip_locked=True, of=WakeUpRow)
        ).all()
    )
