"""Contacts whose answer was lost: settled by the vendor's word or by a person's, and never by sending again."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from domain.attempt import AttemptState, FailureClass
from domain.event import EventKind
from domain.fate import Fate, Listed
from domain.message import Message
from domain.receipt import Receipt, ReceiptKind
from domain.step import Outcome
from domain.work_item import Disposition, WorkKind
from ledger.inquiries import ASKED_AFTER, next_slot
from ledger.outcomes import record_failure
from ledger.receipts import take_in
from ledger.reconciling import due_questions, give_up_on, lost_attempts, settle, take_up
from ledger.tables.attempt import AttemptRow
from ledger.tables.inquiry import InquiryRow
from ledger.tables.journey import EventRow, JourneyRow
from ledger.tables.money import CostRow
from ledger.tables.work_item import WorkItemRow
from tests.ledger.lender import LEASE, NOW, Lender, a_loan
from tests.ledger.test_racing import at_once

EMPTY = Listed("twilio")
ABSENT = Listed("twilio", is_settled=True)


def shows(*matching: str, others: tuple[str, ...] = (), is_settled: bool = False) -> Listed:
    """What Twilio's list shows."""
    return Listed("twilio", matching, others, is_settled=is_settled)


def loses_the_answer(lender: Lender, attempt_id: str) -> str:
    """The request left, and no answer came."""
    with lender.ledger.transaction() as session:
        record_failure(session, attempt_id, failure=FailureClass.AMBIGUOUS, code="ReadTimeout", now=lender.now)
    return attempt_id


def unknown(lender: Lender, journey: str) -> str:
    """A contact of unknown fate."""
    return loses_the_answer(lender, lender.begins_to_send(journey))


def state_of(lender: Lender, attempt_id: str) -> str:
    """How the attempt stands."""
    with lender.ledger.reading() as session:
        return session.get_one(AttemptRow, attempt_id).state


def told(lender: Lender) -> list[tuple[str, object]]:
    """What was asked and answered, in order."""
    kinds = {EventKind.ATTEMPT_ASKED.value: "ask", EventKind.ATTEMPT_ANSWERED.value: "answer"}
    rows = sorted((row for row in lender.rows(EventRow) if row.kind in kinds), key=lambda row: row.id or 0)
    return [(kinds[row.kind], row.facts[kinds[row.kind]]) for row in rows]


def questions(lender: Lender) -> list[str]:
    """The states of the questions that a person was asked."""
    kind = WorkKind.RECONCILE_ATTEMPT.value
    return [row.state for row in lender.rows(WorkItemRow) if row.kind == kind]


def due(lender: Lender) -> list[str]:
    """Attempts to ask about now."""
    with lender.ledger.reading() as session:
        return due_questions(session, now=lender.now)


class TestTheDiaryOfAnUnknown:
    """One reminder, whose answer was lost."""

    def test_that_the_callback_settles(self, lender: Lender) -> None:
        """It comes after the first ask; the vendor is not asked again, and nobody else is."""
        attempt = unknown(lender, lender.opens())
        assert lender.steps() == [("friendly_reminder", "unknown")]
        assert due(lender) == []
        # 30 seconds: the list does not show it yet.
        assert lender.asks(attempt, EMPTY) is Fate.UNCLEAR
        receipt = Receipt("twilio", "SM1/sent", ReceiptKind.STATUS, attempt, AttemptState.ACCEPTED, vendor_id="SM1")
        with lender.ledger.transaction() as session:
            take_in(session, receipt, now=lender.now)
        assert [row.vendor_id for row in lender.rows(AttemptRow)] == ["SM1"]
        assert lender.steps() == [("friendly_reminder", "sent")]
        lender.now += timedelta(days=2)
        assert (due(lender), questions(lender), len(lender.rows(CostRow))) == ([], [], 1)
        assert told(lender) == [("ask", 1), ("answer", "unclear")]

    def test_that_the_list_settles(self, lender: Lender) -> None:
        """It lags behind at first; then the one message of that text, number and time is ours."""
        attempt = unknown(lender, lender.opens())
        assert lender.asks(attempt) is Fate.NO_ANSWER  # 30 seconds
        assert lender.asks(attempt, EMPTY) is Fate.UNCLEAR  # 2 minutes
        assert lender.asks(attempt, shows("SM1")) is Fate.FOUND  # 10 minutes
        assert lender.now == NOW + timedelta(minutes=10)
        (row,) = lender.rows(AttemptRow)
        assert (row.state, row.vendor, row.vendor_id) == ("accepted", "twilio", "SM1")
        (cost,) = lender.rows(CostRow)
        assert cost.quantity == max(row.segments, 1)
        assert lender.events(EventKind.ATTEMPT_ACCEPTED) == 1
        assert lender.asks(attempt) is None
        assert told(lender)[-1] == ("answer", "found")

    def test_that_was_never_taken(self, lender: Lender) -> None:
        """An hour later that is certain: the rung is taken again, as a new attempt in a new turn, and judged anew."""
        journey = lender.opens()
        attempt = unknown(lender, journey)
        while (fate := lender.asks(attempt, ABSENT if lender.now >= NOW + timedelta(minutes=10) else EMPTY)) is not (
            Fate.ABSENT
        ):
            assert fate is Fate.UNCLEAR
        assert lender.now == NOW + timedelta(hours=1)
        assert state_of(lender, attempt) == "released"
        lender.lives(journey, days=0)
        first, second = sorted(lender.rows(AttemptRow), key=lambda row: row.turn_no)
        assert (first.rung, first.state, second.rung, second.state) == (
            *("friendly_reminder", "released"),
            *("friendly_reminder", "accepted"),
        )
        assert second.turn_no > first.turn_no
        assert lender.steps() == [("friendly_reminder", "deferred"), ("friendly_reminder", "sent")]
        assert (len(lender.rows(CostRow)), questions(lender)) == (1, [])

    def test_that_nobody_can_settle(self, lender: Lender) -> None:
        """Six asks on the schedule; then it is on a person's list, and only then."""
        attempt = unknown(lender, lender.opens())
        asked_at = []
        while lender.asks(attempt, shows("SM1", "SM2")) is not None:
            asked_at.append(lender.now - NOW)
            assert questions(lender) == ([] if len(asked_at) < 6 else ["open"])
        assert tuple(asked_at) == ASKED_AFTER
        assert lender.asks(attempt) is None
        assert len([each for each in lender.sent if isinstance(each, Message)]) == 1
        (item,) = lender.rows(WorkItemRow)
        assert item.attempt_id == attempt
        assert lender.records(item.id, Disposition.DONE) is Outcome.SENT

    def test_goes_on_meanwhile_as_if_it_had_left(self, lender: Lender) -> None:
        """The next rung comes when it would have come; a late "never taken" brings no earlier rung back."""
        journey = lender.opens()
        attempt = unknown(lender, journey)
        lender.lives(journey, days=12)
        rungs = [rung for rung, _ in lender.steps()]
        assert len(rungs) > 1
        assert lender.asks(attempt, ABSENT) is Fate.ABSENT
        lender.lives(journey, days=0)
        assert [rung for rung, _ in lender.steps()] == rungs


class TestAnAnswer:
    """What the vendor shows, held against what we know."""

    def test_is_never_guessed_from_two(self, lender: Lender) -> None:
        """Two messages with the same words."""
        attempt = unknown(lender, lender.opens())
        assert lender.asks(attempt, shows("SM1", "SM2", is_settled=True)) is Fate.UNCLEAR
        assert state_of(lender, attempt) == "unknown"

    def test_leaves_out_what_is_known_to_be_another(self, lender: Lender) -> None:
        """The other loan of the same person had the same words, and its message is known by its id."""
        lender.opens(a_loan("L-1"), a_loan("L-2"))
        other, mine = (row.id for row in begun(lender))
        lender.is_accepted(other)
        loses_the_answer(lender, mine)
        assert lender.asks(mine, shows(f"V-{other}")) is Fate.UNCLEAR
        assert lender.asks(mine, shows(f"V-{other}", "SM2")) is Fate.FOUND

    def test_that_two_could_own_settles_neither(self, lender: Lender) -> None:
        """Both answers were lost, and one message is there: whose it is, nobody can tell."""
        lender.opens(a_loan("L-1"), a_loan("L-2"))
        rows = begun(lender)
        with lender.ledger.transaction() as session:
            for row in rows:
                session.get_one(AttemptRow, row.id).text_digest = rows[0].text_digest
        first, second = (loses_the_answer(lender, row.id) for row in rows)
        assert lender.asks(first, shows("SM1", is_settled=True)) is Fate.UNCLEAR
        assert lender.asks(second, shows("SM1", is_settled=True)) is Fate.UNCLEAR
        # Where the text bears the attempt's own id there is no doubt.
        assert lender.asks(first, Listed("twilio", ("SM1",), names_attempt=True)) is Fate.FOUND
        assert lender.asks(second, shows("SM1", is_settled=True)) is Fate.ABSENT

    def test_is_no_absence_while_anything_is_unexplained(self, lender: Lender) -> None:
        """A message of other words went to that number: it may be ours, written otherwise by the vendor."""
        attempt = unknown(lender, lender.opens())
        assert lender.asks(attempt, shows(others=("SM9",), is_settled=True)) is Fate.UNCLEAR

    def test_may_come_after_the_attempt_was_given_back(self, lender: Lender) -> None:
        """What the vendor took, it took: the receipt a day later is charged, and the step is sent after all."""
        journey = lender.opens()
        attempt = unknown(lender, journey)
        assert lender.asks(attempt, ABSENT) is Fate.ABSENT
        receipt = Receipt("twilio", "SM1/delivered", ReceiptKind.STATUS, attempt, AttemptState.DELIVERED)
        with lender.ledger.transaction() as session:
            take_in(session, receipt, now=lender.now)
        assert (state_of(lender, attempt), len(lender.rows(CostRow))) == ("delivered", 1)
        assert lender.steps() == [("friendly_reminder", "sent")]

    def test_about_a_closed_journey_wakes_nobody(self, lender: Lender) -> None:
        """The loan was paid meanwhile."""
        journey = lender.opens()
        attempt = unknown(lender, journey)
        lender.receives(80_000)
        lender.lives(journey, days=0)
        before = lender.journey(journey).wake_seq
        assert lender.asks(attempt, ABSENT) is Fate.ABSENT
        assert lender.journey(journey).wake_seq == before


def begun(lender: Lender) -> list[AttemptRow]:
    """Every journey has a contact under way."""
    for journey in lender.rows(JourneyRow):
        lender.begins_to_send(journey.id)
    return lender.rows(AttemptRow)


class TestAnAsker:
    """Who asks, and how often."""

    def test_takes_a_question_up_alone(self, lender: Lender) -> None:
        """Two reconcilers at once: one asks, and one effect comes of it."""
        attempt = unknown(lender, lender.opens())
        lender.now += ASKED_AFTER[0]

        def asks() -> object:
            with lender.ledger.transaction() as session:
                if take_up(session, attempt, now=lender.now) is None:
                    return None
            with lender.ledger.transaction() as session:
                return settle(session, attempt, shows("SM1"), now=lender.now)

        assert sorted(at_once(*[asks] * 4), key=str) == [None, None, None, Fate.FOUND]
        assert len(lender.rows(CostRow)) == lender.events(EventKind.ATTEMPT_ACCEPTED) == 1
        assert told(lender) == [("ask", 1), ("answer", "found")]

    @pytest.mark.parametrize("listed", [shows("SM1"), ABSENT], ids=["found", "absent"])
    def test_that_is_late_finds_it_settled(self, lender: Lender, listed: Listed) -> None:
        """Two answers to two asks arrive together, whatever they say: the second changes nothing."""
        attempt = unknown(lender, lender.opens())
        lender.now += ASKED_AFTER[0]

        def settles() -> object:
            with lender.ledger.transaction() as session:
                return settle(session, attempt, listed, now=lender.now)

        fates = at_once(*[settles] * 4)
        assert fates.count(Fate.KNOWN) == 3
        assert len(lender.rows(CostRow)) == int(listed is not ABSENT)
        assert lender.events(EventKind.STEP_ENDED) == 2

    def test_that_dies_leaves_the_question_to_the_next(self, lender: Lender) -> None:
        """Also the last one: it is asked once more, and then a person is."""
        attempt = unknown(lender, lender.opens())
        for _ in ASKED_AFTER:
            (inquiry,) = lender.rows(InquiryRow)
            assert inquiry.next_ask_at is not None
            lender.now = inquiry.next_ask_at
            with lender.ledger.transaction() as session:
                assert take_up(session, attempt, now=lender.now) is not None
        assert questions(lender) == []
        assert lender.asks(attempt) is Fate.NO_ANSWER
        assert (lender.now, questions(lender)) == (NOW + timedelta(hours=24, minutes=2), ["open"])

    def test_that_slept_does_not_make_up_for_it(self, lender: Lender) -> None:
        """Three hours without a reconciler: one ask now, and the next one at its time."""
        attempt = unknown(lender, lender.opens())
        lender.now += timedelta(hours=3)
        assert due(lender) == [attempt]
        lender.asks(attempt)
        assert due(lender) == []
        (inquiry,) = lender.rows(InquiryRow)
        assert (inquiry.asks, inquiry.next_ask_at) == (1, NOW + timedelta(hours=6))

    def test_is_given_what_was_handed_over(self, lender: Lender) -> None:
        """The same text to the same number, and when it left."""
        attempt = unknown(lender, lender.opens())
        lender.now += ASKED_AFTER[0]
        with lender.ledger.transaction() as session:
            trace = take_up(session, attempt, now=lender.now)
        assert trace is not None
        assert trace.contact == lender.sent[0]
        assert trace.requested_at == NOW


class TestALease:
    """A run that dies in the middle of a request."""

    def test_that_ran_out_makes_its_contact_unknown(self, lender: Lender) -> None:
        """Nobody takes the journey up again; the reconciler finds it all the same, once."""
        attempt = lender.begins_to_send(lender.opens())
        assert self._gives_up(lender, after=LEASE) == []
        assert self._gives_up(lender, after=LEASE + timedelta(seconds=1)) == [attempt]
        assert (state_of(lender, attempt), lender.steps()) == ("unknown", [("friendly_reminder", "unknown")])
        assert self._gives_up(lender, after=2 * LEASE) == []
        assert lender.is_accepted(attempt) is Outcome.SENT  # the run was only slow
        assert len(lender.rows(CostRow)) == 1

    def test_that_ran_out_too_early_does_no_harm(self, lender: Lender) -> None:
        """The run was only slow, and the refusal is clear: nobody asks any more, and the rung goes on by mail."""
        journey = lender.opens()
        attempt = lender.begins_to_send(journey)
        self._gives_up(lender, after=2 * LEASE)
        with lender.ledger.transaction() as session:
            refused = record_failure(session, attempt, failure=FailureClass.BAD_NUMBER, code="21211", now=lender.now)
        assert (refused, state_of(lender, attempt)) == (Outcome.REJECTED, "rejected")
        assert lender.asks(attempt) is None
        lender.fences.clear()
        lender.now += timedelta(minutes=1)
        with lender.ledger.transaction() as session:
            session.get_one(JourneyRow, journey).lease_until = None
        lender.lives(journey, days=0)
        assert lender.steps() == [("friendly_reminder", "rejected"), ("friendly_reminder", "sent")]

    def test_is_given_up_once_by_several_at_once(self, lender: Lender) -> None:
        """Four reconcilers."""
        attempt = lender.begins_to_send(lender.opens())
        later = lender.now + 2 * LEASE
        assert sorted(at_once(*[self._giving_up(lender, attempt, later - NOW)] * 4), key=str) == [
            *[False] * 3,
            True,
        ]
        assert lender.events(EventKind.ATTEMPT_UNKNOWN) == 1

    def _gives_up(self, lender: Lender, *, after: timedelta) -> list[str]:
        with lender.ledger.reading() as session:
            lost = lost_attempts(session, machine_now=NOW + after)
        return [attempt for attempt in lost if self._giving_up(lender, attempt, after)()]

    @staticmethod
    def _giving_up(lender: Lender, attempt: str, after: timedelta) -> Callable[[], bool]:
        def gives_up() -> bool:
            with lender.ledger.transaction() as session:
                return give_up_on(session, attempt, now=NOW + after, machine_now=NOW + after)

        return gives_up


def test_the_schedule_is_that_of_the_design() -> None:
    """30 s, 2 m, 10 m, 1 h, 6 h, 24 h after the request, and then no more."""
    seconds = [span.total_seconds() for span in ASKED_AFTER]
    assert seconds == [30, 120, 600, 3600, 21_600, 86_400]
    assert next_slot(NOW, after=NOW + timedelta(hours=24)) is None
