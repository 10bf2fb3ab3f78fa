"""A file of cases: what happened to a person, and what is asked about them, for counsel to try a situation.

Each case has its `given` events (see `given_form`) and one `query`. Every mistake is told with its line and a remedy.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time
from types import MappingProxyType
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from policy.compliance.case import Case
from policy.compliance.given import happening_of
from policy.compliance.given_form import AnyMoment, GivenEvent, Word, Words, ZoneWord, day_of, instant, without_nulls
from policy.compliance.history import (
    CONSUMER,
    CONVERSATIONS,
    Direction,
    Happening,
    Preference,
    PreferenceKind,
    Sent,
)
from policy.compliance.packfile import AskedWord
from policy.compliance.question import NOTICE_PRESENT, Question, Target
from policy.files.document import Document, Place, read_document
from policy.files.form import Form, fill
from policy.files.problem import Problem, UnreadableFile, quoted
from policy.stop_words import asks_to_stop

NOON = time(12)
"""The hour of a question that names a day only."""


class UnreadableCases(UnreadableFile):
    """A file of cases has mistakes; `problems` tells each of them."""


def _or_nothing(value: object) -> object:
    return {} if value is None else without_nulls(value)


def _as_asked(value: object) -> object:
    return without_nulls(value, except_for="opt_out_notice")


def _or_none_at_all(value: object) -> object:
    return () if value is None else value


class GivenTarget(Form):
    """The number or address that would be used."""

    place: Word | None = Field(default=None, examples=["home"])
    number_type: Word | None = Field(default=None, examples=["mobile"])
    known_at: Word | None = Field(default=None, examples=["home"])
    address: Word | None = Field(default=None, examples=["a@example.com"])
    address_kind: Word | None = Field(default=None, examples=["employer"])
    known: bool = Field(default=True, examples=["true"])
    verified_at: AnyMoment | None = Field(default=None, examples=["2026-04-01T10:00:00-04:00"])


class GivenQuery(Form):
    """What is asked. No `debts`: about all of the case's."""

    at: AnyMoment = Field(examples=["2026-04-08T10:00:00-04:00"])
    action: AskedWord = Field(examples=["call"])
    debts: Words = Field(default=(), examples=["[D1]"])
    to: Word = Field(default=CONSUMER, examples=["consumer"])
    target: Annotated[GivenTarget, BeforeValidator(_or_nothing)] = Field(
        default=GivenTarget(), examples=["{place: home, number_type: landline}"]
    )
    in_reply_to: Word | None = Field(default=None, examples=["email_in"])
    automated: bool = Field(default=False, examples=["true"])
    purpose: Word = Field(default="collection", examples=["collection"])
    opt_out_notice: Word | None = Field(default=NOTICE_PRESENT, examples=['"Reply STOP to stop texts to this number."'])
    language: Word = Field(default="en", examples=["en"])
    note: Any = None


class GivenCase(Form):
    """One case. What its author wants to say of it (`comment`, `title`, `expect`, ...) is let be."""

    id: Word = Field(examples=["april-seventh"])
    consumer_tz: ZoneWord = Field(examples=["America/New_York"])
    debts: Words = Field(default=(), examples=["[D1]"])
    given: Annotated[tuple[GivenEvent, ...], BeforeValidator(_or_none_at_all)] = Field(
        default=(), examples=["[{type: call_out, at: 2026-04-01T10:00:00-04:00, outcome: unanswered}]"]
    )
    query: Annotated[GivenQuery, BeforeValidator(_as_asked)] = Field(
        examples=["{at: 2026-04-08T10:00:00-04:00, action: call}"]
    )
    debt_groups: Annotated[dict[str, Word], BeforeValidator(_or_nothing)] = Field(default={}, examples=["{SL1: G}"])
    product: Word | None = Field(default=None, examples=["credit_card"])
    comment: Any = None
    note: Any = None
    title: Any = None
    source: Any = None
    expect: Any = None
    expected: Any = None
    why: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posed:
    """A case and the question that is asked about it."""

    id: str
    case: Case
    question: Question


def read_cases(text: str, *, file: str) -> tuple[Posed, ...]:
    """Read a file of cases: `cases:` with a list, or the list alone. Raises UnreadableCases."""
    read, problems = cases_in(text, file=file)
    if problems:
        raise UnreadableCases(problems)
    return read


def cases_in(text: str, *, file: str) -> tuple[tuple[Posed, ...], tuple[Problem, ...]]:
    """The cases of a file that can be read, and every problem with the others. Raises UnreadableCases if none can."""
    try:
        document = read_document(text, file=file, aliases="followed")
    except UnreadableFile as error:
        raise UnreadableCases(error.problems) from error
    places, problems = _places(document)
    read: list[Posed] = []
    for place in places:
        form, found = fill(GivenCase, document, at=place)
        problems += [_of_case(problem, document, place) for problem in found]
        if form is None:
            continue
        if form.id in {posed.id for posed in read}:
            told = f"there is a case with the id {quoted(form.id)} already"
            problems.append(document.problem((*place, "id"), what=told, remedy="give each case an id of its own"))
            continue
        read.append(_posed(form))
    if not read:
        raise UnreadableCases(problems)
    return tuple(read), tuple(problems)


def _of_case(problem: Problem, document: Document, place: Place) -> Problem:
    """The problem, told with the id of its case (its place in the list, where it has none)."""
    data: Any = document.data
    for part in place:
        data = data[part]
    name = data.get("id") if isinstance(data, dict) else None
    told = f"case {quoted(name)}" if name is not None else f"case {int(place[-1]) + 1} of the list"
    return replace(problem, what=f"{told}: {problem.what}")


def _places(document: Document) -> tuple[list[Place], list[Problem]]:
    """Where each case stands."""
    data: Any = document.data
    inside: Place = ()
    if isinstance(data, dict):
        inside, data = ("cases",), data.get("cases")
    if not isinstance(data, list) or not data:
        remedy = "write `cases:` and under it `- id: ...` lines"
        return [], [document.problem(inside, what="the file has no list of cases", remedy=remedy)]
    return [(*inside, position) for position in range(len(data))], []


def _timed(event: GivenEvent, given: tuple[GivenEvent, ...], *, zone: ZoneInfo) -> GivenEvent:
    """A consent of which only the day is known was given in the last conversation of that day, if there was one."""
    if event.type != "consent" or event.at is None or isinstance(event.at, datetime):
        return event
    talks = [
        instant(call.at, zone=zone)
        for call in given
        if call.outcome in CONVERSATIONS and call.at is not None and day_of(call.at, zone=zone) == event.at
    ]
    return event.model_copy(update={"at": max(talks)}) if talks else event


def _refused_in(happening: Happening) -> Iterator[Preference]:
    """What a message refuses whose words ask to stop (`content: STOP`): its address, or its medium if none is named."""
    match happening:
        case Sent(direction=Direction.IN, content=str() as words) if asks_to_stop(words):
            kind = PreferenceKind.STOP_MEDIUM if happening.address is None else PreferenceKind.OPT_OUT_ADDRESS
            yield Preference(at=happening.at, kind=kind, medium=happening.medium.value, address=happening.address)
        case _:
            pass


def _posed(form: GivenCase) -> Posed:
    zone = ZoneInfo(form.consumer_tz)
    asked = form.query
    history = tuple(happening_of(_timed(event, form.given, zone=zone), zone=zone) for event in form.given)
    named = frozenset(form.debts) or frozenset(asked.debts) or frozenset({"D1"})
    case = Case(
        zone=zone,
        debts=named | frozenset(asked.debts),
        history=(*history, *(wish for happening in history for wish in _refused_in(happening))),
        groups=MappingProxyType(dict(form.debt_groups)),
        facts=MappingProxyType({} if form.product is None else {"product": form.product}),
    )
    target = asked.target
    question = Question(
        at=instant(asked.at, zone=zone, hour=NOON),
        action=asked.action,
        debts=frozenset(asked.debts) or named,
        to=asked.to,
        target=Target(
            place=target.place,
            number_type=target.number_type,
            known_at=target.known_at,
            address=target.address,
            address_kind=target.address_kind,
            known=target.known,
            verified_at=None if target.verified_at is None else instant(target.verified_at, zone=zone),
        ),
        in_reply_to=asked.in_reply_to,
        automated=asked.automated,
        purpose=asked.purpose,
        opt_out_notice=asked.opt_out_notice,
        language=asked.language,
    )
    return Posed(id=form.id, case=case, question=question)
