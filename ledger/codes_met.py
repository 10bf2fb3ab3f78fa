"""The codes that vendors and desks refused contacts with, as the attempts bear them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlalchemy import select as select_rows
from sqlmodel import Session, col

from domain.action import Action
from domain.attempt import FailureClass
from ledger.tables.attempt import AttemptRow
from ledger.tables.columns import UtcDateTime

SAYS_NOTHING = frozenset({FailureClass.AMBIGUOUS, FailureClass.NEVER_PROCESSED})
"""Their codes are mostly our own: a lost answer, a connection that was refused."""


@dataclass(frozen=True, slots=True)
class CodeMet:
    """A code of one channel, how it was classed, how many contacts bear it, and when the last one was refused."""

    channel: Action
    code: str
    failure: FailureClass
    contacts: int
    last_at: datetime


def codes_met(session: Session, *, since: datetime) -> list[CodeMet]:
    """Every code that contacts were clearly refused with since an instant, by channel and code."""
    # A receipt's code comes after the answer's; neither of the two is there for an attempt that is under way.
    met_at = func.coalesce(AttemptRow.receipt_at, AttemptRow.recorded_at, type_=UtcDateTime)
    channel, code, failure = col(AttemptRow.action), col(AttemptRow.failure_code), col(AttemptRow.failure)
    rows = session.execute(
        select_rows(channel, code, failure, func.count(), func.max(met_at))
        .where(
            code.is_not(None),
            failure.not_in([each.value for each in SAYS_NOTHING]),
            met_at >= since,
        )
        .group_by(channel, code, failure)
        .order_by(channel, code)
    ).all()
    return [
        CodeMet(Action(by), met, FailureClass(taken_as), contacts, last)
        for by, met, taken_as, contacts, last in rows
        if met is not None and taken_as is not None
    ]
