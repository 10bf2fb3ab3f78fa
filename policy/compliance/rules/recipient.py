"""Nobody else's business: only the person who owes, and who stands for them or is a party to it, is told of a debt."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from pydantic import Field

from policy.compliance.case import Case
from policy.compliance.history import CONSUMER, CONVERSATIONS, Direction, Mark, Sent, WebSession
from policy.compliance.objection import Effect, Objection
from policy.compliance.question import Question
from policy.compliance.roles import is_role, role_of
from policy.compliance.standing_rule import MarkWord
from policy.files.form import Form, Text, Whole


class Recipient(Form):
    """Whom a contact may go to, besides the person.

    roles: who may be spoken to as the person may (`third_party:spouse`). purposes: for which any other third party may
    be contacted; empty: for any. precondition: what must be marked first. max_communications: how often at most a
    third party is reached. disclosure: `none` obliges not to speak of the debt.
    """

    roles: tuple[Text, ...] = Field(default=(), examples=["[spouse, attorney]"])
    purposes: tuple[Text, ...] = Field(default=(), examples=["[location_information]"])
    precondition: MarkWord | None = Field(default=None, examples=["unreachable"])
    max_communications: Whole | None = Field(default=None, ge=0, examples=[1])
    disclosure: Literal["none", "full"] = Field(default="full", examples=["none"])


def tell_nobody_else(case: Case, question: Question, params: Recipient, *, at: datetime) -> Objection | None:
    """Objects to a third party for good, or until the precondition is met."""
    if question.is_to_consumer or is_role(question.to, params.roles):
        return None
    if params.purposes and question.purpose not in params.purposes:
        allowed = ", ".join(purpose.replace("_", " ") for purpose in params.purposes)
        return Objection(detail=f"{role_of(question.to)} is a third party, and may be asked only for: {allowed}")
    if params.precondition is not None and not _is_met(case, params.precondition, at=at):
        return Objection(detail="a precondition is not met", until_event=params.precondition.value, effect=Effect.DEFER)
    reached = _times_reached(case, question, at=at)
    if params.max_communications is not None and reached >= params.max_communications and not question.in_reply_to:
        return Objection(detail=f"{role_of(question.to)} was reached {reached} times already")
    if params.disclosure == "none":
        return Objection(detail="do not speak of the debt", effect=Effect.OBLIGE)
    return None


def _is_met(case: Case, precondition: Mark, *, at: datetime) -> bool:
    """Whether it is marked. That the person cannot be reached is over as soon as they are, or get in touch."""
    last = max((mark.at for mark in case.marks(precondition) if mark.at <= at), default=None)
    if last is None or precondition is not Mark.UNREACHABLE:
        return last is not None
    return not any(last < moment <= at for moment in _in_touch(case))


def _in_touch(case: Case) -> Iterator[datetime]:
    for call in case.calls_to(CONSUMER):
        if call.direction is Direction.IN or call.outcome in CONVERSATIONS:
            yield call.at
    for sent in case.all_of(Sent):
        if sent.direction is Direction.IN and sent.to == CONSUMER:
            yield sent.at
    for session in case.all_of(WebSession):
        yield session.at


def _times_reached(case: Case, question: Question, *, at: datetime) -> int:
    """An attempt that nobody answered is no communication."""
    talks = [c for c in case.calls_to(question.to) if c.outcome in CONVERSATIONS and c.at <= at]
    sent = [
        s for s in case.all_of(Sent) if s.to == question.to != CONSUMER and s.direction is Direction.OUT and s.at <= at
    ]
    return len(talks) + len(sent)
