"""Things that are due: what an event obliges the collector to do, and by which day."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import Field

from policy.compliance.business_days import business_days_after
from policy.compliance.case import Case
from policy.compliance.conversations import communications
from policy.compliance.history import Preference, PreferenceKind
from policy.compliance.objection import Effect, Objection
from policy.compliance.question import Question
from policy.compliance.returns import came_back
from policy.compliance.standing_rule import MarkWord
from policy.files.form import Form, Whole

REFUSALS = frozenset({PreferenceKind.STOP_MEDIUM, PreferenceKind.OPT_OUT_ADDRESS})


class Sla(Form):
    """Within so many days after the day of the event. done_by: the marks that show it was done (and did not come back).

    starts_on: the first communication with the person, a refusal of a medium or address, or `starts_on_marks`.
    """

    starts_on: Literal["first_communication", "refusal", "mark"] = Field(examples=["first_communication"])
    starts_on_marks: tuple[MarkWord, ...] = Field(default=(), examples=["[disputed]"])
    within: Whole = Field(ge=1, le=366, examples=[5])
    unit: Literal["calendar_day", "business_day"] = Field(examples=["calendar_day"])
    calendar: Literal["us_federal", "weekdays"] = Field(default="weekdays", examples=["us_federal"])
    done_by: tuple[MarkWord, ...] = Field(default=(), examples=["[validation_notice_mailed]"])
    undone_by: tuple[MarkWord, ...] = Field(default=(), examples=["[undeliverable_notice]"])


def keep_the_deadline(case: Case, question: Question, params: Sla, *, at: datetime) -> Objection | None:
    """Says what is due by when (a duty); once that day is past, whatever the rule says of it."""
    dues = [due for debt in sorted(question.debts) if (due := _due(case, params, debt, at=at)) is not None]
    if not dues:
        return None
    due = min(dues)
    if case.day(at) <= due:
        return Objection(detail=f"by {due:%d %b %Y}", effect=Effect.OBLIGE)
    # Without a mark that shows that it was done, nobody can say that it was not.
    return Objection(detail=f"was due by {due:%d %b %Y}") if params.done_by else None


def _due(case: Case, params: Sla, debt: str, *, at: datetime) -> date | None:
    begun = min((moment for moment in _begun(case, params, debt, at=at) if moment <= at), default=None)
    if begun is None or _is_done(case, params, debt, at=at):
        return None
    if params.unit == "business_day":
        return business_days_after(case.day(begun), days=params.within, calendar=params.calendar)
    return case.day(begun) + timedelta(days=params.within)


def _begun(case: Case, params: Sla, debt: str, *, at: datetime) -> Iterator[datetime]:
    match params.starts_on:
        case "first_communication":
            yield from (told.at for told in communications(case, debt=debt, at=at))
        case "refusal":
            yield from (wish.at for wish in case.all_of(Preference) if wish.kind in REFUSALS)
        case "mark":
            yield from (mark.at for mark in case.marks(*params.starts_on_marks, debt=debt))


def _is_done(case: Case, params: Sla, debt: str, *, at: datetime) -> bool:
    if not params.done_by:
        return False
    done = [mark.at for mark in case.marks(*params.done_by, debt=debt) if mark.at <= at]
    if not params.undone_by or not done:
        return bool(done)
    return done[-1] not in came_back(done, (m.at for m in case.marks(*params.undone_by, debt=debt) if m.at <= at))
