"""The prices that come with the product, for a lender who has not said their own yet."""

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import yaml

from domain.cost import CostUnit, UnitCost

FILE = Path(__file__).with_name("prices.yaml")
SHARES = frozenset({CostUnit.AGENCY_COMMISSION})
"""Units whose price is a share of money, so that no rate of exchange touches it."""


def shipped_prices(currency: str) -> list[UnitCost]:
    """The shipped price of every unit in a currency; empty when the file has none in it."""
    document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    tables: dict[str, dict[str, Any]] = document["prices"]
    table = tables.get(currency)
    if table is None:
        return []
    valid_from_on: date = document["valid_from"]
    if "same_as" not in table:
        return [_price(unit, row, currency=currency, on=valid_from_on) for unit, row in table.items()]
    base, rate = table["same_as"], Decimal(str(table["rate"]))
    return [
        _converted(_price(unit, row, currency=currency, on=valid_from_on), base=base, rate=rate)
        for unit, row in tables[base].items()
    ]


def _price(unit: str, row: dict[str, Any], *, currency: str, on: date) -> UnitCost:
    return UnitCost(CostUnit(unit), currency, int(row["price"]), on, str(row["source"]))


def _converted(price: UnitCost, *, base: str, rate: Decimal) -> UnitCost:
    if price.unit in SHARES:
        return price
    millis = (price.price_millis * rate).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
    source = f"{price.source}; the price in {base} at {rate}"
    return UnitCost(price.unit, price.currency, int(millis), price.valid_from_on, source)
