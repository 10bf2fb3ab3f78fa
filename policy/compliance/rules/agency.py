"""Only a proper agency is given a debt: what the registry says of it is asked before the placement."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from policy.compliance.case import Case
from policy.compliance.objection import Effect, Objection
from policy.compliance.question import Question
from policy.files.form import Form, Text

AGENCY_FACT = "agency_conditions"
"""The fact of a case that holds, parted by blanks, what the registry says the agency fulfils."""
Condition = Literal["contract", "listed", "supervised", "trained", "complaint_route", "no_violations", "borrower_told"]


class Agency(Form):
    """needs: what the registry must say of the agency. shares_only: what it may be told of the person and the debt."""

    needs: tuple[Condition, ...] = Field(min_length=1, examples=["[contract, listed]"])
    shares_only: tuple[Text, ...] = Field(default=(), examples=["[name, amount_due]"])


def place_with_proper_agencies(case: Case, question: Question, params: Agency, *, at: datetime) -> Objection | None:
    """Asks for what the registry does not say yet; once all is there, says what the agency may be told."""
    del question, at
    fulfilled = set(case.facts.get(AGENCY_FACT, "").split())
    missing = [condition for condition in params.needs if condition not in fulfilled]
    if missing:
        told = ", ".join(condition.replace("_", " ") for condition in missing)
        return Objection(detail=f"the registry does not say of the agency: {told}", until_event="agency_registered")
    if params.shares_only:
        told = ", ".join(word.replace("_", " ") for word in params.shares_only)
        return Objection(detail=f"tell the agency only: {told}", effect=Effect.OBLIGE)
    return None
