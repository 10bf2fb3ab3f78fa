"""Putting a step off before anything of it is written down, because its channel lets nobody out just now."""

from datetime import datetime
from itertools import takewhile

from sqlmodel import Session, col, select

from domain.action import Action
from domain.step import Outcome
from ledger.planning import attempt_of
from ledger.senders import NoRoom
from ledger.steps import LEFT_OUT, end_step
from ledger.tables.journey import StepRow
from ledger.turns import Turn, held

AS_MANY_AS_COUNT = 12
"""Steps that are looked at: nobody's pause grows any more after so many."""


def put_off(session: Session, turn: Turn, *, rung: str, action: Action, full: NoRoom, now: datetime) -> Outcome | None:
    """End the turn's step as deferred; a place in a sender's queue is kept.

    None where a contact of this turn is written down, maybe by a run that died: its claim says what becomes of it.
    Raises LeaseWasLost.
    """
    journey = held(session, turn.journey_id, fence=turn.fence)
    if attempt_of(session, turn, rung=rung) is not None:
        return None
    outcome = Outcome.DEFERRED
    end_step(
        session,
        journey,
        turn_no=turn.number,
        rung=rung,
        action=action,
        outcome=outcome,
        reason=full.reason,
        until=full.room_at,
        now=now,
    )
    return outcome


def times_put_off(session: Session, turn: Turn, *, rung: str, because: str) -> int:
    """How often in a row, up to now, a rung was put off for a reason that begins so; no more than 12 are counted."""
    steps = session.exec(
        select(StepRow)
        .where(StepRow.journey_id == turn.journey_id, col(StepRow.outcome).not_in(LEFT_OUT))
        .order_by(col(StepRow.turn_no).desc())
        .limit(AS_MANY_AS_COUNT)
    ).all()
    put_off_so = takewhile(
        lambda s: s.rung == rung and s.outcome == Outcome.DEFERRED.value and s.reason.startswith(because), steps
    )
    return len(list(put_off_so))
