"""One row of a lender's file as a cost: a price of a unit, or an amount that was billed."""

from collections.abc import Iterator
from datetime import UTC, date
from decimal import Decimal
from zoneinfo import ZoneInfo

from connectors.book_file.cell import BadCellError
from connectors.book_file.code import currency_of
from connectors.book_file.cost_mapping import CostMapping
from connectors.book_file.loan_row import OLDEST
from connectors.book_file.past_words import unit_of
from connectors.book_file.rejects import Reject
from connectors.book_file.row import Row
from domain.book import BookCost
from domain.cost import BOOKED, CostUnit, UnitCost
from domain.money import MILLIS_PER_MINOR


def cost_of(row: Row, mapping: CostMapping, *, as_of: date) -> Iterator[BookCost | UnitCost | Reject]:
    """The cost of a row, not later than `as_of`; a price may be of a day to come. A row with no amount is no cost."""
    fields = mapping.fields
    try:
        if fields.price is not None and row.optional_text(fields.price):
            yield _price(row, mapping)
            return
        cost = _billed(row, mapping, as_of=as_of)
        if cost is not None:
            yield cost
    except BadCellError as error:
        yield row.reject(error)


def _price(row: Row, mapping: CostMapping) -> UnitCost:
    fields, defaults = mapping.fields, mapping.defaults
    unit = _unit(row, mapping)
    if unit in BOOKED:
        raise row.refused(f"{unit.value} has no price: it is booked as it is billed, with an amount", fields.unit)
    currency = row.code(fields.currency, defaults.currency, currency_of)
    if unit is CostUnit.AGENCY_COMMISSION:
        millis = _share(row, mapping)
    else:
        found = row.millis(fields.price, currency=currency)
        millis = 0 if found is None else found
    if millis < 0:
        raise row.refused("is negative", fields.price)
    valid_from = row.day(fields.valid_from)
    if valid_from is None:
        raise row.refused("is empty, and a price needs the first day on which it is valid", fields.valid_from)
    return UnitCost(unit, currency, millis, valid_from, row.text("source", fields.source, default=defaults.source))


def _share(row: Row, mapping: CostMapping) -> int:
    """A commission in thousandths: 18% or 0.18 is 180."""
    text = row.optional_text(mapping.fields.price)
    try:
        share = Decimal(text.removesuffix("%").strip()) / (100 if text.endswith("%") else 1)
    except ArithmeticError:
        raise row.refused("is not a share; write a commission as 18% or 0.18", mapping.fields.price) from None
    millis = share * MILLIS_PER_MINOR
    if not 0 <= share <= 1 or millis != millis.to_integral_value():
        raise row.refused("is not a share from 0 to 1 in thousandths", mapping.fields.price)
    return int(millis)


def _billed(row: Row, mapping: CostMapping, *, as_of: date) -> BookCost | None:
    fields, defaults = mapping.fields, mapping.defaults
    currency = row.code(fields.currency, defaults.currency, currency_of)
    amount = row.millis(fields.amount, currency=currency)
    if not amount:
        return None
    corrects = row.optional_text(fields.corrects) or None
    if amount < 0 and corrects is None:
        raise row.refused("is negative, and nothing says which cost it corrects; map corrects:", fields.amount)
    at = row.instant(fields.incurred_at, zone=ZoneInfo(defaults.timezone)) if fields.incurred_at else None
    if at is None:
        raise row.refused("is empty, and the day of the cost is required", fields.incurred_at)
    if at.date() > as_of:
        raise row.refused(f"lies after the file's day, {as_of}", fields.incurred_at)
    if as_of - at.date() > OLDEST:
        raise row.refused(f"is more than {OLDEST.days} days before the file's day, {as_of}", fields.incurred_at)
    return BookCost(
        loan_number=row.optional_text(fields.loan_number) or None,
        source=row.text("source", fields.source, default=defaults.source),
        external_id=row.text("external_id", fields.external_id),
        unit=_unit(row, mapping),
        quantity=_quantity(row, mapping, amount),
        amount_millis=amount,
        currency=currency,
        incurred_at=at.astimezone(UTC),
        corrects=corrects,
    )


def _unit(row: Row, mapping: CostMapping) -> CostUnit:
    text = row.text("unit", mapping.fields.unit, default=mapping.defaults.unit)
    try:
        return unit_of(text)
    except BadCellError as error:
        raise row.refused(error.reason, mapping.fields.unit) from None


def _quantity(row: Row, mapping: CostMapping, amount_millis: int) -> int:
    """How many units the amount is for, where it is a whole number of them at one price; else one."""
    source = mapping.fields.quantity
    quantity = (row.count(source) if source else None) or 1
    if quantity < 1 or amount_millis % quantity:
        quantity = 1
    return quantity if amount_millis > 0 else -quantity
