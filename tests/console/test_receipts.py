"""Receipts move an attempt forward once each, whatever order they come in and however often."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from connectors.sendgrid_signature import FRESH_FOR
from connectors.vendor_codes import known_events
from console.receipts import ReceiptSettings, create_receipts
from console.twilio_news import STATE_FOR
from domain.attempt import AttemptState
from domain.borrower import ContactState
from ledger.database import Ledger
from ledger.keyring import Keyring
from tests.console.pretend_vendors import AUTH_TOKEN, PUBLIC_URL, PretendVendors, event
from tests.console.served import served
from tests.console.worked_loans import EMAIL, MOBILE, NOW, WorkedLoans, chat, email, mobile

NO_CONTENT, BAD_REQUEST, UNAVAILABLE = 204, 400, 503
TWILIO_STATUSES = (
    "accepted canceled delivered failed partially_delivered queued read received receiving scheduled sending sent "
    "undelivered"
)
SENDGRID_EVENTS = (
    "processed dropped delivered deferred bounce open click spamreport unsubscribe group_unsubscribe group_resubscribe"
)


def test_delivered_before_sent_stays_delivered(loans: WorkedLoans, vendors: PretendVendors) -> None:
    """Callbacks come in any order; the attempt ends where the furthest of them says."""
    loans.take_in("L-1", mobile())
    attempt = loans.contacted("L-1")
    assert vendors.twilio_status(attempt, "delivered") == NO_CONTENT
    assert vendors.twilio_status(attempt, "sent") == NO_CONTENT
    assert vendors.twilio_status(attempt, "queued") == NO_CONTENT
    assert loans.state(attempt) is AttemptState.DELIVERED


def test_forty_six_repeats_change_nothing(loans: WorkedLoans, vendors: PretendVendors) -> None:
    """A vendor that says the same thing 46 times is thanked 46 times and written down once."""
    loans.take_in("L-1", mobile(), email())
    attempt = loans.contacted("L-1")
    for _ in range(46):
        assert vendors.twilio_status(attempt, "delivered") == NO_CONTENT
        opened = event("open", event_id="e-1", email=EMAIL, attempt_id=attempt)
        assert vendors.sendgrid(opened, opened, at=NOW) == NO_CONTENT
    assert len(loans.inbox()) == 2
    assert loans.events("receipt_applied") == 1
    assert loans.costs() == 1


def test_a_receipt_overtakes_the_answer_to_the_request(loans: WorkedLoans, vendors: PretendVendors) -> None:
    """A callback may come in before the vendor's answer is recorded; the message is charged once all the same."""
    loans.take_in("L-1", mobile())
    attempt = loans.claim_first("L-1")
    assert vendors.twilio_status(attempt, "delivered") == NO_CONTENT
    loans.accept(attempt)
    assert loans.state(attempt) is AttemptState.DELIVERED
    assert loans.costs() == 1


def test_a_receipt_for_an_attempt_that_nobody_knows_is_kept(loans: WorkedLoans, vendors: PretendVendors) -> None:
    """A receipt of another installation, or of a ledger restored from a backup, is kept and moves nothing."""
    assert vendors.twilio_status("0" * 32, "delivered") == NO_CONTENT
    assert [row.attempt_id for row in loans.inbox()] == ["0" * 32]


@pytest.mark.parametrize(
    ("code", "state"),
    [("30005", ContactState.BAD), ("30004", ContactState.OPTED_OUT), ("30003", ContactState.UNVERIFIED)],
)
def test_a_number_is_given_up_for_what_the_receipt_says(
    loans: WorkedLoans, vendors: PretendVendors, code: str, state: ContactState
) -> None:
    """An unknown number is bad, a blocked one has opted out, and one that was switched off may be tried another day."""
    loans.take_in("L-1", mobile())
    attempt = loans.contacted("L-1")
    assert vendors.twilio_status(attempt, "undelivered", code=code) == NO_CONTENT
    assert loans.state(attempt) is AttemptState.UNDELIVERED
    assert loans.contact_states(MOBILE) == [state]


def test_a_bad_number_does_not_undo_an_opt_out(loans: WorkedLoans, vendors: PretendVendors) -> None:
    """Who asked to be left alone stays so, whatever is learned of the number later."""
    loans.take_in("L-1", mobile())
    attempt = loans.contacted("L-1")
    assert vendors.twilio_inbound(MOBILE, "STOP", sid="SM9") == NO_CONTENT
    assert vendors.twilio_status(attempt, "undelivered", code="30005") == NO_CONTENT
    assert loans.contact_states(MOBILE) == [ContactState.OPTED_OUT]


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({"name": "bounce", "type": "bounce", "status": "5.1.1"}, ContactState.BAD),
        ({"name": "bounce", "type": "blocked", "status": "4.7.1"}, ContactState.UNVERIFIED),
        ({"name": "dropped", "reason": "Bounced Address"}, ContactState.BAD),
        ({"name": "dropped", "reason": "Unsubscribed Address"}, ContactState.OPTED_OUT),
        ({"name": "dropped", "reason": "Bounced Something New"}, ContactState.UNVERIFIED),
    ],
)
def test_an_address_is_given_up_for_what_the_event_says(
    loans: WorkedLoans, vendors: PretendVendors, told: dict[str, str], state: ContactState
) -> None:
    """A hard bounce is a bad address; a blocked message says nothing about the address."""
    loans.take_in("L-1", email())
    attempt = loans.contacted("L-1")
    more = {name: value for name, value in told.items() if name != "name"}
    bounced = event(told["name"], event_id="e-1", email=EMAIL, attempt_id=attempt, **more)
    assert vendors.sendgrid(bounced, at=NOW) == NO_CONTENT
    assert loans.state(attempt) is AttemptState.UNDELIVERED
    assert loans.contact_states(EMAIL) == [state]


def test_a_batch_is_taken_in_its_order_and_by_rank(loans: WorkedLoans, vendors: PretendVendors) -> None:
    """One batch may hold many events, some of which are not understood; the rest counts."""
    loans.take_in("L-1", email(), chat("+447400123457"))
    attempt = loans.contacted("L-1")
    taken = vendors.sendgrid(
        event("delivered", event_id="e-2", email=EMAIL, attempt_id=attempt),
        event("processed", event_id="e-1", email=EMAIL, attempt_id=attempt),
        event("group_resubscribe", event_id="e-3", email=EMAIL, attempt_id=attempt),
        event("of next year", event_id="e-4", email=EMAIL, attempt_id=attempt),
        {"event": "delivered"},
        {"event": ["delivered"], "sg_event_id": 7},
        at=NOW,
    )
    assert taken == NO_CONTENT
    assert loans.state(attempt) is AttemptState.DELIVERED
    assert {row.event_id for row in loans.inbox()} == {"e-1", "e-2"}


@pytest.mark.parametrize("body", [b"", b"{}", b"not json", b"[" * 100_000])
def test_a_signed_body_that_is_no_batch_is_a_bad_request(vendors: PretendVendors, body: bytes) -> None:
    """What cannot be read is answered as such, and never as an error of ours."""
    assert vendors.post_batch(body, at=NOW) == BAD_REQUEST


def test_an_event_that_cannot_be_taken_holds_up_no_other(loans: WorkedLoans, vendors: PretendVendors) -> None:
    """The vendor is asked to send the batch again; what could be taken has been."""
    loans.take_in("L-1", email())
    attempt = loans.contacted("L-1")
    poison = event("delivered", event_id="nul \x00 byte", email=EMAIL, attempt_id="\ud800")
    stop = event("unsubscribe", event_id="e-2", email=EMAIL, attempt_id=attempt)
    assert vendors.sendgrid(poison, stop, at=NOW) == UNAVAILABLE
    assert loans.contact_states(EMAIL) == [ContactState.OPTED_OUT]


def test_a_batch_from_the_edge_of_freshness_is_taken(vendors: PretendVendors) -> None:
    """Clocks differ a little, and a batch that waited some minutes is still news."""
    assert vendors.sendgrid(at=NOW - FRESH_FOR + timedelta(seconds=1)) == NO_CONTENT


def test_every_status_and_event_is_placed() -> None:
    """A status or event that the vendors describe and nobody classified fails here."""
    assert set(STATE_FOR) == set(TWILIO_STATUSES.split())
    assert known_events(table="sendgrid") == set(SENDGRID_EVENTS.split())


def test_a_stop_to_a_house_with_the_wrong_key_is_not_said_to_be_taken(loans: WorkedLoans, ledger: Ledger) -> None:
    """Nothing is kept, so that the vendor's next try, or the sweep, brings it to where the right key is."""
    loans.take_in("L-1", mobile())
    wrong = replace(ledger, keyring=Keyring(b"w" * 32))
    settings = ReceiptSettings(PUBLIC_URL, twilio_auth_token=AUTH_TOKEN)
    with served(create_receipts(wrong, settings=settings, clock=lambda: NOW)) as client:
        vendors = PretendVendors(client, ec.generate_private_key(ec.SECP256R1()))
        assert vendors.twilio_inbound(MOBILE, "STOP", sid="SM1") == UNAVAILABLE
    assert loans.contact_states(MOBILE) == [ContactState.UNVERIFIED]
