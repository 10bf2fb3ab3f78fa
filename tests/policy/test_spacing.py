"""When a planned wait ends."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.spacing import grace_ends, local_instant, spaced
from tests.policy.strategies import hours, instants, spacings, zones

BERLIN = ZoneInfo("Europe/Berlin")
NINE = time(9)


class TestSpaced:
    """From the end of one step to the next."""

    def test_ends_whole_days_at_the_ladders_hour(self) -> None:
        """From Monday 15:00, three days are over on Thursday at 09:00."""
        start = datetime(2026, 3, 2, 15, tzinfo=BERLIN)
        assert spaced(start, timedelta(days=3), zone=BERLIN, hour=NINE) == datetime(2026, 3, 5, 9, tzinfo=BERLIN)

    def test_never_ends_before_it_began(self) -> None:
        """No days from 15:00 on are over at once and not at 09:00 of the same day."""
        start = datetime(2026, 3, 2, 15, tzinfo=BERLIN)
        assert spaced(start, timedelta(0), zone=BERLIN, hour=NINE) == start

    def test_counts_shorter_waits_in_hours(self) -> None:
        """36 hours are 36 hours, also in the night in which the clocks change."""
        start = datetime(2026, 3, 28, 12, tzinfo=BERLIN)
        ends_at = spaced(start, timedelta(hours=36), zone=BERLIN, hour=NINE)
        assert ends_at.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=36)

    @given(instants, spacings, spacings, zones, hours)
    def test_adds_up(self, start: datetime, first: timedelta, second: timedelta, zone: str, hour: time) -> None:
        """A later wait ends later: no wait ends before its start, and none is cut short by one before it."""
        where = ZoneInfo(zone)
        then = spaced(start, first, zone=where, hour=hour)
        assert start <= then <= spaced(then, second, zone=where, hour=hour)


class TestLocalInstant:
    """A wall-clock hour as an instant."""

    def test_is_the_first_of_an_hour_that_comes_twice(self) -> None:
        """02:30 on the last Sunday of October."""
        assert local_instant(date(2026, 10, 25), hour=time(2, 30), zone=BERLIN) == datetime(
            2026, 10, 25, 0, 30, tzinfo=UTC
        )

    @pytest.mark.parametrize(
        ("zone", "day", "hour", "first"),
        [
            ("Europe/Berlin", date(2026, 3, 29), time(2, 30), "03:00"),
            ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "02:30"),
            ("Africa/Cairo", date(2026, 4, 24), time(0, 0), "01:00"),
        ],
    )
    def test_is_the_first_after_an_hour_that_the_clocks_skip(
        self, zone: str, day: date, hour: time, first: str
    ) -> None:
        """Clocks go forward by an hour or, on Lord Howe Island, by half of one."""
        where = ZoneInfo(zone)
        at = local_instant(day, hour=hour, zone=where)
        assert f"{at.astimezone(where):%H:%M}" == first
        assert (at - timedelta(seconds=1)).astimezone(where).time() < hour or hour == time(0)

    @given(st.dates(date(2024, 1, 1), date(2030, 1, 1)), hours, zones)
    def test_is_that_hour_on_that_day(self, day: date, hour: time, zone: str) -> None:
        """Or at most an hour later, where the clocks skip it."""
        local = local_instant(day, hour=hour, zone=ZoneInfo(zone)).astimezone(ZoneInfo(zone))
        late = local.replace(tzinfo=None) - datetime.combine(day, hour)
        assert timedelta(0) <= late <= timedelta(hours=1)


class TestTheEndOfAGrace:
    """After the day that money was agreed for."""

    def test_is_the_ladders_hour_some_days_later(self) -> None:
        """Due on Monday with three days of grace: late from Thursday at nine."""
        ends = grace_ends(date(2026, 1, 5), grace=timedelta(days=3), hour=NINE, zone=BERLIN)
        assert ends == datetime(2026, 1, 8, 8, tzinfo=UTC)

    @given(st.dates(date(9989, 1, 1)), st.integers(0, 60), hours, zones)
    def test_is_told_for_any_day_that_a_calendar_holds(self, day: date, grace: int, hour: time, zone: str) -> None:
        """Also for the last one, in every zone."""
        ends = grace_ends(day, grace=timedelta(days=grace), hour=hour, zone=ZoneInfo(zone))
        assert ends.year < 9991
