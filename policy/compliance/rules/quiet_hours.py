"""Peace at night: a contact is made only inside the hours of every place where the person may be."""

from datetime import date, datetime, time, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import holidays
from pydantic import Field, ValidationInfo, field_validator

from policy.compliance.case import Case
from policy.compliance.exceptions import MEDIUM_OF, has_consent, is_browsing, is_first_reply, named_days
from policy.compliance.given_form import ZoneWord
from policy.compliance.history import Mark
from policy.compliance.objection import Objection
from policy.compliance.places import city
from policy.compliance.question import Asked, Question
from policy.files.form import Form, Hour, wrong
from policy.spacing import local_instant

DayName = Literal["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
DAYS: tuple[DayName, ...] = get_args(DayName)
MOST_ROUNDS = 60
NIGHT = "inconvenient_time"
"""The scope of a consent that lifts the hours."""


class QuietHours(Form):
    """Contacts only from `opens` up to, not including, `closes` on `weekdays`, less a margin (minutes) at the end.

    exceptions: the person's own consent to an inconvenient time; the one answer to what the person wrote in those very
    hours; what is shown to a person who is using the site just then.
    """

    opens: Hour = Field(examples=['"08:00"'])
    closes: Hour = Field(examples=['"21:00"'])
    weekdays: tuple[DayName, ...] = Field(default=DAYS, min_length=1, examples=["[MON, TUE]"])
    tz_basis: Literal["all_known_locations", "residence"] = Field(examples=["all_known_locations"])
    margin_minutes: int = Field(default=0, ge=0, le=120, examples=[0])
    holidays: str | None = Field(default=None, examples=["null"])
    exceptions: tuple[Literal["direct_consent", "reply_once", "web_session"], ...] = Field(
        default=(), examples=["[reply_once]"]
    )
    zone: ZoneWord | None = Field(default=None, examples=["Asia/Shanghai"])

    @field_validator("closes")
    @classmethod
    def _is_later(cls, closes: time, info: ValidationInfo) -> time:
        opens = info.data.get("opens")
        if opens is not None and closes <= opens:
            told = f"the hours open at {opens:%H:%M} and close at {closes:%H:%M}, so nobody could ever be contacted"
            raise wrong(told, remedy="write the hours in which contact is allowed, not the quiet ones")
        return closes

    @field_validator("holidays")
    @classmethod
    def _is_a_calendar(cls, country: str | None) -> str | None:
        known = holidays.list_supported_countries()
        if country is not None and country not in known:
            raise wrong(f"there are no holidays of '{country}'", remedy="write a country as ISO 3166-1 does, e.g. `US`")
        return country


def respect_the_night(case: Case, question: Question, params: QuietHours, *, at: datetime) -> Objection | None:
    """Objects outside the hours of any zone, until the first instant at which all of them are open."""
    if _is_free(case, question, params, at=at):
        return None
    zones = _zones(case, params)
    opens_at = _all_open(params, zones, at=at)
    named = [day for day in named_days(case, NIGHT, after=at) if _is_free(case, question, params, at=day)]
    detail = _told(question, params, zones, at=at)
    if opens_at is None:
        until = min(named, default=None)
        # A person can ask where the borrower lives; then an area code from elsewhere counts no longer.
        is_asked = until is None and len(zones) > 1
        return Objection(
            detail=f"{detail}; they never overlap",
            until=until,
            until_event=Mark.RESIDENCE_CONFIRMED.value if is_asked else None,
        )
    return Objection(detail=detail, until=min([opens_at, *named]))


def _is_free(case: Case, question: Question, params: QuietHours, *, at: datetime) -> bool:
    shut = [zone for zone in _zones(case, params) if _opening(params, zone, at=at) != at]
    return not shut or _is_excepted(case, question, params, at=at, shut=shut)


def _all_open(params: QuietHours, zones: tuple[ZoneInfo, ...], *, at: datetime) -> datetime | None:
    """The first instant at which the window is open in every zone; None when it never is."""
    opens_at = at
    for _ in range(MOST_ROUNDS):
        latest = max(_opening(params, zone, at=opens_at) for zone in zones)
        if latest == opens_at:
            return opens_at
        opens_at = latest
    return None


def _zones(case: Case, params: QuietHours) -> tuple[ZoneInfo, ...]:
    if params.zone is not None:
        return (ZoneInfo(params.zone),)
    return case.zones() if params.tz_basis == "all_known_locations" else (case.zone,)


def _is_excepted(case: Case, question: Question, params: QuietHours, *, at: datetime, shut: list[ZoneInfo]) -> bool:
    def is_shut(moment: datetime) -> bool:
        return any(_opening(params, zone, at=moment) != moment for zone in _zones(case, params))

    medium = MEDIUM_OF.get(question.action)
    if "direct_consent" in params.exceptions and has_consent(case, NIGHT, medium=medium, at=at, is_void=is_shut):
        return True
    if "web_session" in params.exceptions and question.action is Asked.WEB_DISPLAY and is_browsing(case, at=at):
        return True
    since = min(_closed_since(params, zone, at=at) for zone in shut)
    return "reply_once" in params.exceptions and is_first_reply(case, question, at=at, since=since)


def _opening(params: QuietHours, zone: ZoneInfo, *, at: datetime) -> datetime:
    """The moment itself when the window is open in the zone; else the next opening."""
    local = at.astimezone(zone)
    if (
        _is_open_day(params, local.date())
        and params.opens <= local.time()
        and at < _closing(params, local.date(), zone)
    ):
        return at
    days = (local.date() + timedelta(days=n) for n in range(15))
    openings = (local_instant(day, hour=params.opens, zone=zone) for day in days if _is_open_day(params, day))
    return next(opening for opening in openings if opening > at)


def _closed_since(params: QuietHours, zone: ZoneInfo, *, at: datetime) -> datetime:
    """The last closing before a moment at which the window is shut."""
    today = at.astimezone(zone).date()
    days = (today - timedelta(days=n) for n in range(15))
    closings = (_closing(params, day, zone) for day in days if _is_open_day(params, day))
    return next(closing for closing in closings if closing <= at)


def _closing(params: QuietHours, day: date, zone: ZoneInfo) -> datetime:
    return local_instant(day, hour=params.closes, zone=zone) - timedelta(minutes=params.margin_minutes)


def _is_open_day(params: QuietHours, day: date) -> bool:
    is_holiday = params.holidays is not None and day in holidays.country_holidays(params.holidays)
    return DAYS[day.weekday()] in params.weekdays and not is_holiday


def _told(question: Question, params: QuietHours, zones: tuple[ZoneInfo, ...], *, at: datetime) -> str:
    kind = "calling" if question.action is Asked.CALL else "contact"
    window = f"{kind} window {params.opens:%H:%M}-{params.closes:%H:%M}"
    if len(zones) == 1:
        return f"it is {at.astimezone(zones[0]):%H:%M} in {city(zones[0])}, outside the {window}"
    both = "both " if len(zones) == 2 else ""
    now = " and ".join(f"{at.astimezone(zone):%H:%M} in {city(zone)}" for zone in zones)
    return f"{window} must hold in {both}{' and '.join(map(city, zones))}, and it is {now}"
