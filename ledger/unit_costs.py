"""Dated prices: what one unit costs from a day on."""

from collections.abc import Iterable
from datetime import date

from sqlmodel import Session, col, select

from domain.cost import BOOKED, OPTIONAL, CostUnit, UnitCost
from ledger.tables.money import UnitCostRow


def add_unit_costs(session: Session, prices: Iterable[UnitCost]) -> int:
    """Add prices whose unit, currency and day are not there yet; those that are stay. Returns how many."""
    there = {(r.unit, r.currency, r.valid_from_on) for r in session.exec(select(UnitCostRow)).all()}
    added = 0
    for price in prices:
        key = (price.unit.value, price.currency, price.valid_from_on)
        if key in there:
            continue
        there.add(key)
        session.add(
            UnitCostRow(
                unit=price.unit.value,
                currency=price.currency,
                price_millis=price.price_millis,
                valid_from_on=price.valid_from_on,
                source=price.source,
            )
        )
        added += 1
    return added


def complete_unit_costs(session: Session, prices: Iterable[UnitCost], *, currency: str, on: date) -> int:
    """Add these prices where some of our steps have none in the currency on a day. Returns how many were added."""
    if not units_without_price(session, currency=currency, on=on):
        return 0
    added = add_unit_costs(session, prices)
    session.flush()
    return added


def unit_costs(session: Session) -> list[UnitCost]:
    """All prices, by currency, unit and day."""
    rows = session.exec(
        select(UnitCostRow).order_by(col(UnitCostRow.currency), col(UnitCostRow.unit), col(UnitCostRow.valid_from_on))
    ).all()
    return [UnitCost(CostUnit(r.unit), r.currency, r.price_millis, r.valid_from_on, r.source) for r in rows]


def units_without_price(session: Session, *, currency: str, on: date) -> list[CostUnit]:
    """The units of our steps that have no price in a currency on a day; journeys open only when there are none."""
    priced = set(
        session.exec(
            select(UnitCostRow.unit).where(UnitCostRow.currency == currency, col(UnitCostRow.valid_from_on) <= on)
        ).all()
    )
    return [unit for unit in CostUnit if unit not in BOOKED | OPTIONAL and unit.value not in priced]
