"""How long records are kept: not before the floor, not after the ceiling, and not at all under a legal hold."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from policy.compliance.case import Case
from policy.compliance.question import Question
from policy.compliance.record_class import CountedFrom, RecordClass
from policy.compliance.span import SpanText
from policy.files.form import Form, member_of

RecordWord = Annotated[RecordClass, BeforeValidator(member_of(RecordClass, kind="class of record"))]
CountedWord = Annotated[CountedFrom, BeforeValidator(member_of(CountedFrom, kind="beginning of a count"))]
LegalHold = Literal["dispute", "complaint", "litigation"]


class Retention(Form):
    """Records of these classes are kept at least for the floor and at most for the ceiling, counted from one day.

    legal_hold: what suspends the ceiling while it goes on.
    """

    records: tuple[RecordWord, ...] = Field(min_length=1, examples=["[calls, messages]"])
    floor: SpanText | None = Field(default=None, examples=["3 years"])
    ceiling: SpanText | None = Field(default=None, examples=["6 years"])
    counted_from: CountedWord = Field(examples=["last_activity"])
    legal_hold: tuple[LegalHold, ...] = Field(default=(), examples=["[litigation]"])


def keep_records(case: Case, question: Question, params: Retention, *, at: datetime) -> None:
    """Never objects: a contact makes records, and how long they are kept is asked of `policy.compliance.retention`."""
    del case, question, params, at
