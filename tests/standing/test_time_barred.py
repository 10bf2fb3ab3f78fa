"""A debt that time has barred is not taken to court, and the ladder goes on without that rung."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.work_item import WorkKind
from tests.ledger.lender import a_loan
from tests.standing.household import Household

LIMITATION = date(2026, 3, 1)


def lives_past_the_law(household: Household, limitation_on: date | None) -> str:
    """One loan with its limitation lives on the standard ladder until the step after the referral; its journey."""
    loan = replace(a_loan(), limitation_on=limitation_on)
    journey = household.opens(loan, ladder="standard")
    household.has_work(journey, WorkKind.AGENCY_PLACEMENT)
    return journey


class TestATimeBarredDebt:
    """Barred from 2 March on; the referral would come in April."""

    def test_is_not_referred_and_goes_to_the_next_rung(self, household: Household) -> None:
        """The record says why."""
        journey = lives_past_the_law(household, LIMITATION)
        ((outcome, reason),) = household.told(journey, "legal_referral")
        assert outcome == "forbidden"
        assert reason.startswith("the debt is time-barred: time-barred since 02 Mar 2026")
        assert [rung for rung, _ in household.steps(journey)][-1] == "legal_referral"
        assert household.open_work() == [WorkKind.AGENCY_PLACEMENT]

    def test_is_not_threatened_with_the_law_either(self, household: Household) -> None:
        """The notice that speaks of it does not leave, by no channel; the reminders before it did."""
        journey = lives_past_the_law(household, LIMITATION)
        outcomes = household.told(journey, "pre_legal_notice")
        assert {outcome for outcome, _ in outcomes} == {"forbidden"}
        assert all("the text speaks of it" in reason for _, reason in outcomes)
        assert ("offer_of_help", "sent") in household.steps(journey)

    def test_is_one_only_from_the_day_after_its_limitation(self, household: Household) -> None:
        """On the day itself it may still be taken to court."""
        journey = household.opens(a_loan(), ladder="standard")
        household.has_work(journey, WorkKind.LEGAL_REFERRAL)
        referred_on = household.now.date()
        for limitation_on, outcome in ((referred_on, "legal_referral"), (referred_on - timedelta(days=1), "agency")):
            other = Household(household.ledger)
            number = f"L-{outcome}"
            loan = replace(a_loan(number, borrower=number), limitation_on=limitation_on)
            journey = other.opens(loan, ladder="standard")
            kind = WorkKind.LEGAL_REFERRAL if outcome == "legal_referral" else WorkKind.AGENCY_PLACEMENT
            other.has_work(journey, kind)
            assert kind in other.open_work()

    def test_is_learned_from_a_newer_book_too(self, household: Household) -> None:
        """The first book said nothing of it."""
        household.takes_in(a_loan())
        assert household.loan().limitation_on is None
        taken = household.takes_in(replace(a_loan(), limitation_on=LIMITATION, validation_notice_on=date(2026, 1, 2)))
        assert (taken.changed, household.loan().limitation_on) == (1, LIMITATION)
        assert household.loan().validation_notice_on == date(2026, 1, 2)


@pytest.mark.parametrize("limitation_on", [None, date(2030, 1, 1)])
def test_a_debt_that_is_not_barred_is_referred(household: Household, limitation_on: date | None) -> None:
    """The desk takes it."""
    journey = household.opens(replace(a_loan(), limitation_on=limitation_on), ladder="standard")
    household.has_work(journey, WorkKind.LEGAL_REFERRAL)
    assert household.open_work() == [WorkKind.LEGAL_REFERRAL]
