"""What a monitor reads: counts that move with the ledger, in Prometheus' own format, and nothing about anybody."""

import re

from domain.action import Action
from domain.attempt import FailureClass
from ledger.breakers import trip
from ledger.outcomes import record_failure
from policy.capacity import Limit, Sender
from tests.console.pretend_vendors import PretendVendors
from tests.ledger.lender import EMAIL, MOBILE, Lender

LINE = re.compile(r'duecourse_[a-z_]+(\{[a-z_]+="[A-Za-z_]+( \+\d+)?"\})? \d+')


def read(vendors: PretendVendors) -> dict[str, int]:
    """The gauges of the page; each line must be one."""
    answer = vendors.client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    assert all(LINE.fullmatch(line) for line in lines), lines
    assert not any(text in answer.text for text in (MOBILE.text, EMAIL.text, "Canary", "L-1"))
    return {name: int(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_an_empty_ledger_is_quiet(vendors: PretendVendors) -> None:
    """Every channel is told, also while it is in order."""
    gauges = read(vendors)
    assert set(gauges.values()) == {0}
    assert {f'duecourse_breaker_open{{channel="{action.value}"}}' for action in Action} <= set(gauges)


def test_each_gauge_moves(vendors: PretendVendors, lender: Lender) -> None:
    """A lost answer, a broken channel, and a journey that was woken."""
    attempt = lender.begins_to_send(lender.opens())
    with lender.ledger.transaction() as session:
        record_failure(session, attempt, failure=FailureClass.AMBIGUOUS, code="timeout", now=lender.now)
        trip(session, Action.EMAIL, vendor="sendgrid", code="401", claimed_at=None, now=lender.now)
    lender.receives(1_000)
    gauges = read(vendors)
    assert gauges["duecourse_attempts_unknown"] == 1
    assert gauges["duecourse_oldest_unknown_seconds"] >= 0
    assert gauges['duecourse_breaker_open{channel="email"}'] == 1
    assert gauges['duecourse_breaker_open{channel="sms"}'] == 0
    assert gauges["duecourse_wake_ups_pending"] == 1
    assert gauges['duecourse_journeys_open{waiting_for="BeingCarriedOut"}'] == 1


def test_senders_are_told_by_name(vendors: PretendVendors, lender: Lender) -> None:
    """Two people by a number that has room for one."""
    lender.senders = {Action.SMS: [Sender("+15550100100", Action.SMS, Limit(0.5, 2))]}
    for journey in lender.opens_one_for_each(("first", "second")).values():
        turn = lender.turn(journey)
        lender.claims(lender.plans(turn), turn)
    gauges = read(vendors)
    assert gauges['duecourse_sender_level{sender="sms +15550100100"}'] == 0
    assert gauges['duecourse_sender_rate_millis{sender="sms +15550100100"}'] == 500
    assert gauges['duecourse_sender_pace_percent{sender="sms +15550100100"}'] == 100
    assert gauges['duecourse_sender_waiting{sender="sms +15550100100"}'] == 1
    assert gauges['duecourse_sender_longest_wait_seconds{sender="sms +15550100100"}'] >= 0
