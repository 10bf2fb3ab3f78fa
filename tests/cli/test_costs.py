"""Prices are typed in major units and kept exactly."""

import pytest

from deployments.prices import shipped_prices
from domain.cost import BOOKED, CostUnit
from tests.cli.stage import Driven


@pytest.mark.parametrize(
    ("unit", "currency", "typed", "millis", "told"),
    [
        ("sms_segment", "USD", "0.0083", 830, "0.0083 USD"),
        ("field_visit", "JPY", "3750", 3_750_000, "3750 JPY"),
        ("email", "KWD", "0.001", 1000, "0.001 KWD"),
        ("agency_commission", "CNY", "17.5%", 175, "17.5%"),
        ("agency_commission", "CNY", "0.18", 180, "18%"),
    ],
)
def test_a_price_is_added_from_a_day_on(
    driven: Driven, unit: str, currency: str, typed: str, millis: int, told: str
) -> None:
    """In thousandths of a minor unit, whatever the currency's decimals; and told as it was typed."""
    command = ["costs", "add", unit, typed, "--currency", currency, "--from", "2026-02-01", "--source", "our contract"]
    assert driven.answer(*command)["price_millis"] == millis
    listed = driven.run("costs", "list", "--currency", currency).stdout
    line = next(line for line in listed.splitlines() if "our contract" in line)
    assert line.split()[:2] == [currency, unit]
    assert told in line


def test_a_price_is_never_changed_only_replaced(driven: Driven) -> None:
    """A second price of the same day is refused with the remedy."""
    command = ["costs", "add", "email", "0.03", "--currency", "CNY", "--from", "2026-02-01"]
    driven.answer(*command)
    assert "Give a later day with --from" in driven.refusal(*command)


def test_what_is_no_price_is_a_mistake_of_typing(driven: Driven) -> None:
    """Exit code 2, and nothing is added."""
    for typed in ("x", "-1", "nan", "1e999999", "0.0000001", "2000000000"):
        result = driven.run("costs", "add", "--currency", "CNY", "--from", "2026-02-01", "--", "email", typed)
        assert result.exit_code == 2, result.output
        assert "Invalid value" in result.stderr


def test_a_commission_is_no_amount(driven: Driven) -> None:
    """18 is not 18 percent."""
    result = driven.run("costs", "add", "agency_commission", "18", "--currency", "CNY", "--from", "2026-02-01")
    assert result.exit_code == 2
    assert "18%" in result.stderr


def test_shipped_prices_are_complete_in_every_currency_they_name() -> None:
    """A rate of exchange moves amounts and leaves the commission, which is a share."""
    dollars = {price.unit: price.price_millis for price in shipped_prices("USD")}
    yen = {price.unit: price.price_millis for price in shipped_prices("JPY")}
    assert set(dollars) == set(yen) == set(CostUnit) - BOOKED
    assert yen[CostUnit.AGENCY_COMMISSION] == dollars[CostUnit.AGENCY_COMMISSION] == 180
    assert yen[CostUnit.FIELD_VISIT] == dollars[CostUnit.FIELD_VISIT] * 3 // 2
    assert shipped_prices("XAF") == []
