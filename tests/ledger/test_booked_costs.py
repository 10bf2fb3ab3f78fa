"""Costs are events: billed once, corrected by rows of their own, and a month's amount is shared out to the last bit."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.book import BookCost
from domain.cost import CostUnit, UnitCost
from domain.work_item import Disposition, WorkKind
from ledger.booked_costs import CostRefused, CostsTaken, NoSuchCost, correct_cost, take_in_costs
from ledger.cost_lists import spent_on, spent_rows
from ledger.fixed_costs import shares
from ledger.results import ResultDoesNotFit
from ledger.tables.journey import StepRow
from ledger.tables.money import CostRow, FixedCostRow
from reports.effectiveness import effectiveness
from reports.reconciling import reconcile
from tests.ledger.lender import NOW, Lender, a_loan

LATER = NOW + timedelta(days=60)
FEE = BookCost("L-1", "agency", "A-1", CostUnit.AGENCY_FEE, 4, 10_000_000, "GBP", NOW + timedelta(days=2))
LICENCE = BookCost(None, "vendor", "LIC", CostUnit.LICENCE, 1, 100_001_000, "GBP", NOW)


def take_in(lender: Lender, *costs: BookCost | UnitCost, now: datetime = LATER) -> CostsTaken:
    """A file of costs comes in, two months later."""
    with lender.ledger.transaction() as session:
        return take_in_costs(session, lender.portfolio(session), costs, now=now)


def commissions(lender: Lender) -> list[CostRow]:
    """What agencies earned, and gave back."""
    return [row for row in lender.rows(CostRow) if row.unit == CostUnit.AGENCY_COMMISSION.value]


class TestABilledCost:
    """An agency's invoice, line by line."""

    def test_is_booked_once_at_the_step_that_it_is_for(self, lender: Lender) -> None:
        """The last step of its kind before it; the journey alone where there was none."""
        journey_id = lender.opens()
        assert take_in(lender, FEE).new == 1
        assert take_in(lender, FEE).known == 1
        (row,) = lender.rows(CostRow)
        assert (row.journey_id, row.rung, row.action) == (journey_id, "agency_placement", "agency_placement")
        assert (row.quantity, row.price_millis, row.amount_millis) == (4, 2_500_000, 10_000_000)
        assert (row.incurred_at, row.recorded_at) == (FEE.incurred_at, LATER)

    def test_may_be_of_a_loan_without_a_journey(self, lender: Lender) -> None:
        """It stands outside any journey, and the report still reconciles."""
        lender.takes_in(a_loan())
        take_in(lender, FEE)
        with lender.ledger.reading() as session:
            report = effectiveness(
                session, portfolio="cards", from_on=date(2026, 1, 1), to_on=date(2026, 1, 31), as_of=LATER
            )
            assert reconcile(session, report).reconciles
        assert (report.total.cost_millis, lender.rows(CostRow)[0].journey_id) == (10_000_000, None)

    def test_is_corrected_by_a_row_that_points_at_it(self, lender: Lender) -> None:
        """At the same instant, known later; never by more than it was."""
        lender.opens()
        credit = replace(FEE, external_id="A-2", amount_millis=-2_500_000, quantity=-1, corrects="A-1")
        taken = take_in(lender, credit, FEE)
        assert (taken.new, taken.refused) == (2, [])
        first, second = sorted(lender.rows(CostRow), key=lambda row: -row.amount_millis)
        assert (second.corrects_id, second.incurred_at, second.amount_millis) == (
            first.id,
            first.incurred_at,
            -2_500_000,
        )
        too_much = take_in(lender, replace(credit, external_id="A-3", amount_millis=-7_500_001))
        assert [reason for _, reason in too_much.refused] == ["more would be taken off than it cost"]

    def test_that_a_step_cost_is_corrected_by_hand(self, lender: Lender) -> None:
        """By the beginning of its id; a report as of the day before does not move."""
        lender.opens()
        take_in(lender, FEE, now=NOW + timedelta(days=3))
        (row,) = lender.rows(CostRow)
        with lender.ledger.transaction() as session:
            correct_cost(session, row.id[:8], millis=-1_000, source="credit note", now=LATER)
            with pytest.raises(CostRefused, match="more would be taken off"):
                correct_cost(session, row.id, millis=-10_000_000, source="credit note", now=LATER)
            with pytest.raises(NoSuchCost, match="costs list"):
                correct_cost(session, "nothing", millis=1, source="x", now=LATER)
        with lender.ledger.reading() as session:
            period = {"portfolio": "cards", "from_on": date(2026, 1, 1), "to_on": date(2026, 1, 31)}
            then = effectiveness(session, **period, as_of=LATER - timedelta(days=1))  # type: ignore[arg-type]
            today = effectiveness(session, **period, as_of=LATER)  # type: ignore[arg-type]
        assert (then.total.cost_millis, today.total.cost_millis) == (10_000_000, 9_999_000)

    def test_that_cannot_be_is_refused(self, lender: Lender) -> None:
        """Another amount under its key, a loan that is not there, another currency, a correction of nothing."""
        lender.takes_in(a_loan())
        take_in(lender, FEE)
        taken = take_in(
            lender,
            replace(FEE, amount_millis=1),
            replace(FEE, loan_number="L-9", external_id="A-9"),
            replace(FEE, currency="EUR", external_id="A-8"),
            replace(FEE, external_id="A-7", corrects="A-77"),
        )
        assert [reason.split("'")[0] for _, reason in taken.refused] == [
            "",
            "the portfolio has no loan ",
            "the portfolio is in GBP, the cost in EUR",
            "there is no cost ",
        ]


class TestAMonth:
    """What a portfolio cost whatever was done in it."""

    def test_is_shared_out_by_days_and_sums_exactly(self, lender: Lender) -> None:
        """Two journeys open since the fifth and one since the twentieth bear 27, 27 and 12 parts of 66."""
        lender.opens(a_loan("L-1"), a_loan("L-2", borrower="B-2"))
        lender.now = datetime(2026, 1, 20, 9, tzinfo=UTC)
        lender.opens(a_loan("L-3", borrower="B-3"))
        assert take_in(lender, LICENCE).allocated == 3
        assert take_in(lender, LICENCE).known == 1
        amounts = sorted(row.amount_millis for row in lender.rows(CostRow))
        assert sum(amounts) == LICENCE.amount_millis
        assert amounts[0] == 100_001_000 * 12 // 66
        assert {row.incurred_at.date() for row in lender.rows(CostRow)} == {date(2026, 1, 31)}
        with lender.ledger.reading() as session:
            report = effectiveness(
                session, portfolio="cards", from_on=date(2026, 1, 1), to_on=date(2026, 1, 31), as_of=LATER
            )
            assert reconcile(session, report).reconciles
            portfolio = lender.portfolio(session)
            (spent,) = spent_on(session, portfolio, from_on=date(2026, 1, 1), to_on=date(2026, 1, 31))
            assert (spent.source, spent.rows, spent.amount_millis) == ("allocated", 3, LICENCE.amount_millis)
            assert (
                len(spent_rows(session, portfolio, from_on=date(2026, 1, 1), to_on=date(2026, 1, 31), at_most=2)) == 2
            )
        assert report.total.cost_millis == LICENCE.amount_millis

    def test_is_shared_out_over_loans_where_no_journey_was_open(self, lender: Lender) -> None:
        """Alike."""
        lender.takes_in(a_loan("L-1"), a_loan("L-2"))
        take_in(lender, LICENCE)
        assert [row.amount_millis for row in lender.rows(CostRow)] == [50_000_500] * 2

    def test_is_corrected_in_its_own_month(self, lender: Lender) -> None:
        """The difference is shared out too; the month itself must be over."""
        lender.opens()
        credit = replace(LICENCE, external_id="LIC-2", amount_millis=-1_000, corrects="LIC", incurred_at=LATER)
        early = replace(LICENCE, external_id="LIC-3", incurred_at=LATER)
        taken = take_in(lender, LICENCE, credit, early)
        assert [row.month_on for row in lender.rows(FixedCostRow)] == [date(2026, 1, 1)] * 2
        assert sum(row.amount_millis for row in lender.rows(CostRow)) == LICENCE.amount_millis - 1_000
        assert ["the month is not over" in reason for _, reason in taken.refused] == [True]

    @given(st.integers(0, 10**15), st.lists(st.integers(1, 31), min_size=1, max_size=40))
    def test_never_loses_a_thousandth(self, total: int, weights: list[int]) -> None:
        """Whatever the amount and the days."""
        parts = shares(total, weights=weights)
        assert sum(parts) == total
        assert all(abs(part - total * w / sum(weights)) < 2 for part, w in zip(parts, weights, strict=True))


class TestAPrice:
    """In the same file."""

    def test_is_added_once_and_never_changed(self, lender: Lender) -> None:
        """Another price of the same day is refused."""
        lender.takes_in(a_loan())
        price = UnitCost(CostUnit.KILOMETRE, "GBP", 45_000, date(2026, 2, 1), "the fleet")
        assert take_in(lender, price).prices == 1
        assert take_in(lender, price).known == 1
        refused = take_in(lender, replace(price, price_millis=46_000)).refused
        assert ["prices are never changed" in reason for _, reason in refused] == [True]


class TestAVisit:
    """Costs its price and its kilometres."""

    def test_charges_the_kilometres(self, lender: Lender) -> None:
        """At the price of the day."""
        item = lender.has_work(lender.opens(ladder="standard"), WorkKind.FIELD_VISIT)
        lender.records(item, Disposition.NO_ANSWER, kilometres=38)
        costs = {row.unit: row.quantity for row in lender.rows(CostRow)}
        assert (costs["field_visit"], costs["kilometre"]) == (1, 38)

    def test_alone_has_kilometres(self, lender: Lender) -> None:
        """Nobody drives to make a call."""
        item = lender.has_work(lender.opens(ladder="standard"))
        with pytest.raises(ResultDoesNotFit, match="for visits only"):
            lender.records(item, Disposition.NO_ANSWER, kilometres=38)


class TestACommission:
    """An agency's share."""

    def test_is_given_back_with_the_money(self, lender: Lender) -> None:
        """At the rate at which it was earned, in a row that points at it."""
        item = lender.has_work(lender.opens(ladder="standard"), WorkKind.AGENCY_PLACEMENT)
        lender.now += timedelta(hours=1)
        paid = lender.receives(2_000)
        lender.receives(500, reverses=paid)
        lender.records(item, Disposition.RETURNED)
        earned, back = sorted(commissions(lender), key=lambda row: -row.quantity)
        assert (earned.quantity, back.quantity, back.price_millis) == (2_000, -500, earned.price_millis)
        assert (back.corrects_id, back.payment_id) == (earned.id, earned.payment_id)

    def test_is_earned_on_what_a_promise_brought_in(self, lender: Lender) -> None:
        """The agency reported a promise; the money that follows is its doing until we work the loan again."""
        item = lender.has_work(lender.opens(ladder="standard"), WorkKind.AGENCY_PLACEMENT)
        lender.now += timedelta(hours=1)
        lender.records(item, Disposition.PAID)
        lender.now += timedelta(days=2)
        lender.receives(3_000)
        assert [row.quantity for row in commissions(lender)] == [3_000]


def test_a_bill_for_a_known_step_stands_on_its_rung(lender: Lender) -> None:
    """An invoice for a message is booked on the rung that sent one."""
    journey_id = lender.opens()
    lender.lives(journey_id, days=1)
    (step, *_) = lender.rows(StepRow)
    bill = replace(FEE, unit=CostUnit.SMS_SEGMENT, incurred_at=step.ended_at + timedelta(hours=2))
    take_in(lender, bill)
    (booked,) = [row for row in lender.rows(CostRow) if row.source == "agency"]
    assert (booked.rung, booked.action, booked.turn_no) == (step.rung, "sms", step.turn_no)
