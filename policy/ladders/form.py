"""What a ladder's file must look like, key by key."""

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field, StrictFloat, StrictInt

from domain.action import Action
from policy.files.form import LONGEST_DAYS, Form, Hour, Length, Name, Spacing, Text, Whole, member_of, wrong
from policy.files.problem import quoted
from policy.ladders.ladder import OnDeadline

ActionWord = Annotated[Action, BeforeValidator(member_of(Action, kind="action"))]
OnDeadlineWord = Annotated[OnDeadline, BeforeValidator(member_of(OnDeadline, kind="answer to a missed deadline"))]

MOST_WITHHELD = 0.5


def _holdout(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= MOST_WITHHELD:
        return float(value)
    raise wrong(
        f"{quoted(value)} is not a share of journeys to withhold it from",
        remedy=f"write a number above 0 and at most {MOST_WITHHELD}, e.g. `0.1`",
    )


class DaysPastDueForm(Form):
    """The `days_past_due:` of a rung."""

    at_least: Whole = Field(default=0, ge=0, le=LONGEST_DAYS, examples=[10])
    at_most: Whole | None = Field(default=None, ge=0, le=LONGEST_DAYS, examples=[120])


class RungForm(Form):
    """One rung, as written. Keys that may be left out and were are None, so that a needless key can be told."""

    name: Name = Field(examples=["first_reminder"])
    action: ActionWord = Field(examples=["sms"])
    after: Spacing = Field(examples=["3 days"])
    wording: Name | None = Field(default=None, examples=["friendly_reminder"])
    when: Text | None = Field(default=None, examples=["contactable.sms"])
    fallbacks: tuple[ActionWord, ...] = Field(default=(), examples=["[email]"])
    days_past_due: DaysPastDueForm | None = Field(default=None, examples=["{at_least: 10}"])
    deadline: Length | None = Field(default=None, examples=["3 days"])
    on_deadline: OnDeadlineWord | None = Field(default=None, examples=["next"])
    tries: Whole = Field(default=1, ge=1, le=20, examples=[3])
    again_after: Length = Field(default=timedelta(days=1), examples=["1 day"])
    holdout: Annotated[float, BeforeValidator(_holdout)] | None = Field(default=None, examples=[0.1])


class LadderForm(Form):
    """A ladder's file."""

    ladder: Name = Field(examples=["standard"])
    version: Whole = Field(ge=1, examples=[1])
    title: Text = Field(examples=["The full path"])
    hour: Hour = Field(examples=['"09:00"'])
    promise_grace: Spacing = Field(examples=["3 days"])
    kept_share: StrictFloat | StrictInt = Field(gt=0, le=1, allow_inf_nan=False, examples=[0.9])
    finish_after: Spacing = Field(examples=["30 days"])
    review_holds_after: Length = Field(examples=["30 days"])
    rungs: tuple[RungForm, ...] = Field(min_length=1, examples=["[{name: first_reminder, ...}]"])
