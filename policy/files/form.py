"""A form is what a data file must look like: a strict pydantic model whose complaints come with a line and a remedy.

Each field carries an example (`Field(examples=[...])`), which is the remedy when it is missing or wrong.
"""

import re
from collections.abc import Callable
from datetime import time, timedelta
from enum import StrEnum
from functools import partial
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, StrictInt, StrictStr, StringConstraints, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from policy.files.document import Document, Place
from policy.files.problem import Problem, nearest, quoted

DURATION = re.compile(r"([0-9]{1,5})\s+(days?|hours?)")
HOUR = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
LONGEST_DAYS = 3650


class Form(BaseModel):
    """A mapping with known keys and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


AnyForm = TypeVar("AnyForm", bound=Form)
AnyMember = TypeVar("AnyMember", bound=StrEnum)


def wrong(what: str, *, remedy: str) -> PydanticCustomError:
    """What a validator raises, so that its own remedy is told."""
    return PydanticCustomError("told", "{what}", {"what": what, "remedy": remedy})


def fill(form: type[AnyForm], document: Document, *, at: Place = ()) -> tuple[AnyForm | None, list[Problem]]:
    """Fill in a form from the part of a document that stands at a place: the form, or None and every problem."""
    data: Any = document.data
    for part in at:
        data = data[part]
    try:
        return form.model_validate(data), []
    except ValidationError as error:
        return None, [_problem(details, form=form, document=document, at=at) for details in error.errors()]


def member_of(members: type[AnyMember], *, kind: str) -> Callable[[object], AnyMember]:
    """A validator for a word of a closed set, with the nearest word as its remedy."""

    def validate(value: object) -> AnyMember:
        if isinstance(value, str) and value in {member.value for member in members}:
            return members(value)
        remedy = nearest(str(value), known=[member.value for member in members])
        raise wrong(f"unknown {kind} {quoted(value)}", remedy=remedy)

    return validate


def _duration(value: object, *, least: timedelta) -> timedelta:
    match = DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise wrong(
            f"{quoted(value)} is not a length of time", remedy="write days or hours, e.g. `3 days` or `36 hours`"
        )
    number, unit = int(match[1]), match[2]
    length = timedelta(hours=number) if unit.startswith("hour") else timedelta(days=number)
    if length > timedelta(days=LONGEST_DAYS):
        raise wrong(f"{quoted(value)} is longer than ten years", remedy=f"write at most `{LONGEST_DAYS} days`")
    if length < least:
        raise wrong(f"{quoted(value)} is no time at all", remedy="write at least `1 hour`")
    return length


def _hour(value: object) -> time:
    match = HOUR.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise wrong(f"{quoted(value)} is not an hour of the day", remedy='write hours and minutes, e.g. `"09:00"`')
    return time(int(match[1]), int(match[2]))


Spacing = Annotated[timedelta, BeforeValidator(partial(_duration, least=timedelta(0)))]
Length = Annotated[timedelta, BeforeValidator(partial(_duration, least=timedelta(hours=1)))]
Hour = Annotated[time, BeforeValidator(_hour)]
Name = Annotated[StrictStr, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Text = Annotated[StrictStr, StringConstraints(min_length=1, max_length=10_000, strip_whitespace=True)]
Whole = StrictInt


def _problem(details: ErrorDetails, *, form: type[Form], document: Document, at: Place) -> Problem:
    inside: Place = tuple(details["loc"])
    key = next((part for part in reversed(inside) if isinstance(part, str)), "")
    match details["type"]:
        case "extra_forbidden":
            known = _form_at(form, place=inside[:-1]).model_fields
            what, remedy = f"unknown key '{key}'", nearest(key, known=known)
        case "missing":
            what, remedy = f"the key '{key}' is missing", f"add `{key}: {_example(form, place=inside)}`"
        case "told":
            context = details.get("ctx", {})
            what, remedy = f"'{key}': {context['what']}", str(context["remedy"])
        case "model_type" | "dict_type":
            subject = f"'{key}'" if key else "the file"
            what, remedy = f"{subject} must be keys with values", "write `key: value` lines"
        case "tuple_type" | "list_type":
            what, remedy = f"'{key}' must be a list", f"write it as `{key}: {_example(form, place=inside)}`"
        case "string_pattern_mismatch":
            what = f"'{key}' is {quoted(details['input'])}"
            remedy = "write small letters, digits and underscores, beginning with a letter"
        case _:
            what = f"'{key}' is {quoted(details['input'])}: {details['msg'][:1].lower()}{details['msg'][1:]}"
            remedy = f"write for example `{key}: {_example(form, place=inside)}`"
    return document.problem((*at, *inside), what=what, remedy=remedy)


def _form_at(form: type[Form], *, place: Place) -> type[Form]:
    for part in place:
        field = form.model_fields.get(str(part))
        inner = _form_in(field.annotation) if field else None
        form = inner or form
    return form


def _form_in(annotation: Any) -> type[Form] | None:
    if isinstance(annotation, type) and issubclass(annotation, Form):
        return annotation
    return next((found for part in get_args(annotation) if (found := _form_in(part))), None)


def _example(form: type[Form], *, place: Place) -> str:
    keys = [part for part in place if isinstance(part, str)]
    field = _form_at(form, place=tuple(keys[:-1])).model_fields.get(keys[-1]) if keys else None
    return str(field.examples[0]) if field and field.examples else "..."
