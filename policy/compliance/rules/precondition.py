"""First things first: a step waits for what must have happened, and for some days after it."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field

from policy.compliance.case import Case
from policy.compliance.conversations import conversations
from policy.compliance.history import CONSUMER, Direction, Mark, Medium, Sent
from policy.compliance.objection import Effect, Objection
from policy.compliance.question import Question
from policy.compliance.returns import came_back
from policy.compliance.standing_rule import MarkWord
from policy.files.form import Form, Text, Whole, wrong
from policy.files.problem import nearest
from policy.spacing import local_instant

SPOKEN, WRITTEN = "conversation", "message"
WRITING = frozenset({Medium.MAIL, Medium.EMAIL, Medium.SMS, Medium.CHAT})
NOTICES = (Mark.VALIDATION_NOTICE_MAILED, Mark.DISCLOSURE_EMAILED)


def _need(value: object) -> str:
    known = [SPOKEN, WRITTEN, *(mark.value for mark in Mark)]
    if value not in known:
        raise wrong(f"unknown event '{value}'", remedy=nearest(str(value), known=known))
    return str(value)


class Precondition(Form):
    """Any one of `any_of` about every one of the debts, and so many days since: the day of the event is the first.

    any_of: `conversation` (by telephone), `message` (a letter, notice or electronic message), or a mark. A conversation
    needs no wait. invalidated_by: what, within the wait, undoes what was sent before it. waits_for: the event that is
    named to the reader (the first of `any_of` otherwise).
    """

    any_of: tuple[Annotated[str, BeforeValidator(_need)], ...] = Field(min_length=1, examples=["[conversation]"])
    wait_days: Whole = Field(default=0, ge=0, le=366, examples=[14])
    invalidated_by: tuple[MarkWord, ...] = Field(default=(), examples=["[undeliverable_notice]"])
    waits_for: Text | None = Field(default=None, examples=["validation_notice_mailed"])


def first_things_first(case: Case, question: Question, params: Precondition, *, at: datetime) -> Objection | None:
    """Puts off until the wait is over; where nothing has happened yet, the rule says what becomes of the step."""
    objections = [o for debt in sorted(question.debts) if (o := _on_one_debt(case, params, debt, at=at))]
    return max(objections, key=lambda o: (o.until is None, o.until or at), default=None)


def _on_one_debt(case: Case, params: Precondition, debt: str, *, at: datetime) -> Objection | None:
    if SPOKEN in params.any_of and any(c.at <= at for c in conversations(case, person=CONSUMER, debt=debt)):
        return None
    frees = sorted(_frees(case, params, debt, at=at))
    if frees and frees[0] <= at:
        return None
    if frees:
        told = f"it was sent less than {params.wait_days} days ago"
        return Objection(detail=told, until=frees[0], effect=Effect.DEFER)
    waits_for = params.waits_for or params.any_of[0]
    return Objection(detail="nothing of the kind is on record that did not come back", until_event=waits_for)


def _frees(case: Case, params: Precondition, debt: str, *, at: datetime) -> Iterator[datetime]:
    """When each thing that happened lets the step be taken; what came back in time lets nothing be done."""
    returns = [m.at for m in case.marks(*params.invalidated_by, debt=debt)] if params.invalidated_by else []
    happened = list(_happened(case, params, debt))
    back = came_back(happened, returns)
    for moment in happened:
        free = local_instant(case.day(moment) + timedelta(days=params.wait_days), hour=time(0), zone=case.zone)
        free = max(free, moment)
        is_undone = any(moment < returned < free for returned in returns) or back.get(moment) == moment
        if moment <= at and not is_undone:
            yield free


def _happened(case: Case, params: Precondition, debt: str) -> Iterator[datetime]:
    marks = [Mark(need) for need in params.any_of if need not in {SPOKEN, WRITTEN}]
    if WRITTEN in params.any_of:
        marks += NOTICES
        yield from (
            s.at
            for s in case.all_of(Sent)
            if s.direction is Direction.OUT and s.medium in WRITING and s.to == CONSUMER and case.touches(s.debts, debt)
        )
    if marks:
        yield from (mark.at for mark in case.marks(*marks, debt=debt))
