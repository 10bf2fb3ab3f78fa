"""A debt that time has barred is not taken to court, nor is anybody told that it might be."""

from datetime import datetime

from pydantic import Field

from policy.compliance.case import Case
from policy.compliance.objection import Objection
from policy.compliance.packfile import AskedWord
from policy.compliance.question import Question
from policy.compliance.standing_rule import MarkWord
from policy.files.form import Form, Text


class LegalBar(Form):
    """Once one of `starts_on` is marked on a debt: no `bars`, no purpose of `bars_purposes`, no words of `bars_words`.

    bars_words: names of what a message's text is known to hold. after_refusal: with one of `refused_on` besides,
    these are barred too.
    """

    starts_on: tuple[MarkWord, ...] = Field(min_length=1, examples=["[time_barred]"])
    bars: tuple[AskedWord, ...] = Field(min_length=1, examples=["[legal_referral]"])
    bars_purposes: tuple[Text, ...] = Field(default=(), examples=["[remedy_notice]"])
    bars_words: tuple[Text, ...] = Field(default=(), examples=["[legal_consequence]"])
    refused_on: tuple[MarkWord, ...] = Field(default=(), examples=["[cease]"])
    after_refusal: tuple[AskedWord, ...] = Field(default=(), examples=["[call, sms]"])


def spare_barred_debts(case: Case, question: Question, params: LegalBar, *, at: datetime) -> Objection | None:
    """Objects for good: what time has barred stays barred."""
    barred = [m for debt in sorted(question.debts) for m in case.marks(*params.starts_on, debt=debt) if m.at <= at]
    if not barred:
        return None
    since = f"time-barred since {case.day(barred[0].at):%d %b %Y}"
    words = sorted((question.faults | (question.elements or frozenset())) & set(params.bars_words))
    if question.action in params.bars or question.purpose in params.bars_purposes:
        return Objection(detail=since)
    if words:
        return Objection(detail=f"{since}, and the text speaks of it: {', '.join(words)}")
    has_refused = any(m.at <= at for debt in question.debts for m in case.marks(*params.refused_on, debt=debt))
    if question.action in params.after_refusal and has_refused:
        return Objection(detail=f"{since}, and the person has refused to pay")
    return None
