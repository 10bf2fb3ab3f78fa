"""Calls: reserved before anybody dials, counted until it is known that they do not count."""

from datetime import timedelta

import pytest

from domain.disposition import WorkResult
from domain.work_item import Disposition, WorkKind
from ledger.answers import answers_on_calls, told_of, told_of_unreserved
from ledger.calling import (
    CallIsOpen,
    NobodyToCall,
    NoSuchCall,
    NotACall,
    Reserved,
    complete_call,
    note_call,
    reserve_call,
)
from ledger.contacts import opt_out
from ledger.known_facts import note_fact
from ledger.rechecks import calls_without_leave
from ledger.replaying import replay
from ledger.results import record_result
from ledger.settling import settle
from ledger.tables.call import CallRow
from ledger.tables.decision import DecisionRow
from ledger.tables.journey import JourneyRow, StepRow
from ledger.tables.loan import PortfolioRow
from ledger.tables.work_item import WorkItemRow
from ledger.work import open_item
from policy.compliance.history import CallOutcome, Direction, Mark, Marked
from policy.compliance.question import Asked
from policy.compliance.telling import Told
from policy.compliance.verdict import Answer
from tests.ledger.lender import MOBILE, Lender, a_loan

HOUR = timedelta(hours=1)


def has_call(lender: Lender, *packs: str) -> str:
    """A callback waits for a person; the item's id. packs: those that the portfolio is worked under from then on."""
    item = lender.has_work(lender.opens(a_loan(contacts=[MOBILE]), ladder="standard_early_call"))
    with lender.ledger.transaction() as session:
        session.get_one(PortfolioRow, lender.loan().portfolio_id).packs = list(packs or ("house-courtesy",))
    return item


def wants_to_call(lender: Lender, item: str, *, override: str | None = None) -> Reserved | Told:
    """A person asks for leave to dial."""
    with lender.ledger.transaction() as session:
        return reserve_call(session, open_item(session, item), by="Ana", override=override, now=lender.now)


def dials(lender: Lender, item: str, outcome: CallOutcome) -> Reserved | Told:
    """A call is reserved and made, an hour after the last one."""
    asked = wants_to_call(lender, item)
    if isinstance(asked, Reserved):
        with lender.ledger.transaction() as session:
            complete_call(session, asked.call_id, outcome=outcome, now=lender.now)
    lender.now += HOUR / 4
    return asked


def calls(lender: Lender) -> list[tuple[str, str]]:
    """Direction and outcome of every call on record, oldest first."""
    return [(row.direction, row.outcome) for row in sorted(lender.rows(CallRow), key=lambda row: row.at)]


class TestAReservation:
    """Before anybody dials."""

    def test_is_on_record_before_the_call(self, lender: Lender) -> None:
        """With the answer that allowed it, and the loan that it counts to."""
        asked = wants_to_call(lender, has_call(lender))
        assert isinstance(asked, Reserved)
        (call,) = lender.rows(CallRow)
        assert (call.outcome, call.by, call.recorded_at, call.counted_to) == (
            "reserved",
            "Ana",
            None,
            [lender.loan().id],
        )
        (decision,) = [row for row in lender.rows(DecisionRow) if row.work_item_id is not None]
        assert (decision.answer, decision.judged_at) == ("allowed", call.at)

    def test_is_given_once_until_its_outcome_is_told(self, lender: Lender) -> None:
        """Two calls at once would be one too many."""
        item = has_call(lender)
        wants_to_call(lender, item)
        with pytest.raises(CallIsOpen, match="Ana"):
            wants_to_call(lender, item)

    def test_is_refused_at_night_with_the_hour_from_which_it_may_be_made(self, lender: Lender) -> None:
        """The answer is kept all the same, and given again later."""
        item = has_call(lender)
        lender.now = lender.now.replace(hour=23)
        asked = wants_to_call(lender, item)
        assert isinstance(asked, Told)
        assert (asked.action, asked.answer) == (Asked.CALL, Answer.DEFERRED)
        assert asked.until is not None
        assert asked.until.hour == 8
        assert lender.rows(CallRow) == []
        with lender.ledger.reading() as session:
            assert replay(session, item).is_same_answer

    def test_is_for_calls_only(self, lender: Lender) -> None:
        """A visit is no call."""
        item = lender.has_work(lender.opens(ladder="standard"), WorkKind.FIELD_VISIT)
        with pytest.raises(NotACall, match="field visit"):
            wants_to_call(lender, item)

    def test_needs_a_number(self, lender: Lender) -> None:
        """The borrower asked to be left alone at the only one."""
        item = has_call(lender)
        with lender.ledger.transaction() as session:
            opt_out(session, MOBILE.text, now=lender.now)
        with pytest.raises(NobodyToCall):
            wants_to_call(lender, item)

    def test_may_be_forced_for_a_reason_that_every_rule_accepts(self, lender: Lender) -> None:
        """Who did it and why stands beside the answer; any other reason changes nothing."""
        item = has_call(lender, "us-federal-regf")
        for _ in range(7):
            dials(lender, item, CallOutcome.UNANSWERED)
        refused = wants_to_call(lender, item, override="curiosity")
        assert isinstance(refused, Told)
        assert "required_by_law" in refused.overridable_by
        forced = wants_to_call(lender, item, override="required_by_law")
        assert isinstance(forced, Reserved)
        assert any("Ana for required by law" in says for word, says in _beside(lender) if word == "set aside")


def _beside(lender: Lender) -> list[tuple[str, str]]:

    return [pair for row in lender.rows(DecisionRow) for pair in told_of(row).beside]


class TestCounting:
    """Seven in seven days, under the federal pack."""

    def test_stops_after_seven_calls(self, lender: Lender) -> None:
        """All of them unanswered; the eighth waits."""
        item = has_call(lender, "us-federal-regf")
        assert all(isinstance(dials(lender, item, CallOutcome.UNANSWERED), Reserved) for _ in range(7))
        eighth = wants_to_call(lender, item)
        assert isinstance(eighth, Told)
        assert "1006.14(b)(2)(i)(A)" in eighth.citation

    def test_leaves_out_what_was_busy_or_out_of_service(self, lender: Lender) -> None:
        """Released as soon as it is known; the rows stay."""
        item = has_call(lender, "us-federal-regf")
        for _ in range(5):
            dials(lender, item, CallOutcome.BUSY)
            dials(lender, item, CallOutcome.NOT_IN_SERVICE)
        assert isinstance(wants_to_call(lender, item), Reserved)
        assert len(lender.rows(CallRow)) == 11

    @pytest.mark.parametrize("direction", [Direction.IN, Direction.OUT])
    def test_rests_after_a_conversation_from_either_side(self, lender: Lender, direction: Direction) -> None:
        """The borrower called, or was called: seven days."""
        item = has_call(lender, "us-federal-regf")
        with lender.ledger.transaction() as session:
            loan = lender.loan()
            note_call(
                session,
                loan.borrower_id,
                direction=direction,
                outcome=CallOutcome.CONVERSATION,
                loans=[loan.id],
                by="Ana",
                at=lender.now,
                now=lender.now,
            )
        lender.now += HOUR / 4
        asked = wants_to_call(lender, item)
        assert isinstance(asked, Told)
        assert asked.until is not None
        assert asked.until - lender.now > timedelta(days=6)


class TestAResult:
    """What a person records of an item."""

    def records(self, lender: Lender, item: str, disposition: Disposition, *, call: CallOutcome | None = None) -> None:
        """The item is done."""
        with lender.ledger.transaction() as session:
            record_result(session, item, WorkResult(disposition, by="Bob", minutes=3), call=call, now=lender.now)

    def test_completes_the_reserved_call(self, lender: Lender) -> None:
        """One call, and how it ended."""
        item = has_call(lender)
        wants_to_call(lender, item)
        self.records(lender, item, Disposition.REFUSED)
        assert calls(lender) == [("out", "conversation")]
        assert lender.rows(CallRow)[0].discussed == [lender.loan().id]

    @pytest.mark.parametrize(
        ("disposition", "said", "outcome"),
        [
            (Disposition.NO_ANSWER, None, "unanswered"),
            (Disposition.MESSAGE_LEFT, None, "voicemail"),
            (Disposition.WRONG_NUMBER, None, "answered_no_conversation"),
            (Disposition.NO_ANSWER, CallOutcome.BUSY, "busy"),
        ],
    )
    def test_notes_a_call_that_nobody_reserved(
        self, lender: Lender, disposition: Disposition, said: CallOutcome | None, outcome: str
    ) -> None:
        """It was made all the same."""
        self.records(lender, has_call(lender), disposition, call=said)
        assert calls(lender) == [("out", outcome)]

    def test_has_the_answer_that_nobody_asked_for(self, lender: Lender) -> None:
        """By day the call was in order; that it was not reserved stands beside the answer."""
        item = has_call(lender)
        self.records(lender, item, Disposition.NO_ANSWER)
        with lender.ledger.reading() as session:
            told = told_of_unreserved(session, item)
            assert calls_without_leave(session) == []
        assert told is not None
        assert told.answer is Answer.ALLOWED
        assert any("nobody reserved this call" in says for _, says in told.beside)

    def test_is_kept_with_the_rule_that_the_call_broke(self, lender: Lender) -> None:
        """Somebody called at night without asking: it is on record, counted, judged, and found by the doctor."""
        item = has_call(lender)
        lender.now = lender.now.replace(hour=23)
        self.records(lender, item, Disposition.NO_ANSWER)
        (call,) = lender.rows(CallRow)
        (decision,) = [row for row in lender.rows(DecisionRow) if row.work_item_id == item]
        assert (decision.answer, decision.rule, decision.judged_at) == ("deferred", "HOUSE-HOURS", call.at)
        with lender.ledger.reading() as session:
            assert calls_without_leave(session) == [call.id]
            assert replay(session, item).is_same_answer
            (shown,) = answers_on_calls(session, lender.loan())
        assert any("nobody reserved this call" in says for _, says in shown.told.beside)

    def test_tells_of_a_number_that_must_not_be_used(self, lender: Lender) -> None:
        """The borrower had asked to be left alone at the only one, and somebody called it all the same."""
        item = has_call(lender)
        with lender.ledger.transaction() as session:
            opt_out(session, MOBILE.text, now=lender.now)
        lender.now += HOUR
        self.records(lender, item, Disposition.NO_ANSWER)
        with lender.ledger.reading() as session:
            told = told_of_unreserved(session, item)
            assert len(calls_without_leave(session)) == 1
            assert replay(session, item).is_same_answer
        assert told is not None
        assert told.answer is Answer.FORBIDDEN

    def test_of_a_reserved_call_needs_no_second_answer(self, lender: Lender) -> None:
        """It was asked for before, and allowed."""
        item = has_call(lender)
        wants_to_call(lender, item)
        self.records(lender, item, Disposition.REFUSED)
        with lender.ledger.reading() as session:
            assert told_of_unreserved(session, item) is None
            assert calls_without_leave(session) == []

    def test_leaves_a_call_from_elsewhere_without_an_answer(self, lender: Lender) -> None:
        """It was noted by hand; that nobody had asked is shown, and calls by the borrower are none of this."""
        has_call(lender)
        loan = lender.loan()
        with lender.ledger.transaction() as session:
            out, _ = (
                note_call(
                    session,
                    loan.borrower_id,
                    direction=direction,
                    outcome=CallOutcome.UNANSWERED,
                    loans=[loan.id],
                    by="Ana",
                    at=lender.now,
                    now=lender.now,
                )
                for direction in (Direction.OUT, Direction.IN)
            )
            assert calls_without_leave(session) == [out.id]

    def test_does_not_count_one_call_twice(self, lender: Lender) -> None:
        """Its outcome was told by itself first, and then again with the result of the item."""
        item = has_call(lender)
        dials(lender, item, CallOutcome.UNANSWERED)
        self.records(lender, item, Disposition.NO_ANSWER)
        assert calls(lender) == [("out", "unanswered")]

    def test_is_another_call_after_a_busy_line(self, lender: Lender) -> None:
        """The line was busy; then somebody got through without asking first."""
        item = has_call(lender)
        dials(lender, item, CallOutcome.BUSY)
        self.records(lender, item, Disposition.REFUSED)
        assert calls(lender) == [("out", "busy"), ("out", "conversation")]

    def test_is_not_told_of_a_call_that_is_not_there(self, lender: Lender) -> None:
        """Nor is a reservation an end."""
        item = has_call(lender)
        asked = wants_to_call(lender, item)
        assert isinstance(asked, Reserved)
        for call_id, outcome in (("feed", CallOutcome.BUSY), (asked.call_id, CallOutcome.RESERVED)):
            with pytest.raises(NoSuchCall), lender.ledger.transaction() as session:
                complete_call(session, call_id, outcome=outcome, now=lender.now)


class TestACallToSomebodyVulnerable:
    """A person may speak where a machine may not."""

    def test_is_made_by_a_person(self, lender: Lender) -> None:
        """The rule that routes contacts to people lets a person call."""
        item = has_call(lender)
        with lender.ledger.transaction() as session:
            mark = Marked(at=lender.now, mark=Mark.VULNERABLE)
            note_fact(session, lender.loan().borrower_id, mark, known_at=lender.now)
        assert isinstance(wants_to_call(lender, item), Reserved)


class TestACallbackThatLapsed:
    """Nobody recorded a result before its deadline."""

    def lapses(self, lender: Lender) -> str:
        """Time passes the deadline; what the step then says."""
        journey = lender.rows(JourneyRow)[0].id
        (item,) = lender.rows(WorkItemRow)
        lender.now = item.deadline_at + HOUR
        with lender.ledger.transaction() as session:
            settle(session, session.get_one(JourneyRow, journey), now=lender.now)
        return next(step.reason for step in lender.rows(StepRow) if step.outcome == "lapsed")

    def test_says_so_when_no_call_was_allowed_in_its_time(self, lender: Lender) -> None:
        """The borrower had been spoken to that day, and the federal pack rests for a week."""
        has_call(lender, "us-federal-regf")
        loan = lender.loan()
        with lender.ledger.transaction() as session:
            note_call(
                session,
                loan.borrower_id,
                direction=Direction.IN,
                outcome=CallOutcome.CONVERSATION,
                loans=[loan.id],
                by="Ana",
                at=lender.now - HOUR / 4,
                now=lender.now,
            )
        reason = self.lapses(lender)
        assert reason.startswith("no call was allowed in its time")
        assert "1006.14(b)(2)(i)(B)" in reason

    def test_blames_nobody_else_when_there_was_time(self, lender: Lender) -> None:
        """Any working hour would have done."""
        has_call(lender)
        assert self.lapses(lender) == "nobody recorded a result in time"
