"""A rest after a conversation: no call for so many days on the person's calendar, whoever had called."""

from datetime import datetime, time, timedelta
from typing import Literal

from pydantic import Field

from policy.compliance.case import Case
from policy.compliance.conversations import conversations
from policy.compliance.exceptions import MORE_CALLS, may_call_more, named_days
from policy.compliance.history import CONSUMER
from policy.compliance.objection import Objection
from policy.compliance.question import Question
from policy.compliance.roles import is_role
from policy.files.form import Form, Text, Whole
from policy.spacing import local_instant


class Cooldown(Form):
    """No call about a debt for `days` after a conversation about it; the day of the conversation is the first."""

    days: Whole = Field(ge=1, le=366, examples=[7])
    after: Literal["conversation"] = Field(default="conversation", examples=["conversation"])
    exclude_if: tuple[Literal["direct_consent_additional_calls"], ...] = Field(default=(), examples=["[]"])
    recipients_excluded: tuple[Text, ...] = Field(default=(), examples=["[attorney, creditor]"])


def rest_after_talking(case: Case, question: Question, params: Cooldown, *, at: datetime) -> Objection | None:
    """Objects until the rest is over on every one of the debts."""
    if is_role(question.to, params.recipients_excluded):
        return None
    objections = [o for debt in sorted(question.debts) if (o := _on_one_debt(case, question, params, debt, at=at))]
    return max(objections, key=lambda o: o.until or at, default=None)


def _on_one_debt(case: Case, question: Question, params: Cooldown, debt: str, *, at: datetime) -> Objection | None:
    talks = [call.at for call in conversations(case, person=question.to, debt=debt) if call.at <= at]
    if not talks:
        return None
    talked_on = case.day(talks[-1])
    free_at = local_instant(talked_on + timedelta(days=params.days), hour=time(0), zone=case.zone)
    if free_at <= at or _is_consented(case, question, params, debt, at=at):
        return None
    named = named_days(case, MORE_CALLS, debt=debt, after=at)
    free = (day for day in named if _is_consented(case, question, params, debt, at=day))
    return Objection(
        detail=f"there was a conversation on {talked_on:%d %b %Y}, which is the first of {params.days} days",
        until=min(free_at, min(free, default=free_at)),
    )


def _is_consented(case: Case, question: Question, params: Cooldown, debt: str, *, at: datetime) -> bool:
    is_excluded = "direct_consent_additional_calls" in params.exclude_if
    return is_excluded and question.to == CONSUMER and may_call_more(case, debt, at=at)
