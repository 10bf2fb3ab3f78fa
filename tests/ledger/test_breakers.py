"""A channel that is out of order: nobody's contact is spent on it, and one that gets through ends it."""

from datetime import datetime, timedelta

import pytest

from domain.action import Action
from domain.attempt import FailureClass
from domain.message import Message, Order
from domain.step import Outcome
from ledger.breakers import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    LOOKED_AT_AGAIN_AFTER,
    Breaker,
    NoOpenBreaker,
    breakers_in_force,
    close_breaker,
    go_on,
    listed_breakers,
)
from ledger.carriage import open_journeys_carried
from ledger.outcomes import record_failure
from ledger.tables.attempt import AttemptRow, VerdictRow
from ledger.tables.breaker import BreakerRow
from ledger.tables.decision import DecisionRow
from policy.next_step import Act, Wait
from tests.ledger.lender import NOW, Lender
from tests.ledger.test_racing import at_once

WHY = "channel out of order: sms (twilio 20003)"


def is_refused(lender: Lender, attempt_id: str, *, code: str = "20003") -> Outcome:
    """Twilio says that it does not know us."""
    with lender.ledger.transaction() as session:
        return record_failure(
            session, attempt_id, failure=FailureClass.CONFIGURATION, code=code, vendor="twilio", now=lender.now
        )


def finds_nobody(lender: Lender, attempt_id: str, *, code: str = "ConnectError") -> None:
    """There is no connection to Twilio, or it answers at once that it processed nothing, or that the number is bad."""
    failure = FailureClass.BAD_NUMBER if code == "30005" else FailureClass.NEVER_PROCESSED
    with lender.ledger.transaction() as session:
        record_failure(session, attempt_id, failure=failure, code=code, vendor="twilio", now=lender.now)


def tries(lender: Lender, journey: str) -> Message | Order | Outcome:
    """A run takes the journey's next step, as far as the vendor's door."""
    turn = lender.turn(journey)
    assert isinstance(turn.decision, Act), turn.decision
    return lender.claims(lender.plans(turn), turn)


def in_force(lender: Lender) -> list[Breaker]:
    """Channels out of order."""
    with lender.ledger.reading() as session:
        return breakers_in_force(session)


def goes_on(lender: Lender, *, at_most: int = 9) -> int:
    """Those who wait for a channel that is in order again are woken."""
    with lender.ledger.transaction() as session:
        return go_on(session, now=lender.now, at_most=at_most)


def journeys_of(lender: Lender, count: int) -> list[str]:
    """So many borrowers, each with one loan whose first reminder is a text message."""
    return list(lender.opens_one_for_each(range(count)).values())


@pytest.fixture
def diary(lender: Lender) -> list[str]:
    """Four journeys; at ten, Twilio refuses the first one's message, because the token was changed."""
    journeys = journeys_of(lender, 4)
    assert is_refused(lender, lender.begins_to_send(journeys[0])) is Outcome.DEFERRED
    return journeys


class TestTheDiaryOfAWrongToken:
    """From the first 401 to the first message after it was mended."""

    def test_spends_nobodys_contact_and_no_verdict(self, lender: Lender, diary: list[str]) -> None:
        """The others wait with the reason in words; nothing was judged, so no cap counts it."""
        (breaker,) = in_force(lender)
        assert (breaker.channel, breaker.vendor, breaker.code) == (Action.SMS, "twilio", "20003")
        verdicts = len(lender.rows(VerdictRow)), len(lender.rows(DecisionRow))
        for journey in diary[1:]:
            assert tries(lender, journey) is Outcome.DEFERRED
            waits = lender.turn(journey, fence=lender.fences[journey]).decision
            assert isinstance(waits, Wait)
            assert (waits.reason, waits.until) == (WHY, NOW + FIRST_PAUSE)
        assert (len(lender.rows(VerdictRow)), len(lender.rows(DecisionRow))) == verdicts
        assert {row.state for row in lender.rows(AttemptRow)} == {"released"}
        assert len(lender.sent) == 1

    def test_lets_one_through_and_only_one(self, lender: Lender, diary: list[str]) -> None:
        """After a quarter of an hour; what it finds is the same, and the next pause is twice as long."""
        for journey in diary[1:]:
            tries(lender, journey)
        lender.now = NOW + FIRST_PAUSE
        probe = lender.begins_to_send(diary[1])
        assert tries(lender, diary[2]) is Outcome.DEFERRED
        is_refused(lender, probe, code="20404")
        (breaker,) = in_force(lender)
        assert (breaker.code, breaker.failed_probes) == ("20404", 1)
        assert breaker.half_open_at == lender.now + 2 * FIRST_PAUSE
        assert tries(lender, diary[3]) is Outcome.DEFERRED

    def test_ends_with_a_success_and_those_who_waited_go_on(self, lender: Lender, diary: list[str]) -> None:
        """The token was mended; nobody waits for the rest of a pause."""
        for journey in diary[1:]:
            tries(lender, journey)
            lender.turn(journey, fence=lender.fences[journey])
        assert goes_on(lender) == 0
        lender.now = NOW + FIRST_PAUSE
        lender.is_accepted(lender.begins_to_send(diary[1]))
        (row,) = lender.rows(BreakerRow)
        assert (row.closed_by, row.closed_at) == ("a probe", lender.now)
        assert (goes_on(lender), goes_on(lender)) == (2, 0)
        with lender.ledger.reading() as session:
            assert {c.journey_id for c in open_journeys_carried(session) if c.was_woken} == set(diary[2:])
        for journey in diary[2:]:
            assert isinstance(tries(lender, journey), Message)
        lender.lives(diary[0], days=0)
        assert lender.steps(diary[0]) == [("friendly_reminder", "deferred"), ("friendly_reminder", "sent")]

    def test_can_be_ended_by_a_person(self, lender: Lender, diary: list[str]) -> None:
        """With their name; a second time there is nothing to end."""
        with lender.ledger.transaction() as session:
            close_breaker(session, Action.SMS, by="Bob", now=lender.now)
        with lender.ledger.transaction() as session, pytest.raises(NoOpenBreaker, match="in order"):
            close_breaker(session, Action.SMS, by="Bob", now=lender.now)
        with lender.ledger.reading() as session:
            assert [b.closed_by for b in listed_breakers(session)] == ["Bob"]
        assert isinstance(tries(lender, diary[1]), Message)

    def test_wakes_so_many_at_once_until_nobody_waits(self, lender: Lender, diary: list[str]) -> None:
        """Three waited; whoever asks until it is none has woken each once."""
        for journey in diary[1:]:
            tries(lender, journey)
            lender.turn(journey, fence=lender.fences[journey])
        with lender.ledger.transaction() as session:
            close_breaker(session, Action.SMS, by="Bob", now=lender.now)
        assert [goes_on(lender, at_most=2) for _ in range(3)] == [2, 1, 0]

    def test_is_forgotten_after_everybody_has_asked_by_themselves(self, lender: Lender, diary: list[str]) -> None:
        """Nobody waits longer than for a person, so that only what closed lately is looked at."""
        tries(lender, diary[1])
        lender.turn(diary[1], fence=lender.fences[diary[1]])
        with lender.ledger.transaction() as session:
            close_breaker(session, Action.SMS, by="Bob", now=lender.now)
        lender.now += LOOKED_AT_AGAIN_AFTER + LONGEST_PAUSE + timedelta(seconds=1)
        assert goes_on(lender) == 0
        lender.now -= timedelta(seconds=1)
        assert goes_on(lender) == 1


class TestABreaker:
    """What it is and is not."""

    def test_concerns_one_channel(self, lender: Lender, diary: list[str]) -> None:
        """Mail still leaves."""
        with lender.ledger.transaction() as session:
            session.get_one(BreakerRow, lender.rows(BreakerRow)[0].id).channel = Action.EMAIL.value
        assert isinstance(tries(lender, diary[1]), Message)

    def test_is_not_ended_by_what_left_before_it(self, lender: Lender) -> None:
        """Two were on their way at the same moment: one was taken, one was refused for our account."""
        first, second, third = journeys_of(lender, 3)
        taken, refused, also_refused = (lender.begins_to_send(j) for j in (first, second, third))
        lender.now += timedelta(seconds=1)
        is_refused(lender, refused)
        lender.is_accepted(taken)
        is_refused(lender, also_refused)
        (breaker,) = in_force(lender)
        assert breaker.failed_probes == 0
        assert len(lender.rows(BreakerRow)) == 1

    def test_is_not_probed_by_a_contact_that_may_not_leave(self, lender: Lender, diary: list[str]) -> None:
        """At night everybody waits for the morning, and the first one then goes and sees."""
        lender.now = datetime(2026, 1, 5, 22, tzinfo=NOW.tzinfo)
        assert tries(lender, diary[1]) is Outcome.DEFERRED
        (breaker,) = in_force(lender)
        assert breaker.half_open_at == NOW + FIRST_PAUSE
        lender.now = datetime(2026, 1, 6, 8, tzinfo=NOW.tzinfo)
        assert isinstance(tries(lender, diary[2]), Message)

    def test_rests_longer_and_longer_up_to_an_end(self, lender: Lender) -> None:
        """A day without anybody who mends it costs a handful of contacts, not one a quarter of an hour."""
        for journey in journeys_of(lender, 7):
            lender.now = max([lender.now, *(b.again_at(now=lender.now) for b in in_force(lender))])
            if lender.now.hour >= 18:
                lender.now = lender.now.replace(hour=9) + timedelta(days=1)
            is_refused(lender, lender.begins_to_send(journey))
        (breaker,) = in_force(lender)
        assert breaker.failed_probes == 6
        assert breaker.half_open_at == lender.now + LONGEST_PAUSE

    def test_opened_by_a_clock_that_was_ahead_is_probed_and_ended_all_the_same(
        self, lender: Lender, diary: list[str]
    ) -> None:
        """By a week: no contact waits for that instant, and the first that is accepted ends it."""
        with lender.ledger.transaction() as session:
            row = session.get_one(BreakerRow, lender.rows(BreakerRow)[0].id)
            row.opened_at, row.half_open_at = NOW + timedelta(days=7), NOW + timedelta(days=7) + FIRST_PAUSE
        lender.now = NOW + timedelta(hours=1)
        probe = lender.begins_to_send(diary[1])
        assert tries(lender, diary[2]) is Outcome.DEFERRED
        (breaker,) = in_force(lender)
        assert breaker.half_open_at == lender.now + FIRST_PAUSE
        lender.is_accepted(probe)
        assert in_force(lender) == []

    def test_lets_one_of_several_at_once_through(self, lender: Lender, diary: list[str]) -> None:
        """Three runs race for the probe."""
        lender.now = NOW + FIRST_PAUSE
        turns = [lender.turn(journey) for journey in diary[1:]]
        attempts = [lender.plans(turn) for turn in turns]
        pairs = list(zip(attempts, turns, strict=True))
        claimed = at_once(*[lambda p=p: lender.claims(*p) for p in pairs])
        assert len([c for c in claimed if isinstance(c, Message)]) == 1

    def test_opens_once_however_many_are_refused_at_once(self, lender: Lender) -> None:
        """Four answers come in together."""
        attempts = [lender.begins_to_send(journey) for journey in journeys_of(lender, 4)]
        at_once(*[lambda a=a: is_refused(lender, a) for a in attempts])
        assert len(lender.rows(BreakerRow)) == 1


class TestAVendorOutOfReach:
    """Nobody answers: that may be one lost packet, or the morning's whole list in vain."""

    def test_rests_after_five_in_a_row_and_goes_on_when_it_is_there_again(self, lender: Lender) -> None:
        """The sixth contact does not try; a probe does, is in vain, and the next one gets through."""
        journeys = journeys_of(lender, 8)
        for journey in journeys[:4]:
            finds_nobody(lender, lender.begins_to_send(journey))
        assert in_force(lender) == []
        finds_nobody(lender, lender.begins_to_send(journeys[4]))
        (breaker,) = in_force(lender)
        assert (breaker.reason, breaker.failed_probes) == ("channel out of order: sms (twilio ConnectError)", 0)
        assert tries(lender, journeys[5]) is Outcome.DEFERRED
        lender.now += FIRST_PAUSE
        finds_nobody(lender, lender.begins_to_send(journeys[5]))
        assert [each.failed_probes for each in in_force(lender)] == [1]
        assert tries(lender, journeys[6]) is Outcome.DEFERRED
        lender.now += 2 * FIRST_PAUSE
        lender.is_accepted(lender.begins_to_send(journeys[7]))
        assert in_force(lender) == []
        assert goes_on(lender) == 0  # nobody had looked how long to wait: they ask by themselves
        assert {row.state for row in lender.rows(AttemptRow)} == {"released", "accepted"}

    @pytest.mark.parametrize("in_between", ["accepted", "429", "30005"])
    def test_is_not_out_of_reach_where_it_answered_in_between(self, lender: Lender, in_between: str) -> None:
        """It took one, found us too fast, or refused a number."""
        journeys = journeys_of(lender, 6)
        for number, journey in enumerate(journeys):
            attempt = lender.begins_to_send(journey)
            if number != 2:
                finds_nobody(lender, attempt)
            elif in_between == "accepted":
                lender.is_accepted(attempt)
            else:
                finds_nobody(lender, attempt, code=in_between)
            lender.now += timedelta(seconds=1)
        assert in_force(lender) == []

    def test_concerns_the_channel_alone(self, lender: Lender) -> None:
        """Four texts and a mail that found nobody are two things."""
        journeys = journeys_of(lender, 5)
        attempts = [lender.begins_to_send(journey) for journey in journeys]
        with lender.ledger.transaction() as session:
            session.get_one(AttemptRow, attempts[0]).action = Action.EMAIL.value
        for attempt in attempts:
            finds_nobody(lender, attempt)
        assert in_force(lender) == []
