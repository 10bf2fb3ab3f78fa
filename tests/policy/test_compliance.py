"""Quiet hours and caps: what is allowed is lawful, and a deferral ends at the first instant at which it would be."""

from datetime import UTC, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.compliance.case import Case
from policy.compliance.history import Call, CallOutcome, Direction, Happening, Location, LocationInfo, Medium, Sent
from policy.compliance.judging import judge
from policy.compliance.packfile import Pack, PackForm, Rule, RuleForm
from policy.compliance.question import Asked, Question
from policy.compliance.reading import NoSuchPack, pack_named
from policy.compliance.rules.frequency_cap import Count, FrequencyCap, Window
from policy.compliance.rules.quiet_hours import DAYS, QuietHours
from policy.compliance.stacking import Stack, stack
from policy.compliance.verdict import Answer, Verdict
from policy.files.form import Form
from tests.policy.strategies import ZONES, instants, zones

BERLIN = ZoneInfo("Europe/Berlin")
COURTESY = stack(["house-courtesy"])
LOAN = frozenset({"loan"})


def pack(*kinds: Form, name: str = "p") -> Pack:
    """A pack of rules about text messages, one for each set of parameters."""
    form = PackForm.model_validate(
        {
            "id": name,
            "version": "1",
            "jurisdiction": "any",
            "title": "P",
            "sources": [{"id": "s", "instrument": "I", "cited_as": "S", "verified": "seen"}],
        }
    )
    return Pack(form=form, rules=tuple(_rule(params, number) for number, params in enumerate(kinds)), digest=name)


def _rule(params: Form, number: int) -> Rule:
    kind = "quiet_hours" if isinstance(params, QuietHours) else "frequency_cap"
    form = RuleForm.model_validate(
        {
            "id": f"R{number}",
            "kind": kind,
            "authority": "law",
            "citation": {"source": "s", "section": "1", "verified": "seen"},
            "when": {"action": ["sms"]},
            "params": {},
            "on_violation": "defer",
            "message": {"en": "m"},
        }
    )
    return Rule(form=form, params=params, line=number)


def hours(opens: time, closes: time, *, weekdays: tuple[int, ...] = tuple(range(7)), margin: int = 0) -> QuietHours:
    """A window in every place where the person may be."""
    return QuietHours.model_validate(
        {
            "opens": f"{opens:%H:%M}",
            "closes": f"{closes:%H:%M}",
            "weekdays": [DAYS[day] for day in weekdays],
            "tz_basis": "all_known_locations",
            "margin_minutes": margin,
        }
    )


def cap(most: int, days: int) -> FrequencyCap:
    """So many texts in so many calendar days."""
    window = Window(length=days, unit="calendar_day")
    return FrequencyCap(max=most, window=window, key=("person",), count=Count(media=("sms",)))


def texted(*past: datetime) -> tuple[Happening, ...]:
    """Text messages that left."""
    return tuple(Sent(at=at, direction=Direction.OUT, medium=Medium.SMS) for at in past)


def asks(packs: Stack, *past: Happening, zone: ZoneInfo = BERLIN, now: datetime, action: Asked = Asked.SMS) -> Verdict:
    """May a text message leave now?"""
    case = Case(zone=zone, debts=LOAN, history=past)
    return judge(case, Question(at=now, action=action, debts=LOAN), packs)


def berlin(text: str) -> datetime:
    """An instant as the wall clock in Berlin shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


windows = st.builds(
    hours,
    st.builds(time, st.integers(4, 11), st.sampled_from([0, 30])),
    st.builds(time, st.integers(13, 23), st.sampled_from([0, 30])),
    weekdays=st.just(tuple(range(7))) | st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    margin=st.sampled_from([0, 15]),
)
caps = st.builds(cap, st.integers(1, 4), st.integers(1, 14))


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
        assert asks(COURTESY, now=berlin(at)).is_allowed is is_allowed

    def test_name_the_rule_and_where_it_stands(self) -> None:
        """A no has a reason that can be shown to a regulator."""
        answer = asks(COURTESY, now=berlin("2026-03-02T23:00"))
        assert answer.answer is Answer.DEFERRED
        assert answer.decided_by is not None
        assert (answer.decided_by.rule, answer.decided_by.pack) == ("HOUSE-HOURS", pack_named("house-courtesy").label)
        assert "civil hours" in answer.decided_by.cited
        assert answer.until == berlin("2026-03-03T08:00")

    def test_last_until_the_next_day_that_is_named(self) -> None:
        """Monday to Friday: on Friday evening the answer is Monday."""
        office = Stack((pack(hours(time(9), time(17), weekdays=(0, 1, 2, 3, 4))),))
        assert asks(office, now=berlin("2026-03-06T18:00")).until == berlin("2026-03-09T09:00")

    @pytest.mark.parametrize(("night", "morning"), [("2026-03-28T23:00", 9), ("2026-10-24T23:00", 11)])
    def test_end_at_the_same_hour_when_the_clocks_change(self, night: str, morning: int) -> None:
        """In the short night 09:00 is 9 hours away, in the long night 11."""
        answer = asks(Stack((pack(hours(time(9), time(19))),)), now=berlin(night))
        assert answer.until is not None
        assert answer.until - berlin(night).astimezone(UTC) == timedelta(hours=morning)

    def test_are_kept_in_every_zone(self) -> None:
        """Every zone of the world, an instant in each quarter of the year."""
        rules = pack(hours(time(8), time(19)))
        for zone in map(ZoneInfo, ZONES):
            for quarter in range(4):
                now = datetime(2026, 1 + 3 * quarter, 29, 3 * quarter, 30, tzinfo=UTC)
                _keeps_to_the_rules(rules, (), zones=(zone,), now=now)


class TestAFrequencyCap:
    """So many in so many days of the borrower's calendar."""

    def test_allows_a_contact_again_when_one_has_dropped_out(self) -> None:
        """Three on Monday, Tuesday and Wednesday: the next one on Monday, from midnight."""
        past = texted(*(berlin(f"2026-03-0{day}T10:00") for day in (2, 3, 4)))
        answer = asks(Stack((pack(cap(3, 7)),)), *past, now=berlin("2026-03-05T10:00"))
        assert answer.until == berlin("2026-03-09T00:00")

    def test_counts_only_the_kinds_that_it_is_about(self) -> None:
        """A call is no message."""
        calls = (
            Call(at=berlin("2026-03-02T10:00"), direction=Direction.OUT, outcome=CallOutcome.UNANSWERED),
            Sent(at=berlin("2026-03-02T10:00"), direction=Direction.OUT, medium=Medium.EMAIL),
            Sent(at=berlin("2026-03-02T10:00"), direction=Direction.IN, medium=Medium.SMS),
        )
        assert asks(Stack((pack(cap(1, 7)),)), *calls, now=berlin("2026-03-02T11:00")).is_allowed


class TestAllRulesTogether:
    """The joint answer."""

    @settings(max_examples=150)
    @given(zones, zones, instants, windows, caps, st.lists(st.integers(0, 40 * 24 * 60), max_size=10))
    def test_allow_only_what_is_lawful_and_defer_no_longer_than_needed(
        self, zone: str, other: str, now: datetime, window: QuietHours, most: FrequencyCap, minutes_ago: list[int]
    ) -> None:
        """Any two zones at once, any window, any cap, any history."""
        past = texted(*(now - timedelta(minutes=ago) for ago in minutes_ago))
        _keeps_to_the_rules(pack(window, most), past, zones=(ZoneInfo(zone), ZoneInfo(other)), now=now)

    @settings(max_examples=60)
    @given(zones, instants, windows, windows, caps, caps, st.lists(st.integers(0, 40 * 24 * 60), max_size=10))
    def test_are_the_strictest_of_two_packs(
        self,
        zone: str,
        now: datetime,
        window: QuietHours,
        another: QuietHours,
        most: FrequencyCap,
        less: FrequencyCap,
        minutes_ago: list[int],
    ) -> None:
        """What both packs together allow, each of them allows; and the first common instant is found."""
        past = texted(*(now - timedelta(minutes=ago) for ago in minutes_ago))
        both = pack(window, most).rules + pack(another, less, name="q").rules
        together = Pack(form=pack().form, rules=both, digest="both")
        _keeps_to_the_rules(together, past, zones=(ZoneInfo(zone),), now=now)

    def test_are_asked_of_every_pack(self) -> None:
        """The stricter of two answers holds."""
        early, late = pack(hours(time(8), time(19)), name="a"), pack(hours(time(10), time(12)), name="b")
        assert asks(Stack((early, late)), now=berlin("2026-03-02T09:00")).until == berlin("2026-03-02T10:00")
        at_ten = asks(Stack((early, late)), now=berlin("2026-03-02T10:00"))
        assert at_ten.is_allowed
        assert len(at_ten.asked) == 2

    def test_name_no_instant_where_there_is_none(self) -> None:
        """Mornings for one law and evenings for the other leave nothing."""
        mornings, evenings = pack(hours(time(8), time(12)), name="a"), pack(hours(time(14), time(18)), name="b")
        answer = asks(Stack((mornings, evenings)), now=berlin("2026-03-02T07:00"))
        assert (answer.answer, answer.until) == (Answer.DEFERRED, None)

    def test_say_nothing_about_what_no_rule_names(self) -> None:
        """A referral to a lawyer rings at nobody's door."""
        referral = asks(
            Stack((pack(hours(time(8), time(12))),)), now=berlin("2026-03-02T23:00"), action=Asked.LEGAL_REFERRAL
        )
        assert referral.is_allowed
        assert referral.asked == ()

    def test_are_known_by_their_packs_names(self) -> None:
        """A misspelt name lists those that there are."""
        with pytest.raises(NoSuchPack, match="house-courtesy"):
            pack_named("house-curtesy")


def _keeps_to_the_rules(
    rules: Pack, past: tuple[Happening, ...], *, zones: tuple[ZoneInfo, ...], now: datetime
) -> None:
    home, *others = zones
    elsewhere = LocationInfo(locations=tuple(Location("mobile_area_code", zone.key) for zone in others))
    history = (*past, elsewhere)
    answer = asks(Stack((rules,)), *history, zone=home, now=now)
    match answer.answer:
        case Answer.ALLOWED:
            assert _is_lawful(rules, past, zones=zones, now=now)
        case Answer.DEFERRED if answer.until is not None:
            until = answer.until
            assert until > now
            assert asks(Stack((rules,)), *history, zone=home, now=until).is_allowed
            assert _is_lawful(rules, past, zones=zones, now=until)
            steps = [now + (until - now) * part / 23 for part in range(23)] + [until - timedelta(seconds=1)]
            moments = [moment for moment in steps if now <= moment < until]
            assert not any(_is_lawful(rules, past, zones=zones, now=moment) for moment in moments)
        case Answer.DEFERRED:
            # Never: only where the windows of two places, or of two packs, do not meet on any day of three weeks.
            quarters = (now + timedelta(minutes=15 * n) for n in range(4 * 24 * 21))
            only_hours = Pack(form=rules.form, rules=tuple(r for r in rules.rules if _is_hours(r)), digest="h")
            assert not any(_is_lawful(only_hours, (), zones=zones, now=moment) for moment in quarters)
        case _:
            raise AssertionError(answer)


def _is_hours(rule: Rule) -> bool:
    return isinstance(rule.params, QuietHours)


def _is_lawful(rules: Pack, past: tuple[Happening, ...], *, zones: tuple[ZoneInfo, ...], now: datetime) -> bool:
    """The same rules, written a second time and plainly."""
    home = zones[0]
    for rule, zone in product(rules.rules, zones):
        local = now.astimezone(zone)
        match rule.params:
            case QuietHours() as window:
                closes_at = datetime.combine(local.date(), window.closes, tzinfo=zone).astimezone(UTC)
                ends = closes_at - timedelta(minutes=window.margin_minutes)
                is_open = window.opens <= local.time() and local.time() < window.closes and now < ends
                if DAYS[local.weekday()] not in window.weekdays or not is_open:
                    return False
            case FrequencyCap() as most:
                first = now.astimezone(home).date() - timedelta(days=most.window.length - 1)
                recent = [p for p in past if p.at is not None and first <= p.at.astimezone(home).date()]
                if len(recent) >= most.max:
                    return False
            case _:
                raise AssertionError(rule.kind)
    return True
