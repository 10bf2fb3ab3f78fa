"""Arrangements in the ledger: kept, broken, and judged also when nobody looks at the journey."""

from datetime import date, timedelta

import pytest
from sqlmodel import update

from domain.arrangement import Instalment
from domain.work_item import Disposition
from ledger.agreements import judge_agreements
from ledger.results import ResultDoesNotFit
from ledger.tables.agreement import ArrangementRow, PromiseRow
from policy.next_step import Wait
from tests.ledger.lender import NOW, Lender, a_loan

FIRST, SECOND = Instalment(date(2026, 1, 20), 40_000), Instalment(date(2026, 2, 20), 40_000)


@pytest.fixture
def arranged(lender: Lender) -> str:
    """A journey whose arrears were agreed to be paid in two parts, on the phone on day 3."""
    journey = lender.opens(ladder="standard_early_call")
    lender.records(lender.has_work(journey), Disposition.ARRANGEMENT, instalments=(FIRST, SECOND))
    return journey


def moves_to(lender: Lender, journey: str, day: date, *, hour: int) -> None:
    """Live until an hour of a day in London."""
    lender.lives(journey, days=(NOW.replace(month=day.month, day=day.day, hour=hour) - lender.now) / timedelta(days=1))


class TestAnArrangement:
    """Collection rests while it is kept."""

    def test_that_is_kept_in_part_rests_until_the_next_instalment(self, lender: Lender, arranged: str) -> None:
        """95 percent of the first instalment will do."""
        moves_to(lender, arranged, FIRST.due_on, hour=12)
        lender.receives(38_000)
        lender.lives(arranged, days=20)
        assert [row.state for row in lender.rows(ArrangementRow)] == ["active"]
        assert lender.journey(arranged).waiting_for == "AwaitingInstalment"

    def test_is_broken_when_the_grace_has_run_out(self, lender: Lender, arranged: str) -> None:
        """Nothing comes by 20 January; on the 23rd at 09:00 it is broken, and the next rung follows."""
        moves_to(lender, arranged, date(2026, 1, 23), hour=8)
        lender.lives(arranged, days=0)
        assert [row.state for row in lender.rows(ArrangementRow)] == ["active"]
        moves_to(lender, arranged, date(2026, 1, 23), hour=9)
        lender.lives(arranged, days=0)
        assert [row.state for row in lender.rows(ArrangementRow)] == ["broken"]
        assert lender.steps()[-1] == ("helpful_reminder", "sent")

    def test_is_kept_when_all_of_it_has_come(self, lender: Lender, arranged: str) -> None:
        """Early and at once."""
        lender.receives(80_000)
        assert [row.state for row in lender.rows(ArrangementRow)] == ["kept"]
        lender.lives(arranged, days=0)
        assert lender.journey(arranged).closing_reason == "cured"


class TestADayBeyondReason:
    """A slip of the hand, or of a desk's machine."""

    @pytest.mark.parametrize("disposition", [Disposition.PROMISE, Disposition.ARRANGEMENT])
    @pytest.mark.parametrize(
        ("part", "why"),
        [
            (Instalment(date(9999, 12, 31), 1_000), "more than 10 years ahead"),
            (Instalment(NOW.date() + timedelta(days=40), 10**19), "more than any loan"),
        ],
        ids=["day", "amount"],
    )
    def test_is_refused_and_the_work_stays_open(
        self, lender: Lender, disposition: Disposition, part: Instalment, why: str
    ) -> None:
        """For a promise and for an instalment, with what to look at."""
        item = lender.has_work(lender.opens(ladder="standard_early_call"))
        agreed = {"promised": part} if disposition is Disposition.PROMISE else {"instalments": (part,)}
        with pytest.raises(ResultDoesNotFit, match=why):
            lender.records(item, disposition, **agreed)
        assert not lender.rows(PromiseRow)
        assert not lender.rows(ArrangementRow)

    def test_that_was_kept_once_stops_neither_the_journey_nor_a_payment(self, lender: Lender) -> None:
        """A ledger of before may hold such a promise: turns go on, and money is booked and cures."""
        journey = lender.opens(a_loan(timezone="America/New_York"), ladder="standard_early_call")
        day = NOW.date() + timedelta(days=20)
        lender.records(lender.has_work(journey), Disposition.PROMISE, promised=Instalment(day, 80_000))
        with lender.ledger.transaction() as session:
            session.exec(update(PromiseRow).values(due_on=date(9999, 12, 31)))
        assert isinstance(lender.lives(journey, days=0).decision, Wait)
        lender.receives(80_000)
        lender.lives(journey, days=0)
        assert lender.journey(journey).closing_reason == "cured"


class TestJudgingAgreements:
    """On a schedule, over all journeys."""

    def test_judges_what_is_due_and_wakes_its_journey(self, lender: Lender) -> None:
        """Two promises, one of them due: one is judged, and a second review finds nothing."""
        for day, journey in lender.opens_one_for_each([10, 40], ladder="standard_early_call").items():
            lender.now = NOW
            promised = Instalment((NOW + timedelta(days=day)).date(), 1_000)
            lender.records(lender.has_work(journey), Disposition.PROMISE, promised=promised)
        lender.now = NOW + timedelta(days=14)
        for expected in (1, 0):
            with lender.ledger.transaction() as session:
                assert judge_agreements(session, now=lender.now) == expected
        assert sorted(row.state for row in lender.rows(PromiseRow)) == ["broken", "open"]
