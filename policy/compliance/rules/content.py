"""The right words: what a message must say and must not hold, on the first occasion and on later ones."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from policy.compliance.case import Case
from policy.compliance.conversations import communications
from policy.compliance.history import Mark, Sent
from policy.compliance.objection import Effect, Objection
from policy.compliance.question import NOTICE_PRESENT, Asked, Question
from policy.files.form import Form, Name, Text
from policy.wording.opt_out import is_opt_out_notice

OPT_OUT = "opt_out"
SPOKEN = frozenset({Asked.CALL, Asked.ANSWER_INBOUND, Asked.VISIT})
NOTICES = (Mark.VALIDATION_NOTICE_MAILED, Mark.DISCLOSURE_EMAILED)


class Content(Form):
    """What is said.

    occasion: the first communication with the person about a debt (and, after a spoken one, the first in writing), the
    later ones, or any. says: the names of what the text must be found to hold. sentence: by language, a sentence that
    does it. opt_out: a way to opt out in the same medium. must_not: names of lints that the text must not fail.
    """

    occasion: Literal["any", "first", "subsequent"] = Field(default="any", examples=["first"])
    says: tuple[Name, ...] = Field(default=(), examples=["[from_debt_collector]"])
    sentence: dict[str, Text] = Field(default={}, examples=['{en: "This is from a debt collector."}'])
    opt_out: Literal["same_medium"] | None = Field(default=None, examples=["same_medium"])
    must_not: tuple[Name, ...] = Field(default=(), examples=["[threats, shaming]"])


def say_what_is_due(case: Case, question: Question, params: Content, *, at: datetime) -> Objection | None:
    """Objects to a text that is known to lack or hold something; of a text not yet written, says what it must hold."""
    if not is_occasion(case, question, params, at=at):
        return None
    if faults := sorted(question.faults & set(params.must_not)):
        return Objection(detail=f"the text fails: {', '.join(faults)}")
    if params.opt_out is not None and not _lets_out(question):
        given = question.opt_out_notice
        return Objection(detail="there is none" if given in {None, NOTICE_PRESENT} else f'"{given}" does not')
    if not params.says:
        return None
    sentence = params.sentence.get(question.language) or params.sentence.get("en", "")
    if question.elements is None or question.action in SPOKEN:
        return Objection(detail=f'"{sentence}"' if sentence else ", ".join(params.says), effect=Effect.OBLIGE)
    missing = [name for name in params.says if name not in question.elements]
    if not missing:
        return None
    return Objection(detail=f'the text lacks "{sentence}"' if sentence else f"the text lacks: {', '.join(missing)}")


def is_occasion(case: Case, question: Question, params: Content, *, at: datetime) -> bool:
    """Whether the rule's occasion is the question's."""
    if params.occasion == "any":
        return True
    is_first = any(_is_first(case, question, debt, at=at) for debt in question.debts)
    return is_first == (params.occasion == "first")


def _is_first(case: Case, question: Question, debt: str, *, at: datetime) -> bool:
    told = list(communications(case, debt=debt, at=at))
    has_written = any(isinstance(each, Sent) for each in told) or any(
        m.at < at for m in case.marks(*NOTICES, debt=debt)
    )
    return not has_written and not (told and question.action in SPOKEN)


def _lets_out(question: Question) -> bool:
    if question.opt_out_notice != NOTICE_PRESENT:
        return is_opt_out_notice(question.opt_out_notice, channel=question.action.value)
    return question.elements is None or OPT_OUT in question.elements
