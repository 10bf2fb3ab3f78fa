"""Room to dispute: while the validation period runs, nothing is done or said that would drown the right to dispute."""

from datetime import datetime, time, timedelta
from typing import Literal

from pydantic import Field

from policy.compliance.case import Case
from policy.compliance.objection import Objection
from policy.compliance.packfile import AskedWord
from policy.compliance.question import Question
from policy.compliance.validation import last_day, noticed_at
from policy.files.form import Form, Text
from policy.spacing import local_instant


class WindowRestriction(Form):
    """In the period, no `actions`, and no text that is found to hold one of `words` (names of lints and elements)."""

    period: Literal["validation"] = Field(examples=["validation"])
    actions: tuple[AskedWord, ...] = Field(default=(), examples=["[legal_referral]"])
    words: tuple[Text, ...] = Field(default=(), examples=["[false_urgency]"])


def leave_room(case: Case, question: Question, params: WindowRestriction, *, at: datetime) -> Objection | None:
    """Objects until the day after the last day of the period."""
    said = sorted((question.faults | (question.elements or frozenset())) & set(params.words))
    if question.action not in params.actions and not said:
        return None
    ends = [last_day(case, debt=d, at=at) for d in question.debts if noticed_at(case, debt=d, at=at) is not None]
    running = [day for day in ends if day is not None and case.day(at) <= day]
    if not running:
        return None
    told = f"the validation period runs to {max(running):%d %b %Y}"
    return Objection(
        detail=f"{told}, and the text holds: {', '.join(said)}" if said else told,
        until=local_instant(max(running) + timedelta(days=1), hour=time(0), zone=case.zone),
    )
