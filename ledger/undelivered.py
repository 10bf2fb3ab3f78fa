"""A message that a vendor took and did not deliver: its step is taken again, or its rung goes another way."""

from datetime import datetime

from sqlmodel import Session, col, select

from domain.action import Action
from domain.attempt import FailureClass
from domain.event import EventKind
from domain.journey import JourneyState
from domain.step import Outcome
from ledger import events
from ledger.consequences import HANDLING, Handling, consequence
from ledger.earlier_states import keep_outcome
from ledger.steps import LEFT_OUT, end_step
from ledger.tables.attempt import AttemptRow
from ledger.tables.journey import JourneyRow, StepRow
from ledger.waking import wake

SAYS_NOTHING_OF_THE_STEP = frozenset({Handling.ASK_FIRST, Handling.LATER, Handling.MEND_WEBHOOK})
"""What a receipt may say without the rung being taken anew: the message was processed, after all."""


def did_not_arrive(
    session: Session, attempt: AttemptRow, journey: JourneyRow, *, failure: FailureClass, now: datetime
) -> None:
    """A receipt says that an accepted message did not arrive, and why.

    Vendors report most bad numbers only afterwards. What the failure says about the number, the wording or the channel
    holds in any case; the step is opened again only while it is the journey's last one. A message that is sent again is
    a new attempt in a turn of its own, and this one counts towards every cap.
    """
    handling = HANDLING[failure]
    if handling is Handling.ASK_FIRST:
        return
    attempt.failure = failure.value
    code, vendor = attempt.failure_code or "no code", attempt.vendor or "the vendor"
    then = consequence(session, attempt, journey, failure=failure, code=code, vendor=vendor, now=now)
    if handling in SAYS_NOTHING_OF_THE_STEP or journey.state != JourneyState.OPEN.value:
        return
    last = session.exec(
        select(StepRow)
        .where(StepRow.journey_id == journey.id, col(StepRow.outcome).not_in(LEFT_OUT))
        .order_by(col(StepRow.turn_no).desc())
    ).first()
    is_this = last is not None and (last.rung, last.turn_no) == (attempt.rung, attempt.turn_no)
    if last is None or not is_this or last.outcome != Outcome.SENT.value:
        return
    keep_outcome(session, last, now=now)
    last.outcome, last.until = then.outcome.value, then.until
    last.reason = then.reason("it did not arrive")
    _tell(session, attempt, journey, outcome=then.outcome, now=now)
    wake(session, journey.id, reason="a message did not arrive", now=now)


def did_arrive(session: Session, attempt: AttemptRow, journey: JourneyRow, *, now: datetime) -> None:
    """A later receipt says that it arrived after all: the step is sent, as it was."""
    end_step(
        session,
        journey,
        turn_no=attempt.turn_no,
        rung=attempt.rung,
        action=Action(attempt.action),
        outcome=Outcome.SENT,
        now=now,
    )


def _tell(session: Session, attempt: AttemptRow, journey: JourneyRow, *, outcome: Outcome, now: datetime) -> None:
    events.append(
        session,
        EventKind.STEP_ENDED,
        loan_id=journey.loan_id,
        journey_id=journey.id,
        at=now,
        rung=attempt.rung,
        turn=attempt.turn_no,
        action=attempt.action,
        outcome=outcome.value,
    )
