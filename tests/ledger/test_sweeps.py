"""Sweeps: a vendor's list is read once an hour, with an overlap, and no clock that was wrong leaves a gap."""

from datetime import datetime, timedelta

from ledger.database import Ledger
from ledger.sweeps import EVERY, FAR_BACK, OVERLAP, ask_for_sweep, due_since, note_swept, sweeps
from tests.ledger.lender import NOW

WEEK = timedelta(days=7)


def since(ledger: Ledger, *, now: datetime) -> datetime | None:
    """From when Twilio's list is to be read."""
    with ledger.reading() as session:
        return due_since(session, "twilio", now=now)


def sweep(ledger: Ledger, *, now: datetime) -> None:
    """Twilio's list was read to its end."""
    with ledger.transaction() as session:
        note_swept(session, "twilio", now=now)


class TestASweep:
    """Of what came in at a vendor."""

    def test_is_due_each_hour_with_a_day_of_overlap(self, ledger: Ledger) -> None:
        """The first one reads a day too."""
        assert since(ledger, now=NOW) == NOW - OVERLAP
        sweep(ledger, now=NOW)
        assert since(ledger, now=NOW + EVERY - timedelta(seconds=1)) is None
        assert since(ledger, now=NOW + EVERY) == NOW - OVERLAP

    def test_is_due_at_once_where_a_vendor_does_not_reach_us(self, ledger: Ledger) -> None:
        """Until it was made."""
        sweep(ledger, now=NOW)
        asked_at = NOW + timedelta(minutes=5)
        with ledger.transaction() as session:
            ask_for_sweep(session, "twilio", code="11200", now=asked_at)
        assert since(ledger, now=asked_at) == NOW - OVERLAP
        sweep(ledger, now=asked_at + timedelta(minutes=1))
        assert since(ledger, now=asked_at + timedelta(minutes=2)) is None


class TestASweepByAClockThatWasAhead:
    """By a week, once."""

    def test_is_not_believed_and_leaves_no_gap(self, ledger: Ledger) -> None:
        """The next one reads far back, and by the right time from then on."""
        sweep(ledger, now=NOW + WEEK)
        for hours in (1, 24, 24 * 6):
            now = NOW + timedelta(hours=hours)
            assert since(ledger, now=now) == now - FAR_BACK
        sweep(ledger, now=NOW + EVERY)
        assert since(ledger, now=NOW + 2 * EVERY) == NOW + EVERY - OVERLAP

    def test_ends_what_was_asked_for_by_that_clock(self, ledger: Ledger) -> None:
        """Nobody is told for a week that the list is yet to be read."""
        with ledger.transaction() as session:
            ask_for_sweep(session, "twilio", code="11200", now=NOW + WEEK)
        sweep(ledger, now=NOW)
        assert since(ledger, now=NOW + timedelta(minutes=1)) is None
        with ledger.reading() as session:
            assert [each.code for each in sweeps(session)] == [None]

    def test_by_minutes_only_waits_for_them(self, ledger: Ledger) -> None:
        """The clocks of two machines differ a little; the overlap covers that."""
        sweep(ledger, now=NOW + timedelta(minutes=2))
        assert since(ledger, now=NOW) is None
