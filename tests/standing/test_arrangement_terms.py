"""An arrangement is only recorded as the packs allow it to be, and while it stands nobody is asked for more."""

from datetime import date, timedelta

import pytest

from domain.arrangement import Instalment
from domain.arrears import add_months
from domain.hold import HoldReason
from domain.work_item import Disposition
from ledger.agreeing import plan_must_state
from ledger.results import ResultDoesNotFit
from ledger.tables.agreement import ArrangementRow
from ledger.tables.work_item import WorkItemRow
from tests.standing.household import Household


@pytest.fixture
def call(household: Household) -> str:
    """A call about L-1 waits for a collector; the portfolio is then worked under Chinese rules."""
    journeys = household.moves_in(ladder="standard_early_call")
    item = household.has_work(journeys["L-1"])
    household.is_worked_under("house-courtesy", "cn-mainland")
    return item


def states(household: Household) -> frozenset[str]:
    """Everything that the writing has to state."""
    with household.ledger.reading() as session:
        return frozenset(plan_must_state(session, household.loan().id, now=household.now))


def until(household: Household, months: int, *, days: int = 0) -> tuple[Instalment, ...]:
    """A plan whose last instalment is due so far from today."""
    today = household.now.date()
    return (
        Instalment(today + timedelta(days=30), 40_000),
        Instalment(add_months(today, months) + timedelta(days=days), 40_000),
    )


class TestAnArrangement:
    """At most five years; the writing says what art. 70 wants."""

    def test_of_sixty_months_that_says_everything_is_recorded(self, household: Household, call: str) -> None:
        """And what it says is kept."""
        said = states(household)
        assert len(said) >= 6
        household.records(call, Disposition.ARRANGEMENT, instalments=until(household, 60), plan_states=said)
        (plan,) = household.rows(ArrangementRow)
        assert plan.states == sorted(said)

    def test_that_runs_longer_is_refused_with_its_rule(self, household: Household, call: str) -> None:
        """A day more than sixty months."""
        plan = until(household, 60, days=1)
        with pytest.raises(ResultDoesNotFit, match=r"at most 60 months \(CN-CC-70: .*第七十条"):
            household.records(call, Disposition.ARRANGEMENT, instalments=plan, plan_states=states(household))

    def test_whose_writing_leaves_something_out_is_refused(self, household: Household, call: str) -> None:
        """Told by name; nothing is recorded, and what is said of a promise is said of no writing."""
        left_out, *rest = sorted(states(household))
        said = frozenset(rest)
        with pytest.raises(ResultDoesNotFit, match=rf"has to state: {left_out} \(CN-CC-70"):
            household.records(call, Disposition.ARRANGEMENT, instalments=until(household, 3), plan_states=said)
        with pytest.raises(ResultDoesNotFit, match="only an arrangement"):
            household.records(call, Disposition.REFUSED, plan_states=said)
        assert household.rows(ArrangementRow) == []

    def test_under_packs_that_say_nothing_is_free(self, household: Household, call: str) -> None:
        """The house has no limit of its own."""
        household.is_worked_under("house-courtesy")
        household.records(call, Disposition.ARRANGEMENT, instalments=until(household, 90))
        assert len(household.rows(ArrangementRow)) == 1

    def test_that_comes_of_an_assessment_ends_the_hold_and_the_loan_waits_for_it(self, household: Household) -> None:
        """Hardship is assessed, a plan is found: the loan waits for its instalment, the other one is collected on."""
        journeys = household.moves_in()
        hold = household.rests(HoldReason.HARDSHIP)
        (item,) = [row.id for row in household.rows(WorkItemRow)]
        with pytest.raises(ResultDoesNotFit, match="note"):
            household.records(item, Disposition.RETURNED)
        plan = (Instalment(date(2026, 2, 1), 80_000),)
        household.records(item, Disposition.ARRANGEMENT, instalments=plan, note="works again from February")
        assert household.hold(hold).lifted_at == household.now
        assert household.waits_for(journeys["L-1"]) == "AwaitingInstalment"
        assert household.waits_for(journeys["L-2"]) == "Waiting"
