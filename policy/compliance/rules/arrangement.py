"""An agreement holds: collecting rests while it is kept; how long it may run and what it says come from the pack."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from policy.compliance.case import Case
from policy.compliance.history import Mark
from policy.compliance.objection import Objection
from policy.compliance.question import Question
from policy.compliance.rules.hold import Hold, let_it_rest
from policy.compliance.standing_rule import StoppedWord
from policy.files.form import Form, Text, Whole


class ArrangementTerms(Form):
    """At most `max_term_months`; the writing (or the recording, if agreed by voice) holds all of `content`.

    stops: what rests from the agreement until it is broken or kept to the end. record_until: how long it is kept.
    """

    max_term_months: Whole = Field(ge=1, le=600, examples=[60])
    content: tuple[Text, ...] = Field(min_length=1, examples=["[balance, instalments]"])
    stops: tuple[StoppedWord, ...] = Field(min_length=1, examples=["[contact, enforcement]"])
    still_allowed: tuple[Text, ...] = Field(default=(), examples=["[required_by_law]"])
    record_until: Literal["settled"] = Field(examples=["settled"])
    oral: Literal["recorded", "not_enough"] = Field(examples=["recorded"])

    def rest(self) -> Hold:
        """The hold that an agreement is, on the debt that it is about."""
        return Hold(
            starts_on=(Mark.ARRANGEMENT_AGREED,),
            ends_on=(Mark.ARRANGEMENT_ENDED,),
            scope="debt",
            stops=self.stops,
            still_allowed=self.still_allowed,
            exceptions=("reply_once",),
        )


def keep_the_agreement(case: Case, question: Question, params: ArrangementTerms, *, at: datetime) -> Objection | None:
    """Objects to collecting a debt on which an agreement stands, until the agreement ends."""
    return let_it_rest(case, question, params.rest(), at=at)
