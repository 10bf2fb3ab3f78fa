"""An arrangement says what should have come in by a day, and what comes next."""

from datetime import UTC, date, datetime

import pytest

from domain.arrangement import Arrangement, Instalment

DUE = (date(2026, 4, 1), date(2026, 5, 1))


def arrangement(received_minor: int) -> Arrangement:
    """Two instalments of 100, and what came in since."""
    parts = tuple(Instalment(due_on, 100) for due_on in DUE)
    return Arrangement("a", datetime(2026, 3, 20, tzinfo=UTC), parts, received_minor)


class TestAnArrangement:
    """Kept from 95 percent of each instalment on."""

    def test_adds_up_what_is_due_by_a_day(self) -> None:
        """Nothing, one instalment, both."""
        days = (date(2026, 3, 31), *DUE)
        assert [arrangement(0).due_by(day) for day in days] == [0, 100, 200]

    @pytest.mark.parametrize(("received", "due_on"), [(0, DUE[0]), (94, DUE[0]), (95, DUE[1]), (189, DUE[1])])
    def test_names_the_first_instalment_that_is_not_covered(self, received: int, due_on: date) -> None:
        """The tolerance counts for the sum, not for each instalment anew."""
        assert arrangement(received).next_due_on() == due_on

    def test_has_nothing_left_to_pay_when_all_is_covered(self) -> None:
        """95 percent of everything."""
        assert arrangement(190).next_due_on() is None

    def test_is_missed_only_once_its_day_has_come(self) -> None:
        """The first instalment is missed on its day, the second is not due yet."""
        assert not arrangement(0).is_missed_by(date(2026, 3, 31))
        assert arrangement(94).is_missed_by(DUE[0])
        assert not arrangement(95).is_missed_by(DUE[0])
        assert arrangement(95).is_missed_by(DUE[1])
