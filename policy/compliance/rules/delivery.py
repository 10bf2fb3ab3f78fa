"""Sent is not received: a disclosure that came back was not sent in a manner that gives actual notice."""

from datetime import datetime

from pydantic import Field

from policy.compliance.case import Case
from policy.compliance.objection import Objection
from policy.compliance.question import Question
from policy.compliance.returns import came_back
from policy.compliance.standing_rule import MarkWord
from policy.files.form import Form


class Delivery(Form):
    """Which marks are `disclosures`, and which say that one came back."""

    disclosures: tuple[MarkWord, ...] = Field(min_length=1, examples=["[validation_notice_mailed]"])
    returned_by: tuple[MarkWord, ...] = Field(min_length=1, examples=["[undeliverable_notice]"])


def count_only_what_arrived(case: Case, question: Question, params: Delivery, *, at: datetime) -> Objection | None:
    """Has something to say where a disclosure was sent and the last one came back."""
    returned = [debt for debt in sorted(question.debts) if _last(case, params, debt, at=at) is False]
    return Objection(detail=f"the last one on {', '.join(returned)} came back") if returned else None


def was_sent(case: Case, question: Question, params: Delivery, *, at: datetime) -> bool:
    """Whether on every one of the debts a disclosure was sent that did not come back."""
    return all(_last(case, params, debt, at=at) is True for debt in question.debts)


def _last(case: Case, params: Delivery, debt: str, *, at: datetime) -> bool | None:
    """Whether the last disclosure stayed; None where none was sent."""
    sent = [mark.at for mark in case.marks(*params.disclosures, debt=debt) if mark.at <= at]
    if not sent:
        return None
    return sent[-1] not in came_back(sent, (m.at for m in case.marks(*params.returned_by, debt=debt) if m.at <= at))
