"""Quiet hours and caps: what is allowed is lawful, and a deferral ends at the first instant at which it would be."""

from datetime import UTC, datetime, time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.action import MESSAGES, Action
from domain.verdict import Allowed, Deferred, Forbidden, Verdict
from policy.compliance.contact import PastContact, ProposedContact
from policy.compliance.pack import (
    Citation,
    FrequencyCap,
    FrequencyCapRule,
    NoSuchPack,
    Pack,
    QuietHours,
    QuietHoursRule,
    Rule,
    pack_named,
)
from policy.compliance.screening import screen
from tests.policy.strategies import ZONES, instants, zones

BERLIN = ZoneInfo("Europe/Berlin")
EVERY_DAY = tuple(range(7))
PROVED = {QuietHoursRule: "TestQuietHours", FrequencyCapRule: "TestAFrequencyCap"}
"""Where each kind of rule is proved."""


def pack(hours: QuietHours | None = None, cap: FrequencyCap | None = None) -> Pack:
    """A pack of one or two rules about messages."""
    common = {"authority": "law", "citation": Citation(text="c", verified="seen"), "actions": MESSAGES, "message": "m"}
    rules: list[QuietHoursRule | FrequencyCapRule] = []
    if hours is not None:
        rules.append(QuietHoursRule.model_validate({**common, "id": "H", "kind": "quiet_hours", "params": hours}))
    if cap is not None:
        rules.append(FrequencyCapRule.model_validate({**common, "id": "C", "kind": "frequency_cap", "params": cap}))
    return Pack(id="p", version="1", title="P", rules=tuple(rules))


def sms(zone: ZoneInfo, *past: datetime) -> ProposedContact:
    """A text message after other text messages."""
    return ProposedContact(Action.SMS, zone, tuple(PastContact(Action.SMS, at) for at in past))


def berlin(text: str) -> datetime:
    """An instant as the wall clock in Berlin shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


windows = st.builds(
    QuietHours,
    opens=st.builds(time, st.integers(4, 11), st.sampled_from([0, 30])),
    closes=st.builds(time, st.integers(12, 23), st.sampled_from([0, 30])),
    weekdays=st.just(EVERY_DAY) | st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
)
caps = st.builds(FrequencyCap, max_contacts=st.integers(1, 4), days=st.integers(1, 14))


class TestQuietHours:
    """The night, and days on which nobody is contacted."""

    @pytest.mark.parametrize(
        ("at", "is_allowed"),
        [
            ("2026-03-02T07:59", False),
            ("2026-03-02T08:00", True),
            ("2026-03-02T18:59", True),
            ("2026-03-02T19:00", False),
        ],
    )
    def test_are_over_from_the_opening_to_the_closing(self, at: str, is_allowed: bool) -> None:  # noqa: FBT001  # a table
        """The first minute belongs to the day, the last one to the night."""
        answer = screen(sms(BERLIN), [pack_named("house-courtesy")], now=berlin(at))
        assert isinstance(answer, Allowed) is is_allowed

    def test_name_the_rule_and_where_it_stands(self) -> None:
        """A no has a reason that can be shown to a regulator."""
        answer = screen(sms(BERLIN), [pack_named("house-courtesy")], now=berlin("2026-03-02T23:00"))
        assert isinstance(answer, Deferred)
        assert (answer.ground.rule, answer.ground.pack) == ("HOUSE-HOURS", "house-courtesy@2026.11.1")
        assert "civil hours" in answer.ground.citation
        assert answer.until == berlin("2026-03-03T08:00")

    def test_last_until_the_next_day_that_is_named(self) -> None:
        """Monday to Friday: on Friday evening the answer is Monday."""
        office = QuietHours(opens=time(9), closes=time(17), weekdays=(0, 1, 2, 3, 4))
        answer = screen(sms(BERLIN), [pack(office)], now=berlin("2026-03-06T18:00"))
        assert answer == Deferred(berlin("2026-03-09T09:00"), pack(office).rules[0].ground("p@1"))

    @pytest.mark.parametrize(("night", "morning"), [("2026-03-28T23:00", 9), ("2026-10-24T23:00", 11)])
    def test_end_at_the_same_hour_when_the_clocks_change(self, night: str, morning: int) -> None:
        """In the short night 08:00 is 9 hours away less one, in the long night one more."""
        hours = QuietHours(opens=time(9), closes=time(19))
        answer = screen(sms(BERLIN), [pack(hours)], now=berlin(night))
        assert isinstance(answer, Deferred)
        assert answer.until - berlin(night).astimezone(UTC) == timedelta(hours=morning)

    def test_that_leave_no_time_are_refused(self) -> None:
        """A window that never opens would silence a lender without a word."""
        with pytest.raises(ValidationError, match="`opens` must be earlier"):
            QuietHours(opens=time(19), closes=time(8))
        with pytest.raises(ValidationError, match="at least one day"):
            QuietHours(opens=time(8), closes=time(19), weekdays=())

    def test_are_kept_in_every_zone(self) -> None:
        """Every zone of the world, an instant in each quarter of the year."""
        hours = QuietHours(opens=time(8), closes=time(19))
        for zone in map(ZoneInfo, ZONES):
            for quarter in range(4):
                now = datetime(2026, 1 + 3 * quarter, 29, 3 * quarter, 30, tzinfo=UTC)
                _keeps_to_the_rules(pack(hours), sms(zone), now=now)


class TestAFrequencyCap:
    """So many in so many days of the borrower's calendar."""

    def test_allows_a_contact_again_when_one_has_dropped_out(self) -> None:
        """Three on Monday, Tuesday and Wednesday: the next one on Monday, from midnight."""
        past = [berlin(f"2026-03-0{day}T10:00") for day in (2, 3, 4)]
        weekly = pack(cap=FrequencyCap(max_contacts=3, days=7))
        answer = screen(sms(BERLIN, *past), [weekly], now=berlin("2026-03-05T10:00"))
        assert isinstance(answer, Deferred)
        assert answer.until == berlin("2026-03-09T00:00")

    def test_counts_only_the_kinds_that_it_is_about(self) -> None:
        """A call is no message."""
        calls = tuple(PastContact(Action.CALLBACK, berlin("2026-03-02T10:00")) for _ in range(9))
        contact = ProposedContact(Action.SMS, BERLIN, calls)
        weekly = pack(cap=FrequencyCap(max_contacts=1, days=7))
        assert isinstance(screen(contact, [weekly], now=berlin("2026-03-02T11:00")), Allowed)

    def test_counts_a_contact_that_another_machine_dates_a_little_later(self) -> None:
        """Clocks differ; one contact a day stays one."""
        daily = pack(cap=FrequencyCap(max_contacts=1, days=1))
        contact = sms(BERLIN, berlin("2026-03-02T10:00:05"))
        assert isinstance(screen(contact, [daily], now=berlin("2026-03-02T10:00")), Deferred)


class TestScreening:
    """All rules together."""

    @settings(max_examples=150, deadline=None)
    @given(zones, instants, windows, caps, st.lists(st.integers(0, 40 * 24 * 60), max_size=10))
    def test_allows_only_what_is_lawful_and_defers_no_longer_than_needed(
        self, zone: str, now: datetime, hours: QuietHours, cap: FrequencyCap, minutes_ago: list[int]
    ) -> None:
        """Any zone, any window, any cap, any history."""
        past = [now - timedelta(minutes=ago) for ago in minutes_ago]
        _keeps_to_the_rules(pack(hours, cap), sms(ZoneInfo(zone), *past), now=now)

    def test_asks_every_pack(self) -> None:
        """The stricter of two answers holds, and both grounds of a yes are kept."""
        early = pack(QuietHours(opens=time(8), closes=time(19)))
        late = pack(QuietHours(opens=time(10), closes=time(12)))
        at_nine = screen(sms(BERLIN), [early, late], now=berlin("2026-03-02T09:00"))
        assert isinstance(at_nine, Deferred)
        assert at_nine.until == berlin("2026-03-02T10:00")
        at_ten = screen(sms(BERLIN), [early, late], now=berlin("2026-03-02T10:00"))
        assert isinstance(at_ten, Allowed)
        assert len(at_ten.grounds) == 2

    def test_forbids_what_no_common_time_allows(self) -> None:
        """Mornings for one law and evenings for the other leave nothing."""
        mornings = pack(QuietHours(opens=time(8), closes=time(12)))
        evenings = pack(QuietHours(opens=time(14), closes=time(18)))
        answer = screen(sms(BERLIN), [mornings, evenings], now=berlin("2026-03-02T07:00"))
        assert isinstance(answer, Forbidden)

    def test_says_nothing_about_what_no_rule_names(self) -> None:
        """A referral to a lawyer rings at nobody's door."""
        referral = ProposedContact(Action.LEGAL_REFERRAL, BERLIN)
        answer = screen(referral, [pack_named("house-courtesy")], now=berlin("2026-03-02T23:00"))
        assert answer == Allowed(())

    def test_knows_its_packs_by_name(self) -> None:
        """A misspelt name lists those that there are."""
        with pytest.raises(NoSuchPack, match="house-courtesy"):
            pack_named("house-curtesy")


class TestEveryKind:
    """Classify or fail."""

    def test_of_rule_is_proved_here(self) -> None:
        """A new kind of rule needs its own proof."""
        union = get_args(Rule)[0]
        assert set(get_args(union)) == set(PROVED)
        assert all(name in globals() for name in PROVED.values())

    def test_of_verdict_is_one_of_three(self) -> None:
        """Allowed, deferred until an instant, or forbidden."""
        assert set(get_args(Verdict)) == {Allowed, Deferred, Forbidden}


def _keeps_to_the_rules(rules: Pack, contact: ProposedContact, *, now: datetime) -> None:
    match screen(contact, [rules], now=now):
        case Allowed():
            assert _is_lawful(rules, contact, now=now)
        case Deferred(until=until):
            assert until > now
            assert isinstance(screen(contact, [rules], now=until), Allowed)
            assert _is_lawful(rules, contact, now=until)
            steps = [now + (until - now) * part / 23 for part in range(23)] + [until - timedelta(seconds=1)]
            assert not any(_is_lawful(rules, contact, now=moment) for moment in steps if now <= moment < until)
        case Forbidden():
            raise AssertionError("some time is always left")


def _is_lawful(rules: Pack, contact: ProposedContact, *, now: datetime) -> bool:
    """The same rules, written a second time and plainly."""
    local = now.astimezone(contact.zone)
    for rule in rules.rules:
        match rule:
            case QuietHoursRule(params=hours):
                if local.weekday() not in hours.weekdays or not hours.opens <= local.time() < hours.closes:
                    return False
            case FrequencyCapRule(params=cap):
                first = local.date() - timedelta(days=cap.days - 1)
                recent = [p for p in contact.history if first <= p.at.astimezone(contact.zone).date()]
                if len(recent) >= cap.max_contacts:
                    return False
    return True
