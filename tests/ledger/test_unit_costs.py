"""Prices are dated rows: last year's costs do not move when a price does."""

from datetime import UTC, date, datetime

from domain.action import Action
from domain.cost import BOOKED, OPTIONAL, CostUnit, UnitCost
from domain.event import EventKind
from ledger.steps import charge, price_on
from ledger.tables.journey import JourneyRow
from ledger.tables.money import CostRow
from ledger.unit_costs import add_unit_costs, unit_costs, units_without_price
from tests.ledger.lender import Lender


def price(millis: int, day: date, currency: str = "GBP") -> UnitCost:
    """A price of a text message from a day on."""
    return UnitCost(CostUnit.SMS_SEGMENT, currency, millis, day, "test")


def charges(lender: Lender, journey_id: str, *, at: datetime, unit: CostUnit = CostUnit.SMS_SEGMENT) -> None:
    """Two units of something."""
    with lender.ledger.transaction() as session:
        journey = session.get_one(JourneyRow, journey_id)
        charge(session, journey, turn_no=0, rung="r", action=Action.SMS, unit=unit, quantity=2, now=at)


class TestAPrice:
    """Valid from a day on."""

    def test_counts_from_its_day_until_a_later_one_replaces_it(self, lender: Lender) -> None:
        """The day before, the day itself, and a day in between."""
        with lender.ledger.transaction() as session:
            add_unit_costs(session, [price(100, date(2026, 1, 1)), price(200, date(2026, 3, 1))])
            days = [
                datetime(2025, 12, 31, tzinfo=UTC),
                datetime(2026, 1, 1, tzinfo=UTC),
                datetime(2026, 3, 1, tzinfo=UTC),
            ]
            found = [price_on(session, CostUnit.SMS_SEGMENT, currency="GBP", at=day) for day in days]
            assert found == [None, 100, 200]
            assert price_on(session, CostUnit.SMS_SEGMENT, currency="EUR", at=days[1]) is None

    def test_that_changes_leaves_booked_costs_as_they_are(self, lender: Lender) -> None:
        """A message of last year, a new price, a message of this year."""
        journey = lender.opens()
        charges(lender, journey, at=datetime(2025, 12, 1, tzinfo=UTC))
        with lender.ledger.transaction() as session:
            add_unit_costs(session, [price(9_000, date(2026, 1, 1))])
        charges(lender, journey, at=datetime(2026, 1, 2, tzinfo=UTC))
        assert sorted(row.amount_millis for row in lender.rows(CostRow)) == [8_000, 18_000]

    def test_is_added_once(self, lender: Lender) -> None:
        """The same unit, currency and day again is left as it was."""
        with lender.ledger.transaction() as session:
            assert add_unit_costs(session, [price(1, date(2026, 1, 1)), price(2, date(2026, 1, 1))]) == 1
            assert add_unit_costs(session, [price(3, date(2026, 1, 1))]) == 0
            assert unit_costs(session) == [price(1, date(2026, 1, 1))]

    def test_that_is_missing_is_told(self, lender: Lender) -> None:
        """Before journeys open; and what happened all the same is booked at nothing, with an event."""
        with lender.ledger.transaction() as session:
            add_unit_costs(session, [price(1, date(2026, 1, 1), "EUR")])
            missing = units_without_price(session, currency="EUR", on=date(2026, 6, 1))
            assert set(missing) == set(CostUnit) - BOOKED - OPTIONAL - {CostUnit.SMS_SEGMENT}
        journey = lender.opens()
        charges(lender, journey, at=datetime(2024, 1, 1, tzinfo=UTC))
        assert [row.amount_millis for row in lender.rows(CostRow)] == [0]
        assert lender.events(EventKind.COST_UNPRICED) == 1
