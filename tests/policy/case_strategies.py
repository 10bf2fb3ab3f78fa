"""Histories and questions of every shape that a case file could hold, for properties."""

from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from policy.compliance.case import Case
from policy.compliance.history import (
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
from policy.compliance.question import Asked, Question, Target

ZONES = ("America/New_York", "America/Los_Angeles", "America/Phoenix", "Europe/London", "Asia/Shanghai", "Pacific/Apia")
DEBTS = ("D1", "D2")
# Around both changes of the clocks of 2026, so that many days are 23 or 25 hours long.
STARTS = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 10, 20, tzinfo=UTC))
NOTICES = (Mark.VALIDATION_NOTICE_MAILED, Mark.UNDELIVERABLE_NOTICE, Mark.DISPUTE_WRITTEN, Mark.VERIFICATION_SENT)

instants = st.builds(
    lambda start, minutes: start + timedelta(minutes=minutes), st.sampled_from(STARTS), st.integers(0, 20 * 24 * 60)
)
some_debts = st.frozensets(st.sampled_from(DEBTS))
people = st.sampled_from([CONSUMER, CONSUMER, CONSUMER, "third_party:neighbour"])
hours = st.one_of(st.none(), st.builds(time, st.integers(0, 23), st.sampled_from([0, 30])))
days = instants.map(datetime.date)

calls = st.builds(
    Call,
    at=instants,
    direction=st.sampled_from(Direction),
    outcome=st.sampled_from(CallOutcome),
    to=people,
    counted_to=some_debts,
    discussed=some_debts,
)
messages = st.builds(
    Sent,
    at=instants,
    direction=st.sampled_from(Direction),
    medium=st.sampled_from([medium for medium in Medium if medium is not Medium.CALL]),
    to=people,
    debts=some_debts,
    address=st.sampled_from([None, "a@example.com"]),
    content=st.sampled_from([None, None, None, None, "cease_communication"]),
)
consents = st.builds(
    Consent,
    at=instants,
    scope=st.sampled_from(["additional_calls", "inconvenient_time"]),
    debts=some_debts,
    given_to=st.sampled_from(["collector", "creditor"]),
    expires=st.one_of(st.none(), instants),
)
days_named = st.builds(
    Consent,
    at=instants,
    scope=st.sampled_from(["additional_calls", "inconvenient_time"]),
    valid_on=st.frozensets(days, min_size=1, max_size=2),
    channel=st.sampled_from([None, None, "call"]),
)
revocations = st.builds(ConsentRevoked, at=instants, scope=st.just("additional_calls"))
wishes = st.builds(
    Preference,
    at=instants,
    kind=st.sampled_from([PreferenceKind.INCONVENIENT_TIME] * 4 + list(PreferenceKind)),
    weekdays=st.frozensets(st.integers(0, 6), max_size=3),
    begins=hours,
    ends=hours,
    valid_through=st.one_of(st.none(), days),
    withdrawn_at=st.one_of(st.none(), instants),
    medium=st.sampled_from([None, "call", "sms"]),
    address=st.sampled_from([None, "a@example.com"]),
)
places = st.builds(
    LocationInfo,
    at=st.one_of(st.none(), instants),
    locations=st.lists(st.builds(Location, st.just("residence"), st.sampled_from(ZONES)), min_size=1, max_size=2).map(
        tuple
    ),
)
sessions = st.builds(WebSession, at=instants, until=st.one_of(st.none(), instants))
marks = st.builds(Marked, at=instants, mark=st.sampled_from(NOTICES), debts=some_debts)

happenings: st.SearchStrategy[Happening] = st.one_of(
    calls, calls, messages, consents, days_named, revocations, wishes, places, sessions, marks
)
calm: st.SearchStrategy[Happening] = st.one_of(calls, calls, messages, wishes, places, marks)
"""Without what lifts a rule."""


def histories(of: st.SearchStrategy[Happening]) -> st.SearchStrategy[tuple[Happening, ...]]:
    """Up to forty things that happened, many of them on the same days."""
    return st.lists(of, max_size=40).map(tuple)


def cases(of: st.SearchStrategy[Happening]) -> st.SearchStrategy[Case]:
    """A person's case."""
    groups = st.sampled_from([{}, {"D1": "G", "D2": "G"}]).map(MappingProxyType)
    zones = st.sampled_from(ZONES).map(ZoneInfo)
    return st.builds(Case, zone=zones, debts=st.just(frozenset(DEBTS)), history=histories(of), groups=groups)


questions = st.builds(
    Question,
    at=instants,
    action=st.sampled_from(
        [Asked.CALL, Asked.CALL, Asked.SMS, Asked.EMAIL, Asked.MAIL, Asked.FURNISH, Asked.WEB_DISPLAY]
    ),
    debts=st.frozensets(st.sampled_from(DEBTS), min_size=1),
    to=people,
    target=st.builds(Target, number_type=st.sampled_from([None, "mobile", "landline"])),
    in_reply_to=st.sampled_from([None, None, "sms_in", "email_in"]),
    purpose=st.sampled_from(["collection", "location_information", "required_by_law"]),
)
