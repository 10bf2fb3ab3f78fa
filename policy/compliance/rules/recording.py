"""A duty to record: the conversation is recorded, the person is told so, and the recording is kept."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from policy.compliance.case import Case
from policy.compliance.objection import Objection
from policy.compliance.question import Question
from policy.compliance.span import SpanText
from policy.files.form import Form


class Recording(Form):
    """What is recorded is in the rule's `when`. tell: the person hears of it first. keep: how long at least."""

    tell: Literal["at_the_start", "not_needed"] = Field(examples=["at_the_start"])
    keep: SpanText | None = Field(default=None, examples=["2 years"])


def record_the_call(case: Case, question: Question, params: Recording, *, at: datetime) -> Objection:
    """Always has something to say: that it is recorded, that the person is told, and for how long it is kept."""
    del case, question, at
    parts = ["record it"]
    if params.tell == "at_the_start":
        parts.append("say so at the start")
    if params.keep is not None:
        parts.append(f"keep the recording at least {params.keep}")
    return Objection(detail=", ".join(parts))
