"""Money is whole minor units of one currency, and parts always add up to their sum."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import MixedCurrencies, Money, decimals_of, minor_from_millis


class TestMinorFromMillis:
    """Rounding the cells of a table."""

    def test_gives_what_is_left_over_to_the_largest_remainders(self) -> None:
        """Three costs of 0.4, 0.7 and 0.9 make 2, and the two largest are rounded up."""
        assert minor_from_millis([400, 700, 900]) == [0, 1, 1]

    def test_gives_equal_remainders_to_the_first(self) -> None:
        """The result does not depend on chance."""
        assert minor_from_millis([500, 500]) == [1, 0]

    def test_of_nothing_is_nothing(self) -> None:
        """An empty table has an empty foot."""
        assert minor_from_millis([]) == []

    @given(st.lists(st.integers(-(10**12), 10**12)))
    def test_sums_to_the_rounded_total(self, millis: list[int]) -> None:
        """The cells add up to the foot, and none is a whole unit away from what it was."""
        parts = minor_from_millis(millis)
        assert abs(sum(parts) * 1000 - sum(millis)) <= 500
        assert all(abs(part * 1000 - exact) < 1000 for part, exact in zip(parts, millis, strict=True))


class TestMoney:
    """An amount with its currency."""

    @pytest.mark.parametrize(
        ("minor", "currency", "text"),
        [
            (123_456, "CNY", "1,234.56 CNY"),
            (-5, "USD", "-0.05 USD"),
            (1_234, "JPY", "1,234 JPY"),
            (-1_234, "KRW", "-1,234 KRW"),
            (1_234, "KWD", "1.234 KWD"),
        ],
    )
    def test_is_written_with_the_decimals_of_its_currency(self, minor: int, currency: str, text: str) -> None:
        """Cents, whole yen, and thousandths of a dinar."""
        assert str(Money(minor, currency)) == text

    def test_knows_how_many_decimals_a_currency_has(self) -> None:
        """Two unless ISO 4217 says otherwise."""
        assert [decimals_of(c) for c in ("EUR", "VND", "BHD")] == [2, 0, 3]

    def test_adds_and_subtracts_within_a_currency(self) -> None:
        """Sums stay in minor units."""
        assert Money(150, "EUR") + Money(50, "EUR") - Money(300, "EUR") == Money(-100, "EUR")

    def test_refuses_to_add_two_currencies(self) -> None:
        """Euros and dollars are not one number."""
        with pytest.raises(MixedCurrencies, match="EUR and USD"):
            Money(1, "EUR") + Money(1, "USD")
