"""A word of caution: what no limit forbids may still be too much, and is said to whoever decides."""

from datetime import datetime, timedelta

from pydantic import Field

from policy.compliance.case import Case
from policy.compliance.history import CONSUMER, Call, Direction, Happening, Sent, WebSession
from policy.compliance.objection import Objection
from policy.compliance.question import Asked, Question
from policy.compliance.rules.frequency_cap import Count
from policy.compliance.standing_rule import MarkWord
from policy.files.form import Form, Whole


class Advisory(Form):
    """Said once so many contacts (this one included) lie within so many days of the person's calendar.

    on_one_day: how many on one of these days are enough. mixed: only where they went through more than calls.
    unanswered: only those since the person was last heard of. after: also said once this is marked on a debt.
    """

    at_least: Whole | None = Field(default=None, ge=1, examples=[8])
    on_one_day: Whole | None = Field(default=None, ge=1, examples=[6])
    days: Whole = Field(default=7, ge=1, le=366, examples=[7])
    count: Count | None = Field(default=None, examples=["{media: [call, email]}"])
    mixed: bool = Field(default=False, examples=["true"])
    unanswered: bool = Field(default=False, examples=["true"])
    after: tuple[MarkWord, ...] = Field(default=(), examples=["[dispute_written]"])


def say_a_word_of_caution(case: Case, question: Question, params: Advisory, *, at: datetime) -> Objection | None:
    """Has something to say; it never stops a contact by itself."""
    marks = [m for d in sorted(question.debts) for m in case.marks(*params.after, debt=d)] if params.after else []
    if marks:
        told = marks[0].mark.value.replace("_", " ")
        return Objection(detail=f"{told} on {case.day(marks[0].at):%d %b %Y}")
    if params.count is None:
        return None
    made = [(c.at, isinstance(c, Call)) for c in _contacts(case, question, params, at=at)]
    if question.action is not Asked.COUNTS:
        made.append((at, question.action is Asked.CALL))
    if params.mixed and (all(is_call for _, is_call in made) or not any(is_call for _, is_call in made)):
        return None
    days = [case.day(moment) for moment, _ in made]
    busiest = max((days.count(day) for day in days), default=0)
    if params.on_one_day is not None and busiest >= params.on_one_day:
        return Objection(detail=f"{busiest} on one day")
    if params.at_least is not None and len(made) >= params.at_least:
        return Objection(detail=f"{len(made)} within {params.days} days")
    return None


def _contacts(case: Case, question: Question, params: Advisory, *, at: datetime) -> list[Call | Sent]:
    count = params.count or Count(media=("call",))
    first_day = case.day(at) - timedelta(days=params.days - 1)
    heard = max((h.at for h in case.history if _is_heard(h) and h.at is not None), default=None)
    found: list[Call | Sent] = []
    for happening in case.history:
        match happening:
            case Call(direction=Direction.OUT) if "call" in count.media and happening.to == question.to:
                is_counted = happening.outcome not in count.outcomes_excluded and (
                    not count.outcomes_only or happening.outcome in count.outcomes_only
                )
            case Sent(direction=Direction.OUT) if happening.to == question.to:
                is_counted = happening.medium.value in count.media
            case _:
                continue
        is_late = params.unanswered and heard is not None and happening.at <= heard
        if is_counted and not is_late and first_day <= case.day(happening.at) and happening.at <= at:
            found.append(happening)
    return found


def _is_heard(happening: Happening) -> bool:
    match happening:
        case Call(direction=Direction.IN) | Sent(direction=Direction.IN) | WebSession():
            return getattr(happening, "to", CONSUMER) == CONSUMER
        case _:
            return False
