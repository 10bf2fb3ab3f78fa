"""Not in rapid succession: some minutes pass between one attempt and the next."""

from datetime import datetime, timedelta

from pydantic import Field

from policy.compliance.addresses import may_be_same_address
from policy.compliance.case import Case
from policy.compliance.history import CallOutcome, Direction
from policy.compliance.objection import Objection
from policy.compliance.question import Question
from policy.files.form import Form, Whole

A_MOMENT = timedelta(seconds=1)


class MinInterval(Form):
    """More than `minutes` between calls to a person (to one number, where it is known) that ended in `outcomes`."""

    minutes: Whole = Field(ge=1, le=24 * 60, examples=[5])
    outcomes: tuple[CallOutcome, ...] = Field(min_length=1, examples=["[unanswered]"])


def leave_time_between(case: Case, question: Question, params: MinInterval, *, at: datetime) -> Objection | None:
    """Objects within the minutes after the last such call; the last of these minutes is one of them."""
    address = question.target.address
    last = max(
        (
            call.at
            for call in case.calls_to(question.to)
            if call.direction is Direction.OUT
            and call.outcome in params.outcomes
            and call.at <= at
            and may_be_same_address(address, call.address)
        ),
        default=None,
    )
    if last is None or at > last + timedelta(minutes=params.minutes):
        return None
    told = f"the last call was {int((at - last) / timedelta(minutes=1))} minutes ago"
    return Objection(detail=told, until=last + timedelta(minutes=params.minutes) + A_MOMENT)
