"""How far behind a loan is, from its unpaid instalments and the money received since."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.arrears import Position, Statement, add_months, bucket_of, instalments_of, position_of

AS_OF = date(2026, 3, 20)
THREE_BEHIND = Statement(
    arrears_minor=30_000, instalment_minor=10_000, past_due_since_on=date(2026, 1, 15), as_of_on=AS_OF
)

statements = st.builds(
    lambda arrears, instalment, since, days: Statement(arrears, instalment, since, since + timedelta(days=days)),
    st.integers(0, 10**9),
    st.integers(0, 10**8),
    st.dates(date(2000, 1, 1), date(2040, 1, 1)),
    st.integers(0, 400),
)
money = st.integers(-(10**9), 2 * 10**9)


def on_20_march(received_minor: int) -> Position:
    """The position of three missed instalments after some money came in."""
    return position_of(THREE_BEHIND, received_minor=received_minor, on=AS_OF)


class TestPositionOf:
    """A statement and the money since."""

    def test_counts_days_from_the_oldest_unpaid_instalment(self) -> None:
        """15 January to 20 March are 64 days."""
        assert on_20_march(0) == Position(30_000, 64)

    def test_pays_the_oldest_instalment_first(self) -> None:
        """A whole instalment moves the date to 15 February; a little less does not."""
        assert on_20_march(9_999) == Position(20_001, 64)
        assert on_20_march(10_000) == Position(20_000, 33)
        assert on_20_march(25_000) == Position(5_000, 5)

    def test_is_cured_when_everything_is_paid(self) -> None:
        """To the last cent, and not before."""
        assert not on_20_march(29_999).is_cured
        assert on_20_march(30_000) == on_20_march(31_000) == Position(0, 0)
        assert on_20_march(30_000).is_cured

    def test_adds_money_that_was_taken_back(self) -> None:
        """A reversal of an earlier payment adds to the arrears and leaves the oldest date where it is."""
        assert on_20_march(-5_000) == Position(35_000, 64)

    def test_is_behind_again_when_money_is_taken_back_from_a_loan_that_was_current(self) -> None:
        """The statement had nothing overdue; two days later a payment bounced."""
        current = Statement(arrears_minor=0, instalment_minor=10_000, past_due_since_on=AS_OF, as_of_on=AS_OF)
        assert position_of(current, received_minor=0, on=AS_OF) == Position(0, 0)
        assert position_of(current, received_minor=-500, on=AS_OF + timedelta(days=2)) == Position(500, 2)

    @given(statements, money, st.integers(0, 10**9), st.integers(0, 500))
    def test_never_gets_worse_by_more_money(self, statement: Statement, received: int, more: int, days: int) -> None:
        """Neither the arrears nor the days past due ever grow when something is paid."""
        on = statement.as_of_on + timedelta(days=days)
        before = position_of(statement, received_minor=received, on=on)
        after = position_of(statement, received_minor=received + more, on=on)
        assert after.arrears_minor <= before.arrears_minor
        assert after.days_past_due <= before.days_past_due

    @given(statements, money, st.integers(0, 500))
    def test_owes_what_was_not_paid(self, statement: Statement, received: int, days: int) -> None:
        """The arrears are the statement's less what came in, and never less than nothing."""
        position = position_of(statement, received_minor=received, on=statement.as_of_on + timedelta(days=days))
        assert position.arrears_minor == max(statement.arrears_minor - received, 0)
        assert position.is_cured == (position.arrears_minor == 0)


class TestInstalmentsOf:
    """Splitting arrears into due dates."""

    def test_keeps_to_the_ends_of_months(self) -> None:
        """31 January is followed by 28 February and 31 March."""
        statement = Statement(25_000, 10_000, date(2026, 1, 31), date(2026, 3, 31))
        assert list(instalments_of(statement)) == [
            (date(2026, 1, 31), 10_000),
            (date(2026, 2, 28), 10_000),
            (date(2026, 3, 31), 5_000),
        ]

    def test_stretches_instalments_that_cannot_hold_the_arrears(self) -> None:
        """Fees make it more than two instalments, and there were two due dates."""
        statement = Statement(25_001, 10_000, date(2026, 1, 10), date(2026, 2, 20))
        assert list(instalments_of(statement)) == [(date(2026, 1, 10), 12_501), (date(2026, 2, 10), 12_500)]

    @given(statements)
    def test_sums_to_the_arrears(self, statement: Statement) -> None:
        """Nothing is lost between the due dates, which come in order and lie before the statement's day."""
        parts = list(instalments_of(statement))
        days = [due_on for due_on, _ in parts]
        assert sum(amount for _, amount in parts) == statement.arrears_minor
        assert days == sorted(set(days))
        assert all(amount > 0 for _, amount in parts)
        assert all(statement.past_due_since_on <= day <= statement.as_of_on for day in days)


class TestCalendar:
    """Months and buckets."""

    @pytest.mark.parametrize(
        ("day", "months", "later"),
        [
            (date(2024, 1, 31), 1, date(2024, 2, 29)),
            (date(2026, 1, 31), 13, date(2027, 2, 28)),
            (date(2026, 12, 5), 1, date(2027, 1, 5)),
            (date(2026, 5, 31), 0, date(2026, 5, 31)),
        ],
    )
    def test_a_month_later_is_the_same_day_or_the_last(self, day: date, months: int, later: date) -> None:
        """February is short, and December has a successor."""
        assert add_months(day, months) == later

    def test_buckets_are_thirty_days_wide(self) -> None:
        """0 is current, 1 to 30 is the first, 31 begins the second."""
        assert [bucket_of(days) for days in (-3, 0, 1, 30, 31, 60, 61)] == [0, 0, 1, 1, 2, 2, 3]
