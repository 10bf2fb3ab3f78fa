"""Silence when it is asked for in writing: complete on receipt, with a few messages that may still be sent."""

from datetime import datetime

from pydantic import Field

from policy.compliance.case import Case
from policy.compliance.history import Direction, Mark, Medium, Sent
from policy.compliance.objection import Objection
from policy.compliance.question import Asked, Question
from policy.files.form import Form, Text

WRITTEN = frozenset({Medium.MAIL, Medium.EMAIL, Medium.SMS, Medium.CHAT})
WRITTEN_ACTIONS = frozenset({Asked.MAIL, Asked.EMAIL})


class Cease(Form):
    """From the receipt of a written message whose content is one of `contents`, on the debts that it names.

    allowed_purposes: what may still be said. allowed_in_writing: what may still be said by letter or email only.
    """

    contents: tuple[Text, ...] = Field(min_length=1, examples=["[cease_communication, refuses_to_pay]"])
    allowed_purposes: tuple[Text, ...] = Field(default=(), examples=["[remedy_notice]"])
    allowed_in_writing: tuple[Text, ...] = Field(default=(), examples=["[required_by_law]"])


def fall_silent(case: Case, question: Question, params: Cease, *, at: datetime) -> Objection | None:
    """Objects for as long as the request stands: it is ended by an event `cease_ended` only."""
    if question.purpose in params.allowed_purposes:
        return None
    if question.action in WRITTEN_ACTIONS and question.purpose in params.allowed_in_writing:
        return None
    asked = [moment for debt in sorted(question.debts) if (moment := _asked_at(case, params, debt, at=at)) is not None]
    if not asked:
        return None
    return Objection(detail=f"received on {case.day(min(asked)):%d %b %Y}", until_event=Mark.CEASE_ENDED.value)


def _asked_at(case: Case, params: Cease, debt: str, *, at: datetime) -> datetime | None:
    ended = max((m.at for m in case.marks(Mark.CEASE_ENDED, debt=debt) if m.at <= at), default=None)
    written = (
        s.at
        for s in case.all_of(Sent)
        if s.direction is Direction.IN
        and s.medium in WRITTEN
        and s.content in params.contents
        and case.touches(s.debts, debt)
    )
    asked = (*written, *(m.at for m in case.marks(Mark.CEASE, debt=debt)))
    return min((moment for moment in asked if moment <= at and (ended is None or moment > ended)), default=None)
