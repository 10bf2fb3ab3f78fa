"""A person decides: what is known of somebody, or a machine's part in it, takes the step out of automation."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from policy.compliance.case import Case
from policy.compliance.objection import Objection
from policy.compliance.packfile import AskedWord
from policy.compliance.question import Question
from policy.compliance.rules.hold import Hold, standings
from policy.compliance.standing_rule import MarkWord, Stopped
from policy.files.form import Form, Text


class Route(Form):
    """While one of `starts_on` stands; with none named, at every contact that the rule's `when` lets through.

    person_may: what a person may do without asking further. still_allowed: purposes that go out as ever.
    """

    starts_on: tuple[MarkWord, ...] = Field(default=(), examples=["[vulnerable]"])
    ends_on: tuple[MarkWord, ...] = Field(default=(), examples=["[vulnerable_ended]"])
    scope: Literal["debt", "person"] = Field(default="person", examples=["person"])
    person_may: tuple[AskedWord, ...] = Field(default=(), examples=["[call]"])
    still_allowed: tuple[Text, ...] = Field(default=(), examples=["[required_by_law]"])

    def flag(self) -> Hold:
        """The standing that the flag is, without what a hold would stop."""
        return Hold(
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            scope=self.scope,
            stops=(Stopped.CONTACT,),
            still_allowed=self.still_allowed,
        )


def let_a_person_decide(case: Case, question: Question, params: Route, *, at: datetime) -> Objection | None:
    """Asks for a person while the flag stands, unless a person is about to do it anyway."""
    if question.purpose in params.still_allowed:
        return None
    if question.action in params.person_may and not question.automated:
        return None
    if not params.starts_on:
        return Objection(detail="")
    flagged = [s for d in question.debts for s in standings(case, params.flag(), debt=d) if s.covers(at)]
    if not flagged:
        return None
    return Objection(
        detail=f"since {case.day(min(s.since for s in flagged)):%d %b %Y}",
        until_event=params.ends_on[0].value if params.ends_on else None,
    )
