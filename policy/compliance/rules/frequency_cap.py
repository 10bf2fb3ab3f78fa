"""Not too often: contacts are counted per person and debt over days on the person's calendar, all numbers together."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Literal

from pydantic import Field

from policy.compliance.addresses import may_be_same_address
from policy.compliance.case import Case
from policy.compliance.conversations import counts_to
from policy.compliance.exceptions import MORE_CALLS, may_call_more, named_days
from policy.compliance.history import CONSUMER, Call, CallOutcome, Direction, Sent
from policy.compliance.objection import Objection
from policy.compliance.question import Question
from policy.compliance.roles import is_role
from policy.files.form import Form, Text, Whole
from policy.spacing import local_instant


class Window(Form):
    """How long contacts are counted: whole days on the person's calendar (today is one of them), or hours."""

    length: Whole = Field(ge=1, le=400, examples=[7])
    unit: Literal["calendar_day", "hour"] = Field(examples=["calendar_day"])


class Count(Form):
    """What is counted."""

    media: tuple[Literal["call", "email", "sms", "chat", "mail", "visit"], ...] = Field(
        min_length=1, examples=["[call]"]
    )
    outcomes_excluded: tuple[CallOutcome, ...] = Field(default=(), examples=["[busy, not_in_service]"])
    outcomes_only: tuple[CallOutcome, ...] = Field(default=(), examples=["[unanswered]"])
    exclude_if: tuple[Literal["direct_consent_additional_calls"], ...] = Field(default=(), examples=["[]"])
    number_types: tuple[Text, ...] = Field(default=(), examples=["[work]"])


class FrequencyCap(Form):
    """At most `max` contacts in the window, by `key`; `recipients_excluded` are roles that it does not count for."""

    max: Whole = Field(ge=0, examples=[7])
    window: Window = Field(examples=["{length: 7, unit: calendar_day}"])
    key: tuple[Literal["collector", "person", "debt_group", "address"], ...] = Field(
        min_length=1, examples=["[collector, person, debt_group]"]
    )
    count: Count = Field(examples=["{media: [call]}"])
    recipients_excluded: tuple[Text, ...] = Field(default=(), examples=["[attorney, creditor]"])


def respect_the_count(case: Case, question: Question, params: FrequencyCap, *, at: datetime) -> Objection | None:
    """Objects once the window holds `max` contacts on one of the debts, until enough of them have left it."""
    if is_role(question.to, params.recipients_excluded):
        return None
    objections = [o for debt in sorted(question.debts) if (o := _on_one_debt(case, question, params, debt, at=at))]
    return max(objections, key=lambda o: (o.until is None, o.until or at), default=None)


def counted(
    case: Case, params: FrequencyCap, *, person: str, debt: str, at: datetime, address: str | None = None
) -> list[datetime]:
    """When the contacts of the window that ends at a moment were made, oldest first; to one address, where named."""
    return [
        c.at
        for c in _countable(case, params, person=person, debt=debt)
        if _is_inside(case, params, c.at, at=at) and may_be_same_address(address, c.address)
    ]


def _on_one_debt(case: Case, question: Question, params: FrequencyCap, debt: str, *, at: datetime) -> Objection | None:
    address = question.target.address if "address" in params.key else None
    made = counted(case, params, person=question.to, debt=debt, at=at, address=address)
    if len(made) < params.max or _is_consented(case, params, question.to, debt, at=at):
        return None
    days = f"{params.window.length} {'days' if params.window.unit == 'calendar_day' else 'hours'}"
    detail = f"{len(made)} contacts in {days}; at most {params.max} are allowed"
    if params.max == 0:
        return Objection(detail=detail)
    leaves_at = _leaves_at(case, params, made[-params.max])
    return Objection(detail=detail, until=_first_free(case, question, params, debt, at=at, leaves_at=leaves_at))


def _first_free(
    case: Case, question: Question, params: FrequencyCap, debt: str, *, at: datetime, leaves_at: datetime
) -> datetime:
    """When a call is free again: when enough have left the window, or on a day that the person named for more."""
    named = named_days(case, MORE_CALLS, debt=debt, after=at)
    free = (day for day in named if _is_consented(case, params, question.to, debt, at=day))
    return min(leaves_at, min(free, default=leaves_at))


def _countable(case: Case, params: FrequencyCap, *, person: str, debt: str) -> Iterator[Call | Sent]:
    for happening in case.history:
        match happening:
            case Call(direction=Direction.OUT) if "call" in params.count.media and happening.to == person:
                if _counts(case, params, happening, debt=debt):
                    yield happening
            case Sent(direction=Direction.OUT) if happening.medium.value in params.count.media:
                is_same = "debt_group" not in params.key or case.touches(happening.debts, debt)
                if happening.to == person and is_same:
                    yield happening
            case _:
                pass


def _counts(case: Case, params: FrequencyCap, call: Call, *, debt: str) -> bool:
    count = params.count
    if call.outcome in count.outcomes_excluded:
        return False
    if count.outcomes_only and call.outcome not in count.outcomes_only:
        return False
    if count.number_types and call.number_type not in count.number_types:
        return False
    if "debt_group" in params.key and not counts_to(case, call, debt):
        return False
    return not _is_consented(case, params, call.to, debt, at=call.at)


def _is_consented(case: Case, params: FrequencyCap, person: str, debt: str, *, at: datetime) -> bool:
    """Whether a call at that moment rests on the person's own consent to more calls about the debt."""
    is_excluded = "direct_consent_additional_calls" in params.count.exclude_if
    return is_excluded and person == CONSUMER and may_call_more(case, debt, at=at)


def _is_inside(case: Case, params: FrequencyCap, made_at: datetime, *, at: datetime) -> bool:
    if params.window.unit == "hour":
        return at - timedelta(hours=params.window.length) < made_at
    return _first_day(case, params, at=at) <= case.day(made_at)


def _first_day(case: Case, params: FrequencyCap, *, at: datetime) -> date:
    return case.day(at) - timedelta(days=params.window.length - 1)


def _leaves_at(case: Case, params: FrequencyCap, made_at: datetime) -> datetime:
    """The first instant at which a contact no longer lies in the window."""
    if params.window.unit == "hour":
        return made_at + timedelta(hours=params.window.length)
    day = case.day(made_at) + timedelta(days=params.window.length)
    return local_instant(day, hour=time(0), zone=case.zone)
