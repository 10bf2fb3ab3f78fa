"""Sending exactly: planned, judged and claimed, made once, recorded."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from domain.action import Action
from domain.attempt import AttemptState, FailureClass
from domain.borrower import ContactKind, ContactState
from domain.event import EventKind
from domain.message import Message, Order
from domain.step import Outcome
from domain.work_item import Disposition, WorkKind
from ledger.claiming import claim
from ledger.consequences import ANOTHER_DAY_AFTER, HANDLING, SPOILS_CONTACT, WEBHOOK_MENDED_AFTER, Handling
from ledger.contacts import opt_out
from ledger.database import make_engine
from ledger.outcomes import record_failure
from ledger.replaying import replay
from ledger.tables.attempt import AttemptRow, VerdictRow
from ledger.tables.borrower import ContactPointRow
from ledger.tables.decision import DecisionRow, PackRow
from ledger.tables.inquiry import InquiryRow
from ledger.tables.journey import JourneyRow, StepRow
from ledger.tables.loan import PortfolioRow
from ledger.tables.money import CostRow
from ledger.tables.work_item import WorkItemRow
from policy.next_step import Act, Wait
from tests.ledger.lender import ADDRESS, LEASE, MOBILE, NOW, Lender, a_loan

NIGHT = datetime(2026, 1, 5, 22, tzinfo=UTC)
MORNING = datetime(2026, 1, 6, 8, tzinfo=UTC)
FULL_SYNC = 2
"""What SQLite answers for `synchronous=FULL`."""
REFUSED = [failure for failure, handling in HANDLING.items() if handling is Handling.ANOTHER_WAY]
AGAIN_AFTER = {
    Handling.LATER: timedelta(minutes=15),
    Handling.SLOWER: timedelta(minutes=15),
    Handling.ANOTHER_DAY: ANOTHER_DAY_AFTER,
    Handling.MEND_CHANNEL: timedelta(minutes=15),
    Handling.MEND_COUNTRY: timedelta(minutes=15),
    Handling.MEND_WEBHOOK: WEBHOOK_MENDED_AFTER,
}


def fails(lender: Lender, attempt_id: str, failure: FailureClass) -> Outcome:
    """The vendor does not take it, or nobody knows."""
    with lender.ledger.transaction() as session:
        return record_failure(session, attempt_id, failure=failure, code="E1", now=lender.now)


def opts_out(lender: Lender, number: str = MOBILE.text) -> None:
    """A STOP arrives."""
    with lender.ledger.transaction() as session:
        opt_out(session, number, now=lender.now)


def attempts(lender: Lender) -> list[AttemptRow]:
    """All attempts, in the order of their turns."""
    return sorted(lender.rows(AttemptRow), key=lambda row: row.turn_no)


def states(lender: Lender) -> list[str]:
    """What became of each attempt."""
    return [row.state for row in attempts(lender)]


class TestAMessage:
    """The usual way."""

    def test_leaves_once_and_is_recorded(self, lender: Lender) -> None:
        """Written down, allowed by every rule that was asked, sent, accepted, charged, and the step is over."""
        journey = lender.opens()
        attempt = lender.begins_to_send(journey)
        assert lender.is_accepted(attempt) is Outcome.SENT
        (message,) = lender.sent
        assert isinstance(message, Message)
        assert message.to == MOBILE.text
        assert "Ada" in message.body
        said = {row.rule: row.verdict for row in lender.rows(VerdictRow)}
        assert {"HOUSE-HOURS", "HOUSE-WEEKLY"} <= set(said)
        assert set(said.values()) == {"allowed"}
        (decision,) = lender.rows(DecisionRow)
        assert (decision.attempt_id, decision.answer, decision.rule) == (attempt, "allowed", "")
        assert lender.steps() == [("friendly_reminder", "sent")]
        (cost,) = lender.rows(CostRow)
        assert (cost.unit, cost.amount_millis) == ("sms_segment", 4000 * cost.quantity)

    def test_is_recorded_once_however_often_the_answer_comes(self, lender: Lender) -> None:
        """A second answer changes nothing and costs nothing."""
        attempt = lender.begins_to_send(lender.opens())
        for _ in range(3):
            lender.is_accepted(attempt)
        assert len(lender.rows(CostRow)) == len(lender.rows(StepRow)) == 1
        assert lender.events(EventKind.ATTEMPT_ACCEPTED) == 1

    def test_cannot_be_written_down_twice(self, lender: Lender) -> None:
        """The database itself refuses a second attempt for the same loan, rung and turn."""
        lender.is_accepted(lender.begins_to_send(lender.opens()))
        (first,) = lender.rows(AttemptRow)
        with pytest.raises(IntegrityError), lender.ledger.transaction() as session:
            session.add(AttemptRow(**{**first.model_dump(), "id": "another"}))

    def test_without_anybody_to_reach_is_blocked(self, lender: Lender) -> None:
        """The last contact point is lost between the decision and the plan."""
        journey = lender.opens(a_loan(contacts=[MOBILE]))
        turn = lender.turn(journey)
        opts_out(lender)
        assert lender.plans_or_not(turn) is None
        assert lender.steps() == [("friendly_reminder", "blocked")]
        assert lender.rows(AttemptRow) == []


class TestAContactThatMayNotLeave:
    """Judged when it is claimed, on what is known then."""

    def test_at_night_waits_for_the_morning(self, lender: Lender) -> None:
        """The verdict is kept with its rule and its citation, and the journey is due when the window opens."""
        lender.now = NIGHT
        journey = lender.opens()
        turn = lender.turn(journey)
        assert lender.claims(lender.plans(turn), turn) is Outcome.DEFERRED
        (verdict,) = [row for row in lender.rows(VerdictRow) if row.verdict != "allowed"]
        assert (verdict.verdict, verdict.rule, verdict.until) == ("deferred", "HOUSE-HOURS", MORNING)
        assert verdict.citation.startswith("house policy civil hours")
        (decision,) = lender.rows(DecisionRow)
        assert (decision.answer, decision.rule, decision.until) == ("deferred", "HOUSE-HOURS", MORNING)
        assert decision.packs[0]["label"].startswith("house-courtesy@")
        assert {row.digest for row in lender.rows(PackRow)} == {named["digest"] for named in decision.packs}
        waits = lender.turn(journey, fence=turn.fence).decision
        assert isinstance(waits, Wait)
        assert waits.until == MORNING
        assert waits.reason == f"{verdict.message} ({verdict.citation})"

    def test_goes_out_in_the_morning(self, lender: Lender) -> None:
        """As an attempt of its own; the first one was given back."""
        lender.now = NIGHT
        lender.lives(lender.opens(), days=1)
        assert states(lender) == ["released", "accepted"]
        assert lender.steps() == [("friendly_reminder", "deferred"), ("friendly_reminder", "sent")]

    def test_is_overtaken_when_the_borrower_opted_out_meanwhile(self, lender: Lender) -> None:
        """Between plan and claim a STOP arrives; the rung goes on by email."""
        journey = lender.opens()
        turn = lender.turn(journey)
        attempt = lender.plans(turn)
        opts_out(lender)
        assert lender.claims(attempt, turn) is Outcome.OVERTAKEN
        assert lender.sent == []
        after = lender.turn(journey, fence=turn.fence).decision
        assert isinstance(after, Act)
        assert (after.rung.name, after.action.value) == ("friendly_reminder", "email")

    def test_is_forbidden_at_the_very_number_that_opted_out(self, lender: Lender) -> None:
        """There is another number, so the step still comes next; but this message was for the first one."""
        second = type(MOBILE)(ContactKind.MOBILE, "+447400123457")
        journey = lender.opens(a_loan(contacts=[MOBILE, second]))
        turn = lender.turn(journey)
        attempt = lender.plans(turn)
        (row,) = lender.rows(AttemptRow)
        with lender.ledger.transaction() as session:
            session.get_one(ContactPointRow, row.contact_point_id).state = ContactState.OPTED_OUT.value
        assert lender.claims(attempt, turn) is Outcome.FORBIDDEN
        assert "CONTACT-POINT" in {v.rule for v in lender.rows(VerdictRow) if v.verdict == "forbidden"}
        assert [(d.answer, d.rule) for d in lender.rows(DecisionRow)] == [("forbidden", "CONTACT-POINT")]

    def test_is_forbidden_at_a_number_that_opted_out_while_it_came_in_again(self, lender: Lender) -> None:
        """A STOP and a book at the same moment: the second loan's point came in usable, and still nothing leaves."""
        lender.opens(a_loan("L-1"), a_loan("L-2", borrower="B-2"))
        journey = next(row.id for row in lender.journeys() if row.loan_id == lender.loan("L-2").id)
        turn = lender.turn(journey)
        attempt = lender.plans(turn)
        (planned,) = lender.rows(AttemptRow)
        with lender.ledger.transaction() as session:
            here = session.get_one(ContactPointRow, planned.contact_point_id)
            there = select(ContactPointRow).where(ContactPointRow.lookup == here.lookup, ContactPointRow.id != here.id)
            session.exec(there).one().state = ContactState.OPTED_OUT.value
        assert lender.claims(attempt, turn) is Outcome.FORBIDDEN
        assert [(d.answer, d.rule) for d in lender.rows(DecisionRow)] == [("forbidden", "OPTED-OUT")]
        with lender.ledger.reading() as session:
            assert replay(session, attempt).is_same_answer

    def test_is_overtaken_by_money(self, lender: Lender) -> None:
        """Everything is paid between plan and claim; nothing leaves, and the journey closes."""
        journey = lender.opens()
        turn = lender.turn(journey)
        attempt = lender.plans(turn)
        lender.receives(80_000)
        assert lender.claims(attempt, turn) is Outcome.OVERTAKEN
        assert lender.sent == []
        lender.lives(journey, days=0)
        assert lender.journey(journey).closing_reason == "cured"

    def test_is_written_anew_when_its_run_comes_back_days_later(self, lender: Lender) -> None:
        """A run died after the plan and was taken up again two days on: what it says of what is owed is old by then."""
        journey = lender.opens()
        turn = lender.turn(journey)
        attempt = lender.plans(turn)
        lender.now += timedelta(days=2)
        late = lender.turn(journey, machine_now=lender.now)
        assert lender.plans(late) == attempt
        assert lender.claims(attempt, late) is Outcome.OVERTAKEN
        lender.lives(journey, days=0)
        assert states(lender) == ["released", "accepted"]
        assert [row.planned_at for row in attempts(lender)] == [NOW, NOW + timedelta(days=2)]

    def test_is_counted_over_all_loans_of_the_person(self, lender: Lender) -> None:
        """Four loans, and the shipped cap of three messages a week: the fourth one is put off."""
        lender.opens(*(a_loan(f"L-{number}") for number in range(1, 5)))
        for journey in lender.rows(JourneyRow):
            lender.lives(journey.id, days=0)
        assert len(lender.sent) == 3
        assert [row.rule for row in lender.rows(VerdictRow) if row.verdict == "deferred"] == ["HOUSE-WEEKLY"]


class TestAClaim:
    """Of a contact that leaves."""

    def test_holds_the_journey_anew(self, lender: Lender) -> None:
        """Under its own fence and with a whole lease, however long the run took until then."""
        journey = lender.opens()
        lost = lender.turn(journey)
        attempt = lender.plans(lost)
        turn = lender.turn(journey, machine_now=lender.now + 2 * LEASE)
        until = lender.now + 4 * LEASE
        with lender.ledger.transaction() as session:
            claimed = claim(session, attempt, fence=turn.fence, now=lender.now, lease_until=until)
        assert isinstance(claimed, Message)
        assert lender.journey(journey).lease_until == until
        (row,) = attempts(lender)
        assert row.fence == turn.fence > lost.fence

    def test_reads_the_number_anew_under_its_lock(self, lender: Lender) -> None:
        """What the transaction read of it before counts for nothing: a stranger may have it meanwhile."""
        turn = lender.turn(lender.opens())
        attempt = lender.plans(turn)
        with lender.ledger.transaction() as session:
            known = session.exec(select(ContactPointRow).where(ContactPointRow.kind == ContactKind.MOBILE.value)).one()
            change = update(ContactPointRow).values(state=ContactState.WRONG_PARTY.value)  # another's, committed now
            session.connection().execute(change.where(col(ContactPointRow.id) == known.id))
            claimed = claim(session, attempt, fence=turn.fence, now=lender.now)
        assert claimed is Outcome.FORBIDDEN

    def test_is_on_the_disk_before_its_request_leaves(self, tmp_path: Path) -> None:
        """SQLite syncs its log with every commit, on every connection: a claim outlives a power loss."""
        engine = make_engine(f"sqlite:///{tmp_path / 'ledger.db'}")
        with engine.connect() as one, engine.connect() as another:
            synced = [each.exec_driver_sql("PRAGMA synchronous").scalar_one() for each in (one, another)]
        engine.dispose()
        assert synced == [FULL_SYNC, FULL_SYNC]


class TestARunThatDiesWhileSending:
    """Between the request and its answer."""

    def test_leaves_an_unknown_that_is_never_sent_again(self, lender: Lender) -> None:
        """The next run does not repeat the request; the vendor is to be asked, and the ladder goes on."""
        journey = lender.opens()
        attempt = lender.begins_to_send(journey)
        resumed = lender.turn(journey, machine_now=lender.now + 2 * LEASE)
        assert lender.claims(lender.plans(resumed), resumed) is Outcome.UNKNOWN
        assert len(lender.sent) == 1
        (inquiry,) = lender.rows(InquiryRow)
        assert (inquiry.attempt_id, inquiry.next_ask_at) == (attempt, NOW + timedelta(seconds=30))
        assert lender.rows(WorkItemRow) == []
        assert lender.events(EventKind.ATTEMPT_UNKNOWN) == 1
        lender.lives(journey, days=20)
        assert len([m for m in lender.sent if isinstance(m, Message) and m.attempt_id == attempt]) == 1

    def test_may_still_tell_that_it_was_accepted(self, lender: Lender) -> None:
        """An accepted outcome is never lost: it wins over unknown, is charged, and the question is withdrawn."""
        journey = lender.opens()
        attempt = lender.begins_to_send(journey)
        resumed = lender.turn(journey, machine_now=lender.now + 2 * LEASE)
        lender.claims(lender.plans(resumed), resumed)
        lender.asks_in_vain(attempt)
        assert lender.is_accepted(attempt) is Outcome.SENT
        assert states(lender) == ["accepted"]
        assert lender.steps() == [("friendly_reminder", "sent")]
        assert [row.state for row in lender.rows(WorkItemRow)] == ["withdrawn"]
        assert len(lender.rows(CostRow)) == 1

    @pytest.mark.parametrize(
        ("found", "state", "outcome"),
        [(Disposition.DONE, "accepted", "sent"), (Disposition.RETURNED, "rejected", "unknown")],
    )
    def test_is_settled_by_a_person(self, lender: Lender, found: Disposition, state: str, outcome: str) -> None:
        """Done means that it did arrive."""
        attempt = lender.begins_to_send(lender.opens())
        fails(lender, attempt, FailureClass.AMBIGUOUS)
        lender.records(lender.asks_in_vain(attempt), found)
        assert states(lender) == [state]
        assert lender.steps() == [("friendly_reminder", outcome)]

    def test_is_not_asked_about_for_ever(self, lender: Lender) -> None:
        """The question has a deadline, and no turn lets it lapse unseen."""
        journey = lender.opens(a_loan(contacts=[MOBILE]))
        attempt = lender.begins_to_send(journey)
        fails(lender, attempt, FailureClass.AMBIGUOUS)
        lender.asks_in_vain(attempt)
        lender.lives(journey, days=5)
        (item,) = [row for row in lender.rows(WorkItemRow) if row.kind == WorkKind.RECONCILE_ATTEMPT.value]
        assert (item.state, item.deadline_at) == ("open", NOW + timedelta(days=1 + 3))


class TestAFailure:
    """Each class says what the caller does next."""

    def test_of_every_class_is_handled(self) -> None:
        """Later, never, ask first, or mend something: no class is left out, and every handling has its class."""
        assert set(HANDLING) == set(FailureClass)
        assert set(HANDLING.values()) == set(Handling)
        assert {*AGAIN_AFTER, Handling.ANOTHER_WAY, Handling.ASK_FIRST, Handling.MEND_WORDING} == set(Handling)
        assert set(SPOILS_CONTACT) <= set(REFUSED)

    @pytest.mark.parametrize("failure", [f for f in FailureClass if HANDLING[f] in AGAIN_AFTER])
    def test_that_spends_nothing_is_tried_again_later(self, lender: Lender, failure: FailureClass) -> None:
        """The attempt is given back, and the same step comes again by the same way."""
        for journey in lender.opens_one_for_each([failure]).values():
            assert fails(lender, lender.begins_to_send(journey), failure) is Outcome.DEFERRED
            lender.lives(journey, days=AGAIN_AFTER[HANDLING[failure]] / timedelta(days=1))
            sent = [(row.action, row.state) for row in attempts(lender) if row.journey_id == journey]
            assert sent == [("sms", "released"), ("sms", "accepted")]

    def test_that_is_final_leads_to_another_way(self, lender: Lender) -> None:
        """The email follows at once."""
        for failure, journey in lender.opens_one_for_each(REFUSED).items():
            assert fails(lender, lender.begins_to_send(journey), failure) is Outcome.REJECTED
            lender.lives(journey, days=0)
            first, second = [row for row in attempts(lender) if row.journey_id == journey]
            assert (first.action, first.state, second.action) == ("sms", "rejected", "email")
            (mobile,) = [row for row in lender.rows(ContactPointRow) if row.id == first.contact_point_id]
            assert mobile.state == SPOILS_CONTACT.get(failure, ContactState.UNVERIFIED).value

    def test_nobody_knows_about_is_not_repeated(self, lender: Lender) -> None:
        """The step goes on as if it had left."""
        journey = lender.opens()
        assert fails(lender, lender.begins_to_send(journey), FailureClass.AMBIGUOUS) is Outcome.UNKNOWN
        lender.lives(journey, days=4)
        assert len(lender.sent) == 1

    def test_by_opt_out_holds_for_every_loan_with_that_number(self, lender: Lender) -> None:
        """The vendor knows of a STOP that we never saw; another borrower has the same phone."""
        journey = lender.opens(a_loan("L-1"), a_loan("L-2", borrower="B-2"))
        fails(lender, lender.begins_to_send(journey), FailureClass.OPT_OUT)
        assert {row.state for row in lender.rows(ContactPointRow) if row.kind == "mobile"} == {"opted_out"}

    def test_that_comes_after_the_answer_changes_nothing(self, lender: Lender) -> None:
        """Accepted stays accepted."""
        attempt = lender.begins_to_send(lender.opens())
        lender.is_accepted(attempt)
        fails(lender, attempt, FailureClass.PERMANENT)
        assert states(lender) == [AttemptState.ACCEPTED.value]


class TestAnOrder:
    """Work handed to a desk outside."""

    def test_becomes_work_when_the_desk_takes_it(self, lender: Lender) -> None:
        """The visitor's desk knows the address; the step ends when a person says so."""
        item = lender.has_work(lender.opens(ladder="standard"), WorkKind.FIELD_VISIT)
        order = lender.sent[-1]
        assert isinstance(order, Order)
        assert order.facts["address"] == ADDRESS.text
        assert lender.records(item, Disposition.NO_ANSWER) is Outcome.NO_ANSWER
        assert lender.steps()[-1] == ("field_visit", "no_answer")

    def test_leaves_with_a_verdict_where_every_pack_is_silent(self, lender: Lender) -> None:
        """A portfolio without packs: that no rule spoke is on file too."""
        journey = lender.opens(ladder="standard")
        with lender.ledger.transaction() as session:
            session.get_one(PortfolioRow, lender.loan().portfolio_id).packs = []
        lender.has_work(journey, WorkKind.LEGAL_REFERRAL)
        assert {row.rule for row in lender.rows(VerdictRow)} == {"NO-RULE"}

    def test_that_the_desk_confirms_late_is_worked_all_the_same(self, lender: Lender) -> None:
        """Nobody knew whether the referral arrived; a person finds out that it did, and the lawyer files it."""
        journey = lender.opens(ladder="standard")
        turn = lender.lives(journey, days=120, before=Action.LEGAL_REFERRAL)
        attempt = lender.plans(turn)
        lender.claims(attempt, turn)
        fails(lender, attempt, FailureClass.AMBIGUOUS)
        lender.records(lender.asks_in_vain(attempt), Disposition.DONE)
        (referral,) = [row for row in lender.rows(WorkItemRow) if row.kind == WorkKind.LEGAL_REFERRAL.value]
        lender.records(referral.id, Disposition.DONE)
        lender.lives(journey, days=0)
        assert lender.journey(journey).closing_reason == "with_legal"
