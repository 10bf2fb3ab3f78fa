"""The skipping clock: a row that every process reads, moved only forwards."""

from datetime import datetime, timedelta, timezone

import pytest

from ledger.database import Ledger
from ledger.simulated_clock import ClockRunsBackwards, set_simulated_now, simulated_now
from ledger.tables.columns import NaiveInstant
from tests.ledger.lender import NOW


def moves(ledger: Ledger, now: datetime) -> None:
    """The driver moves the clock."""
    with ledger.transaction() as session:
        set_simulated_now(session, now)


def reads(ledger: Ledger) -> datetime | None:
    """Any process reads it."""
    with ledger.reading() as session:
        return simulated_now(session)


class TestTheSimulatedClock:
    """Simulated now."""

    def test_is_not_there_in_real_time(self, ledger: Ledger) -> None:
        """A ledger without the row is real."""
        assert reads(ledger) is None

    def test_moves_forwards_only(self, ledger: Ledger) -> None:
        """The same instant again is no harm."""
        for now in (NOW, NOW, NOW + timedelta(days=1)):
            moves(ledger, now)
            assert reads(ledger) == now
        with pytest.raises(ClockRunsBackwards):
            moves(ledger, NOW)
        assert reads(ledger) == NOW + timedelta(days=1)

    def test_reads_the_same_instant_in_utc_whatever_zone_it_was_set_in(self, ledger: Ledger) -> None:
        """Both databases give UTC back."""
        moves(ledger, NOW.astimezone(timezone(timedelta(hours=8))))
        now = reads(ledger)
        assert now == NOW
        assert now is not None
        assert now.utcoffset() == timedelta(0)

    def test_refuses_an_instant_without_a_zone(self, ledger: Ledger) -> None:
        """Nobody could say when that is."""
        with pytest.raises(Exception, match=NOW.strftime("%Y-%m-%dT")) as refused:
            moves(ledger, NOW.replace(tzinfo=None))
        assert isinstance(refused.value.__cause__ or refused.value, NaiveInstant)
