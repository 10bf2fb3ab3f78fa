"""A standing stops collecting: from a mark until its days have run or an event ends it, on a debt or on them all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from policy.compliance.case import Case
from policy.compliance.exceptions import is_first_reply
from policy.compliance.given_form import ZoneWord
from policy.compliance.history import Marked
from policy.compliance.objection import Effect, Objection
from policy.compliance.question import Question
from policy.compliance.span import SpanText
from policy.compliance.standing_rule import ACTIONS_OF, MarkWord, StoppedWord, day_after
from policy.compliance.validation import was_open
from policy.files.form import Form, Text, Whole


class Hold(Form):
    """From one of `starts_on` until one of `ends_on`, or until so many whole `days` after the day of the mark.

    days_after_end: whole days that it lasts on after the event that ends it. A mark's own `until` ends a hold that has
    no days, and lengthens one that has. scope: the marked debts, or every debt of the person. stops: see Stopped.
    still_allowed: purposes that it does not stop. limit: one that begins sooner than so long after the end of the one
    before is not taken for granted: a person decides. zone: where days are counted (null: where the person lives).
    only_within: a mark that is made later than that begins nothing.
    """

    starts_on: tuple[MarkWord, ...] = Field(min_length=1, examples=["[disputed]"])
    ends_on: tuple[MarkWord, ...] = Field(default=(), examples=["[dispute_ended]"])
    days: Whole | None = Field(default=None, ge=1, le=3650, examples=[60])
    days_after_end: Whole = Field(default=0, ge=0, le=3650, examples=[30])
    scope: Literal["debt", "person"] = Field(examples=["person"])
    stops: tuple[StoppedWord, ...] = Field(min_length=1, examples=["[contact, enforcement]"])
    still_allowed: tuple[Text, ...] = Field(default=(), examples=["[required_by_law]"])
    exceptions: tuple[Literal["reply_once"], ...] = Field(default=(), examples=["[reply_once]"])
    limit: SpanText | None = Field(default=None, examples=["12 months"])
    zone: ZoneWord | None = Field(default=None, examples=["Europe/London"])
    only_within: Literal["validation_period"] | None = Field(default=None, examples=["validation_period"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One hold: since when, until when (None: nobody knows yet), and whether it came too soon after another."""

    since: datetime
    until: datetime | None
    is_too_soon: bool = False

    def covers(self, moment: datetime) -> bool:
        """Whether it stands at a moment."""
        return self.since <= moment and (self.until is None or moment < self.until)


def let_it_rest(case: Case, question: Question, params: Hold, *, at: datetime) -> Objection | None:
    """Objects to what a standing hold stops, until its days have run; without a date, until the event that ends it."""
    if not any(question.action in ACTIONS_OF[stopped] for stopped in params.stops):
        return None
    if question.purpose in params.still_allowed:
        return None
    if "reply_once" in params.exceptions and is_first_reply(case, question, at=at):
        return None
    known = {s for debt in question.debts for s in standings(case, params, debt=debt)}
    now = [standing for standing in known if standing.covers(at)]
    if not now:
        return None
    since = f"since {min(s.since for s in now).astimezone(_zone(case, params)):%d %b %Y}"
    is_doubtful = all(standing.is_too_soon for standing in now)
    until = _end_of_chain(known, at=at)
    return Objection(
        detail=f"{since}, less than {params.limit} after the one before" if is_doubtful else since,
        until=until,
        until_event=params.ends_on[0].value if until is None and params.ends_on else None,
        effect=Effect.ROUTE if is_doubtful else None,
    )


def standings(case: Case, params: Hold, *, debt: str) -> tuple[Standing, ...]:
    """Every hold that stood, stands or will stand on a debt by what is known, oldest first."""
    named = debt if params.scope == "debt" else None
    ends = list(case.marks(*params.ends_on, debt=named)) if params.ends_on else []
    found: list[Standing] = []
    for mark in case.marks(*params.starts_on, debt=named):
        if params.only_within is not None and not was_open(case, debt=debt, at=mark.at):
            continue
        until = ends_at(params, mark, _ends_of(mark, ends, params), zone=_zone(case, params))
        found.append(Standing(since=mark.at, until=until, is_too_soon=_is_too_soon(case, params, mark, found)))
    return tuple(found)


def ends_at(params: Hold, mark: Marked, ended: Marked | None, *, zone: ZoneInfo) -> datetime | None:
    """When a hold that begins with a mark ends; None while only an event could end it. ended: the event, once known."""
    ends = [mark.until] if mark.until is not None else []
    if params.days is not None:
        by_days = day_after(mark.at, days=params.days, zone=zone)
        ends = [max([by_days, *ends])]
    if ended is not None:
        after = params.days_after_end
        ends.append(day_after(ended.at, days=after, zone=zone) if after else ended.at)
    return min(ends, default=None)


def _ends_of(mark: Marked, ends: list[Marked], params: Hold) -> Marked | None:
    """The first event after a mark that ends its hold; on a hold of the whole person it has to cover the mark's debts.

    An event of the same instant belongs to the hold before: a new one never ends as it begins.
    """
    return next(
        (
            end
            for end in ends
            if end.at > mark.at
            and (params.scope == "debt" or not end.debts or (mark.debts and mark.debts <= end.debts))
        ),
        None,
    )


def _is_too_soon(case: Case, params: Hold, mark: Marked, before: list[Standing]) -> bool:
    if params.limit is None:
        return False
    zone = _zone(case, params)
    began_on = mark.at.astimezone(zone).date()
    return any(
        s.until is None or began_on < params.limit.after(s.until.astimezone(zone).date())
        for s in before
        if not s.is_too_soon
    )


def _end_of_chain(known: Iterable[Standing], *, at: datetime) -> datetime | None:
    """The first instant from a moment on that no hold covers; None when one of them has no known end."""
    moment = at
    while now := [standing for standing in known if standing.covers(moment)]:
        ends = [standing.until for standing in now if standing.until is not None]
        if len(ends) < len(now):
            return None
        moment = max(ends)
    return moment


def _zone(case: Case, params: Hold) -> ZoneInfo:
    return ZoneInfo(params.zone) if params.zone else case.zone
