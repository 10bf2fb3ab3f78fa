"""The form of one given event: every key that an event of a case file, or a fact of the ledger, may have."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from policy.compliance.history import ANY_SCOPE, CallOutcome, Mark, Medium, PreferenceKind
from policy.files.form import Form, member_of, wrong
from policy.files.problem import nearest, quoted
from policy.spacing import local_instant

WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
CALLS = ("call_out", "call_in")
MESSAGES = tuple(f"{medium}_{way}" for medium in ("email", "sms", "chat", "mail", "visit") for way in ("out", "in"))
OTHERS = ("web_session", "consent", "consent_revoked", "preference", "location_info")
TYPES = (*CALLS, *MESSAGES, *OTHERS, *(mark.value for mark in Mark))

CALLED_OTHERWISE: Mapping[str, str] = {
    "phone": "call",
    "telephone": "call",
    "calls": "call",
    "text": "sms",
    "texts": "sms",
    "e-mail": "email",
    "letter": "mail",
}
"""Other words for a medium that a wish may use."""
ALL_ELECTRONIC = "electronic"
MEDIA = tuple(medium.value for medium in Medium)
MEDIA_REFUSED = (*MEDIA, ALL_ELECTRONIC, *CALLED_OTHERWISE)
SCOPES = (ANY_SCOPE, "additional_calls", "inconvenient_time", "inconvenient_place", *MEDIA)
GIVEN_TO = ("collector", "creditor")
FIRST_YEAR, LAST_YEAR = 1970, 2200
"""No moment of a case lies outside: an end that is counted in days from one must be a moment as well."""

Moment = datetime | date
"""An instant; or a whole day, or an instant without its offset, which are read in the person's zone."""

SPECIAL: Mapping[str, tuple[str, ...]] = {
    "outcome": CALLS,
    "counted_to": CALLS,
    "discussed": CALLS,
    "scope": ("consent", "consent_revoked"),
    "given_to": ("consent", "consent_revoked"),
    "valid_on": ("consent",),
    "expires": ("consent",),
    "kind": ("preference",),
    "weekdays": ("preference",),
    "valid_through": ("preference",),
    "withdrawn_at": ("preference",),
    "locations": ("location_info",),
}
"""Keys that mean something for some types only; on any other they are a mistake."""


def instant(moment: Moment, *, zone: ZoneInfo, hour: time = time(0)) -> datetime:
    """A moment as an instant: what has no offset is read in the zone, and a whole day begins at the hour."""
    if not isinstance(moment, datetime):
        return local_instant(moment, hour=hour, zone=zone)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def day_of(moment: Moment, *, zone: ZoneInfo) -> date:
    """The day of a moment on the calendar of the zone."""
    return instant(moment, zone=zone).astimezone(zone).date() if isinstance(moment, datetime) else moment


def without_nulls(data: Any, *, except_for: str = "") -> Any:
    """A mapping without the keys that are written but empty (`to: null`), which say no more than a key left out."""
    if not isinstance(data, Mapping):
        return data
    return {key: value for key, value in data.items() if value is not None or key == except_for}


def _moment(value: object) -> Moment:
    moment = _read_moment(value)
    if not FIRST_YEAR <= moment.year < LAST_YEAR:
        told = f"{quoted(str(value))} is too far away"
        raise wrong(told, remedy=f"give a moment from {FIRST_YEAR} on and before {LAST_YEAR}")
    return moment


def _read_moment(value: object) -> Moment:
    if isinstance(value, date):
        return value
    text = re.sub(r"\s+(?=[+-][0-9]|Z)", "", value.strip()) if isinstance(value, str) else ""
    try:
        return date.fromisoformat(text) if len(text) <= len("2026-04-01") else datetime.fromisoformat(text)
    except ValueError as error:
        remedy = "write it as 2026-04-01T10:00:00-04:00, or as a day: 2026-04-01"
        raise wrong(f"{quoted(value)} is not a moment", remedy=remedy) from error


def _hour(value: object) -> time:
    match = re.fullmatch(r"([01]?[0-9]|2[0-4]):([0-5][0-9])(:00)?", value) if isinstance(value, str) else None
    if match is None or (match[1] == "24" and match[2] != "00"):
        raise wrong(f"{quoted(value)} is not an hour of the day", remedy='write hours and minutes, e.g. `"15:00"`')
    return time(int(match[1]) % 24, int(match[2]))


def _checked_hour(value: object) -> str:
    return f"{_hour(value):%H:%M}"


def _listed(value: object) -> object:
    if value is None:
        return ()
    return (value,) if isinstance(value, str | date) else value


def _weekday(value: object) -> int:
    short = str(value).strip().upper()[:3]
    if short not in WEEKDAYS:
        raise wrong(f"{quoted(value)} is not a day of the week", remedy=f"write one of: {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(short)


def _one_of(known: tuple[str, ...], *, kind: str) -> Callable[[object], object]:
    def check(value: object) -> object:
        if value is None or (isinstance(value, str) and value.lower() in known):
            return value if value is None else str(value).lower()
        raise wrong(f"unknown {kind} {quoted(value)}", remedy=nearest(str(value), known=known))

    return check


def _type(value: object) -> str:
    if value not in TYPES:
        raise wrong(f"unknown type of event {quoted(value)}", remedy=nearest(str(value), known=TYPES))
    return str(value)


def _word(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Word = Annotated[str, BeforeValidator(_word)]
MediumRefused = Annotated[str, BeforeValidator(_one_of(MEDIA_REFUSED, kind="medium"))]
ChannelWord = Annotated[str, BeforeValidator(_one_of(MEDIA, kind="channel"))]
ScopeWord = Annotated[str, BeforeValidator(_one_of(SCOPES, kind="scope"))]
GiverWord = Annotated[str, BeforeValidator(_one_of(GIVEN_TO, kind="receiver of a consent"))]
Words = Annotated[tuple[Word, ...], BeforeValidator(_listed)]
AnyMoment = Annotated[Moment, BeforeValidator(_moment)]
TypeWord = Annotated[str, BeforeValidator(_type)]
Weekdays = Annotated[tuple[Annotated[int, BeforeValidator(_weekday)], ...], BeforeValidator(_listed)]
OutcomeWord = Annotated[CallOutcome, BeforeValidator(member_of(CallOutcome, kind="outcome"))]
KindWord = Annotated[PreferenceKind, BeforeValidator(member_of(PreferenceKind, kind="kind of preference"))]
Moments = Annotated[tuple[AnyMoment, ...], BeforeValidator(_listed)]


def zone_word(value: object) -> str:
    """The name of a zone of the IANA database. Raises a told error."""
    try:
        return ZoneInfo(str(value)).key
    except (KeyError, ValueError, OSError) as error:
        raise wrong(f"there is no zone {quoted(value)}", remedy="write it as America/New_York") from error


ZoneWord = Annotated[str, BeforeValidator(zone_word)]


class GivenLocation(Form):
    """A zone in which the person may be, and what suggests it."""

    basis: Word = Field(default="known", examples=["residence"])
    tz: ZoneWord = Field(examples=["America/Denver"])


class GivenEvent(Form):
    """One event. Which keys are needed depends on its `type`; a single word may stand for a list of one."""

    type: TypeWord = Field(examples=["call_out"])
    at: AnyMoment | None = Field(default=None, examples=["2026-04-01T10:00:00-04:00"])
    to: Word | None = Field(default=None, examples=["consumer"])
    from_: Word | None = Field(default=None, alias="from", examples=["home_landline"])
    outcome: OutcomeWord | None = Field(default=None, examples=["unanswered"])
    counted_to: Words = Field(default=(), examples=["[D1]"])
    discussed: Words = Field(default=(), examples=["[D1]"])
    debts: Words = Field(default=(), examples=["[D1]"])
    number_type: Word | None = None
    address: Word | None = None
    address_kind: Word | None = None
    content: Word | None = None
    posted: AnyMoment | None = Field(default=None, examples=["2026-08-03"])
    until: AnyMoment | None = Field(default=None, examples=["2026-04-01T10:30:00-04:00"])
    scope: ScopeWord | None = Field(default=None, examples=["additional_calls"])
    given_to: GiverWord = Field(default="collector", examples=["collector"])
    valid_on: Moments = Field(default=(), examples=["[2026-04-06]"])
    expires: AnyMoment | None = Field(default=None, examples=["2026-04-06"])
    channel: ChannelWord | None = Field(default=None, examples=["email"])
    kind: KindWord | None = Field(default=None, examples=["inconvenient_time"])
    source: Word = Field(default="consumer", examples=["consumer"])
    weekdays: Weekdays = Field(default=(), examples=["[MON]"])
    valid_through: AnyMoment | None = Field(default=None, examples=["2026-12-31"])
    withdrawn_at: AnyMoment | None = Field(default=None, examples=["2026-12-01T10:00:00-05:00"])
    place: Word | None = Field(default=None, examples=["home"])
    medium: MediumRefused | None = Field(default=None, examples=["call"])
    locations: tuple[GivenLocation, ...] = Field(default=(), examples=["[{basis: residence, tz: America/Denver}]"])
    note: Any = None

    @model_validator(mode="before")
    @classmethod
    def _is_whole(cls, data: Any) -> Any:
        kind = data.get("type") if isinstance(data, Mapping) else None
        if kind not in TYPES:
            return data
        data = without_nulls(data)
        for key, types in SPECIAL.items():
            if key in data and kind not in types:
                remedy = f"take it out, or write it on one of: {', '.join(types)}"
                raise wrong(f"`{key}` means nothing for `{kind}`", remedy=remedy)
        if kind == "preference":
            data = {**data, **{key: _checked_hour(data[key]) for key in ("from", "to") if data.get(key) is not None}}
        needed = {"call_out": ("outcome", "at"), "preference": ("kind", "at"), "location_info": ("locations",)}
        for key in needed.get(str(kind), ("at",)):
            if data.get(key) is None:
                example = cls.model_fields[key].examples or ["..."]
                raise wrong(f"the event `{kind}` has no `{key}`", remedy=f"add `{key}: {example[0]}`")
        return data

    @property
    def begins(self) -> time | None:
        """From which hour a preference holds; None: from midnight."""
        return None if self.from_ is None else _hour(self.from_)

    @property
    def ends(self) -> time | None:
        """Up to which hour a preference holds; None: to the end of the day."""
        return None if self.to is None else _hour(self.to)


def end_of(moment: Moment | None, *, zone: ZoneInfo) -> datetime | None:
    """When something that lasts until a moment is over: a whole day is over when the next one begins."""
    if moment is None or isinstance(moment, datetime):
        return None if moment is None else instant(moment, zone=zone)
    return local_instant(moment + timedelta(days=1), hour=time(0), zone=zone)
