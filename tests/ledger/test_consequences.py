"""What a failed contact comes to: another day, another way, or a rest for just the part that is out of order."""

from dataclasses import replace
from datetime import datetime, timedelta

from domain.action import Action
from domain.attempt import AttemptState, FailureClass
from domain.message import Message
from domain.receipt import Receipt, ReceiptKind
from domain.step import Outcome
from ledger.breakers import breakers_in_force, close_breaker, go_on
from ledger.consequences import ANOTHER_DAY_AFTER
from ledger.outcomes import record_failure
from ledger.receipts import take_in
from ledger.tables.attempt import AttemptRow
from policy.next_step import Act, Wait
from tests.ledger.lender import MOBILE, Lender, a_loan

IN_GERMANY = replace(MOBILE, text="+4915112345678")


def fails(lender: Lender, attempt: str, failure: FailureClass, *, code: str = "1") -> Outcome:
    """The vendor refuses."""
    with lender.ledger.transaction() as session:
        return record_failure(session, attempt, failure=failure, code=code, vendor="twilio", now=lender.now)


def tries(lender: Lender, journey: str) -> object:
    """The journey's next step, as far as the vendor's door."""
    turn = lender.turn(journey)
    assert isinstance(turn.decision, Act), turn.decision
    return lender.claims(lender.plans(turn), turn)


def waits(lender: Lender, journey: str) -> datetime:
    """The journey's next turn is to wait; until when."""
    turn = lender.turn(journey, fence=lender.fences[journey])
    assert isinstance(turn.decision, Wait), turn.decision
    return turn.decision.until


def attempts(lender: Lender, journey: str) -> list[tuple[str, str]]:
    """The way and the state of each attempt of a journey, in the order of their turns."""
    rows = sorted(lender.rows(AttemptRow), key=lambda row: row.turn_no)
    return [(row.action, row.state) for row in rows if row.journey_id == journey]


def two_journeys(lender: Lender, *, second: str = "+447400100001") -> tuple[str, str]:
    """Of two borrowers; the second has this number."""
    loans = {
        "one": a_loan("L-1", borrower="B1"),
        "two": a_loan("L-2", borrower="B2", contacts=[replace(MOBILE, text=second)]),
    }
    lender.opens(*loans.values())
    return tuple(  # type: ignore[return-value]  # two of them
        next(j.id for j in lender.journeys() if j.loan_id == lender.loan(loan.number).id) for loan in loans.values()
    )


class TestAnotherDay:
    """A phone that is off, or a message that came too late."""

    def test_is_tried_twice_before_another_way(self, lender: Lender) -> None:
        """Two more days by text; then the email follows."""
        journey = lender.opens()
        for _ in range(2):
            assert fails(lender, lender.begins_to_send(journey), FailureClass.SOFT) is Outcome.DEFERRED
            waits(lender, journey)
            lender.now += ANOTHER_DAY_AFTER
        assert fails(lender, lender.begins_to_send(journey), FailureClass.EXPIRED) is Outcome.REJECTED
        lender.lives(journey, days=0)
        assert attempts(lender, journey) == [("sms", "released")] * 2 + [("sms", "rejected"), ("email", "accepted")]

    def test_follows_too_where_a_receipt_says_so_later(self, lender: Lender) -> None:
        """A new attempt in a turn of its own; the receipt 46 times over changes nothing more."""
        journey = lender.opens()
        attempt = lender.begins_to_send(journey)
        lender.is_accepted(attempt)
        receipt = Receipt(
            "twilio",
            "E1",
            ReceiptKind.STATUS,
            attempt_id=attempt,
            state=AttemptState.UNDELIVERED,
            code="30003",
            failure=FailureClass.SOFT,
        )
        for _ in range(46):
            with lender.ledger.transaction() as session:
                take_in(session, receipt, now=lender.now)
        lender.lives(journey, days=1.5)
        assert attempts(lender, journey) == [("sms", "undelivered"), ("sms", "accepted")]
        assert len({row.turn_no for row in lender.rows(AttemptRow)}) == 2


class TestAThrottledSender:
    """The vendor says: slower."""

    def test_waits_longer_each_time(self, lender: Lender) -> None:
        """A quarter of an hour, then half an hour."""
        journey = lender.opens()
        pauses = []
        for _ in range(3):
            fails(lender, lender.begins_to_send(journey), FailureClass.THROTTLE)
            until = waits(lender, journey)
            pauses.append(until - lender.now)
            lender.now = until
        assert pauses == [timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1)]


class TestAWordingThatIsRefused:
    """The vendor does not like the text."""

    def test_is_sent_to_nobody_until_a_person_says_so(self, lender: Lender) -> None:
        """Others wait for it, no attempt is spent, and they go on when it was mended."""
        one, two = two_journeys(lender)
        assert fails(lender, lender.begins_to_send(one), FailureClass.CONTENT, code="30007") is Outcome.DEFERRED
        assert tries(lender, two) is Outcome.DEFERRED
        waits(lender, one)
        waits(lender, two)
        with lender.ledger.reading() as session:
            (breaker,) = breakers_in_force(session)
        assert breaker.scope.startswith("wording ")
        assert breaker.half_open_at is None
        lender.now += timedelta(hours=2)
        with lender.ledger.transaction() as session:
            close_breaker(session, Action.SMS, scope=breaker.scope, by="Bob", now=lender.now)
        with lender.ledger.transaction() as session:
            assert go_on(session, now=lender.now, at_most=9) == 2
        assert isinstance(tries(lender, two), Message)


class TestACountryThatIsClosedToUs:
    """The account may not write there."""

    def test_concerns_no_other_country(self, lender: Lender) -> None:
        """A German number waits; a British one does not."""
        one, two = two_journeys(lender, second=IN_GERMANY.text)
        assert fails(lender, lender.begins_to_send(two), FailureClass.COUNTRY, code="21408") is Outcome.DEFERRED
        with lender.ledger.reading() as session:
            assert [breaker.what for breaker in breakers_in_force(session)] == ["sms, country DE"]
        assert isinstance(tries(lender, one), Message)
