"""What a monitor watches: counts and ages, and nothing about anybody."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, not_, select

from domain.attempt import AttemptState
from domain.journey import JourneyState
from ledger.breakers import breakers_in_force
from ledger.senders import SenderState, sender_states
from ledger.tables.attempt import AttemptRow
from ledger.tables.journey import JourneyRow, WakeUpRow

BUSY = "BeingCarriedOut"


@dataclass(frozen=True, slots=True)
class Gauges:
    """How the ledger stands at an instant, `at`.

    broken: the channel of each breaker that is open. unknown: contacts of unknown fate; oldest_unknown: how long ago
    the first of them was made. wake_ups: asked for and not seen. waiting: open journeys by what they wait for, as
    Prefect's states name it. senders: each that ever sent something at a rate.
    """

    at: datetime
    broken: tuple[str, ...]
    unknown: int
    oldest_unknown: timedelta
    wake_ups: int
    waiting: dict[str, int]
    senders: tuple[SenderState, ...]


def gauges(session: Session, *, now: datetime) -> Gauges:
    """Read them all."""
    is_unknown = col(AttemptRow.state) == AttemptState.UNKNOWN.value
    oldest = session.exec(select(func.min(AttemptRow.claimed_at)).where(is_unknown)).one()
    waiting = session.exec(
        select(JourneyRow.waiting_for, func.count(col(JourneyRow.id)))
        .where(JourneyRow.state == JourneyState.OPEN.value)
        .group_by(col(JourneyRow.waiting_for))
    ).all()
    return Gauges(
        at=now,
        broken=tuple(breaker.channel.value for breaker in breakers_in_force(session)),
        unknown=_counted(session, is_unknown),
        oldest_unknown=max(now - oldest, timedelta(0)) if oldest is not None else timedelta(0),
        wake_ups=_counted(session, not_(col(WakeUpRow.is_done))),
        waiting={state or BUSY: count for state, count in waiting},
        senders=tuple(sender_states(session, now=now)),
    )


def _counted(session: Session, condition: ColumnElement[bool]) -> int:
    return session.exec(select(func.count()).where(condition)).one()
