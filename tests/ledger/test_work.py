"""Work for people: taken, recorded, lapsed, withdrawn, and what each result does to the journey."""

from datetime import date, timedelta

import pytest

from domain.action import Action
from domain.arrangement import Instalment
from domain.attempt import FailureClass
from domain.borrower import ContactState
from domain.event import EventKind
from domain.hold import HoldReason
from domain.step import Outcome
from domain.work_item import DISPOSITIONS_FOR, Disposition, WorkKind, WorkState
from ledger.holds import place_hold
from ledger.outcomes import record_failure
from ledger.results import HOLD_FOR, OUTCOME_FOR, ResultDoesNotFit
from ledger.tables.agreement import ArrangementRow, HoldRow, PromiseRow
from ledger.tables.borrower import ContactPointRow
from ledger.tables.journey import JourneyRow
from ledger.tables.loan import LoanRow
from ledger.tables.money import CostRow
from ledger.tables.work_item import WorkItemRow
from ledger.work import NoSuchWork, WorkIsOver, WorkIsTaken, listed_work, take_work
from tests.ledger.lender import NOW, Lender, a_loan

DAY = date(2026, 2, 1)
COMES_WITH: dict[Disposition, dict[str, object]] = {
    Disposition.PROMISE: {"promised": Instalment(DAY, 5_000)},
    Disposition.ARRANGEMENT: {"instalments": (Instalment(DAY, 5_000), Instalment(date(2026, 3, 1), 5_000))},
}
DO_NOT_FIT: tuple[tuple[Disposition, dict[str, object]], ...] = (
    (Disposition.DONE, {}),
    (Disposition.PROMISE, {}),
    (Disposition.REFUSED, {"promised": Instalment(DAY, 1)}),
    (Disposition.ARRANGEMENT, {}),
    (Disposition.PROMISE, {"promised": Instalment(DAY, 0)}),
    (Disposition.PROMISE, {"promised": Instalment(date(2026, 1, 1), 1)}),
)
WAITS_FOR = {
    Disposition.PROMISE: "AwaitingPromise",
    Disposition.ARRANGEMENT: "AwaitingInstalment",
    **dict.fromkeys(HOLD_FOR, "OnHold"),
}


def takes(lender: Lender, item: str, by: str) -> None:
    """Somebody puts their name to it."""
    with lender.ledger.transaction() as session:
        take_work(session, item, by=by, now=lender.now)


class TestAWorkItem:
    """On somebody's list."""

    def test_is_listed_with_its_deadline_and_can_be_taken_by_one(self, lender: Lender) -> None:
        """Whoever took it may take it again; a colleague may not."""
        item = lender.has_work(lender.opens(ladder="standard_early_call"))
        with lender.ledger.reading() as session:
            (listed,) = listed_work(session, kind=WorkKind.CALLBACK)
        assert (listed.loan_number, listed.rung, listed.state) == ("L-1", "callback", WorkState.OPEN)
        assert listed.deadline_at.date() - listed.opened_at.date() == timedelta(days=3)
        takes(lender, item[:8], by="Bob")
        takes(lender, item, by="Bob")
        with pytest.raises(WorkIsTaken, match="Bob"):
            takes(lender, item, by="Eve")
        assert lender.events(EventKind.WORK_TAKEN) == 1

    def test_that_is_not_there_cannot_be_taken(self, lender: Lender) -> None:
        """Also not by a sign that stands for anything."""
        lender.has_work(lender.opens(ladder="standard_early_call"))
        for unknown in ("nothing", "%"):
            with pytest.raises(NoSuchWork):
                takes(lender, unknown, by="Bob")

    def test_that_is_done_is_over(self, lender: Lender) -> None:
        """Nobody records a second result."""
        item = lender.has_work(lender.opens(ladder="standard_early_call"))
        lender.records(item, Disposition.REFUSED)
        with pytest.raises(WorkIsOver, match="done"):
            lender.records(item, Disposition.PAID)

    def test_lapses_at_its_deadline_and_is_given_out_again(self, lender: Lender) -> None:
        """Nobody called within three days; a day later the call is on the list again."""
        journey = lender.opens(ladder="standard_early_call")
        lender.has_work(journey)
        lender.lives(journey, days=4.5)
        assert [row.state for row in lender.rows(WorkItemRow)] == ["lapsed", "open"]
        assert ("callback", "lapsed") in lender.steps()

    def test_is_withdrawn_when_the_loan_is_paid(self, lender: Lender) -> None:
        """Nobody calls a person who owes nothing."""
        journey = lender.opens(ladder="standard_early_call")
        lender.has_work(journey)
        lender.receives(80_000)
        lender.lives(journey, days=0)
        assert [row.state for row in lender.rows(WorkItemRow)] == ["withdrawn"]

    def test_is_withdrawn_when_the_loan_is_held(self, lender: Lender) -> None:
        """And nobody calls a person who disputes the debt."""
        lender.has_work(lender.opens(ladder="standard_early_call"))
        with lender.ledger.transaction() as session:
            place_hold(session, lender.loan().id, reason=HoldReason.DISPUTE, until=None, now=lender.now)
        assert [row.state for row in lender.rows(WorkItemRow)] == ["withdrawn"]
        assert lender.events(EventKind.WORK_WITHDRAWN) == 1

    def test_costs_the_minutes_that_it_took(self, lender: Lender) -> None:
        """Six minutes of a collector; a visit costs a visit, however long it took."""
        journey = lender.opens(ladder="standard")
        lender.records(lender.has_work(journey), Disposition.MESSAGE_LEFT)
        lender.records(lender.has_work(journey, WorkKind.FIELD_VISIT), Disposition.NO_ANSWER)
        costs = {row.unit: row.quantity for row in lender.rows(CostRow)}
        assert (costs["collector_minute"], costs["field_visit"]) == (6, 1)


class TestAResult:
    """What a person may record."""

    def test_of_every_kind_has_an_outcome(self) -> None:
        """Classify or fail."""
        assert set(OUTCOME_FOR) == set(Disposition)
        assert set(HOLD_FOR) <= set(Disposition)

    def test_ends_the_step_and_moves_the_journey_at_once(self, lender: Lender) -> None:
        """The journey is woken, and waits for what was agreed or asked for."""
        every = DISPOSITIONS_FOR[WorkKind.CALLBACK]
        for disposition, journey in lender.opens_one_for_each(every, ladder="standard_early_call").items():
            lender.now = NOW
            outcome = lender.records(lender.has_work(journey), disposition, **COMES_WITH.get(disposition, {}))
            assert outcome is OUTCOME_FOR[disposition]
            row = lender.journey(journey)
            assert row.wake_seq > row.seen_wake_seq
            assert ("callback", outcome.value) in lender.steps(journey)
            lender.lives(journey, days=0)
            expected = None if disposition is Disposition.DECEASED else WAITS_FOR.get(disposition, "Waiting")
            assert (disposition, lender.journey(journey).waiting_for) == (disposition, expected)

    def test_of_a_desk_closes_the_journey_or_sends_it_on(self, lender: Lender) -> None:
        """Returned by the lawyer, it is ours again; taken over by the agency, it is theirs."""
        journey = lender.opens(ladder="standard")
        lender.records(lender.has_work(journey, WorkKind.LEGAL_REFERRAL), Disposition.RETURNED)
        lender.lives(journey, days=0)
        assert lender.journey(journey).state == "open"
        lender.records(lender.has_work(journey, WorkKind.AGENCY_PLACEMENT), Disposition.DONE)
        lender.lives(journey, days=0)
        assert lender.journey(journey).closing_reason == "with_agency"

    def test_that_does_not_fit_is_refused(self, lender: Lender) -> None:
        """The wrong kind of work, a promise without its amount, nothing, or yesterday."""
        item = lender.has_work(lender.opens(ladder="standard_early_call"))
        for disposition, more in DO_NOT_FIT:
            with pytest.raises(ResultDoesNotFit):
                lender.records(item, disposition, **more)
        assert [row.state for row in lender.rows(WorkItemRow)] == ["open"]

    def test_is_booked_with_its_promise_or_its_plan(self, lender: Lender) -> None:
        """Instalments in the order of their days, whatever order they were typed in."""
        journey = lender.opens(ladder="standard_early_call")
        parts = (Instalment(date(2026, 3, 1), 1), Instalment(DAY, 2))
        lender.records(lender.has_work(journey), Disposition.ARRANGEMENT, instalments=parts)
        (plan,) = lender.rows(ArrangementRow)
        assert [part["due_on"] for part in plan.instalments] == ["2026-02-01", "2026-03-01"]
        assert lender.rows(PromiseRow) == []

    def test_of_a_wrong_number_spoils_that_number(self, lender: Lender) -> None:
        """Nobody calls there again, and there is no other: the ladder goes on."""
        lender.records(lender.has_work(lender.opens(ladder="standard_early_call")), Disposition.WRONG_NUMBER)
        (mobile,) = [row for row in lender.rows(ContactPointRow) if row.kind == "mobile"]
        assert mobile.state == ContactState.WRONG_PARTY.value

    def test_of_hardship_rests_until_a_person_has_assessed_it(self, lender: Lender) -> None:
        """And that is on somebody's list."""
        lender.records(lender.has_work(lender.opens(ladder="standard_early_call")), Disposition.HARDSHIP)
        (hold,) = lender.rows(HoldRow)
        assert (hold.reason, hold.until, hold.scope, hold.placed_by) == ("hardship", None, "person", "Bob")
        assert [row.kind for row in lender.rows(WorkItemRow) if row.state == "open"] == ["review_standing"]

    def test_of_a_death_ends_every_loan_of_the_person(self, lender: Lender) -> None:
        """The family is not written to about the other one."""
        journey = lender.opens(a_loan("L-1"), a_loan("L-2"), ladder="standard_early_call")
        lender.records(lender.has_work(journey), Disposition.DECEASED)
        assert {row.deceased for row in lender.rows(LoanRow)} == {True}
        for row in lender.rows(JourneyRow):
            lender.lives(row.id, days=0)
            assert lender.journey(row.id).closing_reason == "deceased"

    def test_keeps_its_note_sealed(self, lender: Lender) -> None:
        """What was said on the phone is nobody else's business."""
        item = lender.has_work(lender.opens(ladder="standard_early_call"))
        lender.records(item, Disposition.REFUSED, note="lost her job")
        (row,) = lender.rows(WorkItemRow)
        assert row.note_sealed is not None
        assert b"job" not in row.note_sealed
        assert (row.taken_by, row.minutes, row.disposition) == ("Bob", 6, "refused")


class TestWorkOnAReferralOfUnknownFate:
    """A question that outlives its journey."""

    def test_opens_no_work_on_a_closed_journey(self, lender: Lender) -> None:
        """The loan was paid meanwhile; that the lawyer did get the referral is only noted."""
        journey = lender.opens(ladder="standard")
        turn = lender.lives(journey, days=120, before=Action.LEGAL_REFERRAL)
        attempt = lender.plans(turn)
        lender.claims(attempt, turn)
        with lender.ledger.transaction() as session:
            record_failure(session, attempt, failure=FailureClass.AMBIGUOUS, code="timeout", now=lender.now)
        lender.receives(80_000)
        lender.lives(journey, days=0)
        question = lender.asks_in_vain(attempt)
        assert lender.records(question, Disposition.DONE) is Outcome.SENT
        assert [row for row in lender.rows(WorkItemRow) if row.state == "open"] == []
