"""One given event as a mapping (in a case file, in the ledger) and as a value, there and back."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from policy.compliance.given_form import CALLS, MESSAGES, WEEKDAYS, GivenEvent, day_of, end_of, instant
from policy.compliance.history import (
    ANY_SCOPE,
    CONSUMER,
    Call,
    CallOutcome,
    Consent,
    ConsentRevoked,
    Direction,
    Happening,
    Location,
    LocationInfo,
    Mark,
    Marked,
    Medium,
    Preference,
    PreferenceKind,
    Sent,
    WebSession,
)

GREENWICH = ZoneInfo("UTC")


class NotAnEvent(ValueError):
    """The mapping is not an event as the case files write it."""


def happening_from(mapping: Mapping[str, object], *, zone: ZoneInfo = GREENWICH) -> Happening:
    """The event that a mapping tells, in the shape of a case file's `given:`.

    zone: in which days and instants without an offset are read. Raises NotAnEvent.
    """
    try:
        return happening_of(GivenEvent.model_validate(dict(mapping)), zone=zone)
    except ValidationError as error:
        told = error.errors()[0]
        raise NotAnEvent(f"{'.'.join(map(str, told['loc']))}: {told['msg']}") from error


def happening_of(given: GivenEvent, *, zone: ZoneInfo) -> Happening:
    """The event that a filled form tells."""
    if given.type == "location_info":
        places = tuple(Location(place.basis, place.tz) for place in given.locations)
        return LocationInfo(at=None if given.at is None else instant(given.at, zone=zone), locations=places)
    if given.at is None:
        raise NotAnEvent(f"the event `{given.type}` has no `at`")
    at = instant(given.at, zone=zone)
    debts = frozenset(given.debts)
    if given.type in CALLS:
        return _call(given, at=at)
    if given.type in MESSAGES:
        return _sent(given, at=at, zone=zone)
    match given.type:
        case "web_session":
            return WebSession(at=at, until=end_of(given.until, zone=zone), debts=debts)
        case "consent":
            return Consent(
                at=at,
                scope=given.scope or ANY_SCOPE,
                debts=debts,
                given_to=given.given_to,
                valid_on=frozenset(day_of(day, zone=zone) for day in given.valid_on),
                expires=end_of(given.expires, zone=zone),
                channel=given.channel,
            )
        case "consent_revoked":
            return ConsentRevoked(at=at, scope=given.scope or ANY_SCOPE, debts=debts)
        case "preference":
            return _preference(given, at=at, zone=zone)
        case mark:
            return Marked(at=at, mark=Mark(mark), debts=debts, until=end_of(given.until, zone=zone))


def mapping_of(happening: Happening) -> dict[str, object]:
    """An event as a mapping of plain JSON values, which `happening_from` reads back; what it does not say is left out.

    Instants are written in UTC.
    """
    told: dict[str, object] = {}
    match happening:
        case Call():
            told = {"type": f"call_{happening.direction}", "outcome": happening.outcome.value}
            told |= {"counted_to": happening.counted_to, "discussed": happening.discussed}
            told |= {"number_type": happening.number_type, "address": happening.address}
            told |= {"to": None if happening.to == CONSUMER else happening.to}
        case Sent():
            told = {"type": f"{happening.medium}_{happening.direction}", "content": happening.content}
            told |= {"address": happening.address, "address_kind": happening.address_kind, "posted": happening.posted}
            told |= {"to": None if happening.to == CONSUMER else happening.to}
        case WebSession():
            told = {"type": "web_session", "until": happening.until}
        case Consent():
            told = {"type": "consent", "scope": happening.scope, "given_to": happening.given_to}
            told |= {"valid_on": happening.valid_on, "expires": happening.expires, "channel": happening.channel}
        case ConsentRevoked():
            told = {"type": "consent_revoked", "scope": happening.scope}
        case Preference():
            told = {"type": "preference", "kind": happening.kind.value, "source": happening.source}
            told |= {"weekdays": [WEEKDAYS[day] for day in sorted(happening.weekdays)]}
            told |= {"from": happening.begins, "to": happening.ends, "valid_through": happening.valid_through}
            told |= {"withdrawn_at": happening.withdrawn_at, "place": happening.place}
            told |= {"medium": happening.medium, "address": happening.address}
        case LocationInfo():
            told = {"type": "location_info"}
            told |= {"locations": [{"basis": place.basis, "tz": place.tz} for place in happening.locations]}
        case Marked():
            told = {"type": happening.mark.value, "until": happening.until}
    told |= {"at": happening.at, "debts": getattr(happening, "debts", frozenset())}
    plain = {key: _plain(value) for key, value in told.items()}
    return {key: value for key, value in plain.items() if value not in (None, [])}


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case time():
            return f"{value:%H:%M}"
        case date():
            return value.isoformat()
        case frozenset():
            return sorted(map(str, (_plain(item) for item in value)))
        case _:
            return value


def _call(given: GivenEvent, *, at: datetime) -> Call:
    came_from = str(given.from_) if given.from_ is not None else None
    return Call(
        at=at,
        direction=Direction(given.type.removeprefix("call_")),
        outcome=given.outcome or CallOutcome.CONVERSATION,
        to=str(given.to or CONSUMER),
        counted_to=frozenset(given.counted_to),
        discussed=frozenset(given.discussed),
        debts=frozenset(given.debts),
        number_type=given.number_type or came_from,
        address=given.address,
    )


def _sent(given: GivenEvent, *, at: datetime, zone: ZoneInfo) -> Sent:
    medium, _, direction = given.type.rpartition("_")
    return Sent(
        at=at,
        direction=Direction(direction),
        medium=Medium(medium),
        to=str(given.to or CONSUMER),
        debts=frozenset(given.debts),
        address=given.address or (str(given.from_) if given.from_ is not None else None),
        address_kind=given.address_kind,
        content=given.content,
        posted=None if given.posted is None else day_of(given.posted, zone=zone),
    )


def _preference(given: GivenEvent, *, at: datetime, zone: ZoneInfo) -> Preference:
    return Preference(
        at=at,
        kind=given.kind or PreferenceKind.INCONVENIENT_TIME,
        source=given.source,
        weekdays=frozenset(given.weekdays),
        begins=given.begins,
        ends=given.ends,
        valid_through=None if given.valid_through is None else day_of(given.valid_through, zone=zone),
        withdrawn_at=None if given.withdrawn_at is None else instant(given.withdrawn_at, zone=zone),
        place=given.place,
        medium=given.medium,
        address=given.address,
    )
