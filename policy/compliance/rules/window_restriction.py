"""Room to dispute: while the validation period runs, nothing is done or said that would drown the right to dispute."""

from datetime import datetime, time, timedelta
from typing import Literal

from pydantic import Field

from policy.compliance.case import Case
from policy.compliance.objection import Objection
from policy.compliance.packfile import AskedWord
from policy.compliance.question import Question
from policy.compliance.validation import Period, last_day
from policy.files.form import Form, Text, Whole
from policy.spacing import local_instant


class WindowRestriction(Form):
    """In the period, no `actions`, and no text that is found to hold one of `words` (names of lints and elements).

    The period begins with the notice, which is taken to arrive `post_days` business days later, and ends `days` after.
    """

    period: Literal["validation"] = Field(examples=["validation"])
    post_days: Whole = Field(ge=0, le=60, examples=[5])
    days: Whole = Field(ge=1, le=366, examples=[30])
    calendar: Literal["us_federal", "weekdays"] = Field(examples=["us_federal"])
    actions: tuple[AskedWord, ...] = Field(default=(), examples=["[legal_referral]"])
    words: tuple[Text, ...] = Field(default=(), examples=["[false_urgency]"])

    @property
    def length(self) -> Period:
        """How long the period is."""
        return Period(post_days=self.post_days, days=self.days, calendar=self.calendar)


def leave_room(case: Case, question: Question, params: WindowRestriction, *, at: datetime) -> Objection | None:
    """Objects until the day after the last day of the period."""
    said = sorted((question.faults | (question.elements or frozenset())) & set(params.words))
    if question.action not in params.actions and not said:
        return None
    ends = [last_day(case, debt=d, at=at, period=params.length) for d in question.debts]
    running = [day for day in ends if day is not None and case.day(at) <= day]
    if not running:
        return None
    told = f"the validation period runs to {max(running):%d %b %Y}"
    return Objection(
        detail=f"{told}, and the text holds: {', '.join(said)}" if said else told,
        until=local_instant(max(running) + timedelta(days=1), hour=time(0), zone=case.zone),
    )
