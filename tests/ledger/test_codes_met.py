"""The codes that contacts were refused with are counted, so that people see those that nobody has classed."""

from datetime import timedelta

from connectors.vendor_codes import is_for_review
from domain.action import Action
from domain.attempt import AttemptState, FailureClass
from domain.receipt import Receipt, ReceiptKind
from ledger.codes_met import CodeMet, codes_met
from ledger.outcomes import record_failure
from ledger.receipts import take_in
from tests.ledger.lender import NOW, Lender


def refuses(lender: Lender, journey: str, failure: FailureClass, code: str) -> None:
    """The vendor does not take the journey's next contact."""
    attempt = lender.begins_to_send(journey)
    with lender.ledger.transaction() as session:
        record_failure(session, attempt, failure=failure, code=code, vendor="twilio", now=lender.now)


def met(lender: Lender) -> list[CodeMet]:
    """What was met since the beginning."""
    with lender.ledger.reading() as session:
        return codes_met(session, since=NOW)


def test_codes_are_counted_by_channel_and_class(lender: Lender) -> None:
    """With the last instant; what may be our own (no answer, no connection) is left out, and so is what is long ago."""
    first, second, lost, busy, late = lender.opens_one_for_each(range(5)).values()
    refuses(lender, first, FailureClass.PERMANENT, "31415")
    refuses(lender, lost, FailureClass.AMBIGUOUS, "timeout")
    refuses(lender, busy, FailureClass.NEVER_PROCESSED, "ConnectError")
    lender.now += timedelta(minutes=1)
    refuses(lender, second, FailureClass.PERMANENT, "31415")
    attempt = lender.begins_to_send(late)
    lender.is_accepted(attempt)
    lender.now += timedelta(minutes=1)
    receipt = Receipt(
        *("twilio", "SM1/undelivered", ReceiptKind.STATUS),
        attempt_id=attempt,
        state=AttemptState.UNDELIVERED,
        code="27182",
        failure=FailureClass.PERMANENT,
    )
    with lender.ledger.transaction() as session:
        take_in(session, receipt, now=lender.now)
    assert met(lender) == [
        CodeMet(Action.SMS, "27182", FailureClass.PERMANENT, 1, lender.now),
        CodeMet(Action.SMS, "31415", FailureClass.PERMANENT, 2, lender.now - timedelta(minutes=1)),
    ]
    with lender.ledger.reading() as session:
        assert [each.code for each in codes_met(session, since=lender.now)] == ["27182"]


def test_a_code_is_for_review_where_nothing_else_classed_it() -> None:
    """A mail's bounce bears its SMTP status, and was classed by the event."""
    assert is_for_review("31415", failure=FailureClass.PERMANENT, table="twilio")
    assert is_for_review("403 31415", failure=FailureClass.CONFIGURATION, table="twilio")
    assert is_for_review("30004", failure=FailureClass.OPT_OUT, table="twilio")
    assert is_for_review("5.7.1", failure=FailureClass.PERMANENT, table="sendgrid")
    assert not is_for_review("5.1.1", failure=FailureClass.BAD_NUMBER, table="sendgrid")
    assert not is_for_review("21211", failure=FailureClass.BAD_NUMBER, table="twilio")
    assert not is_for_review("401 unauthorized", failure=FailureClass.CONFIGURATION, table="desk")
