"""What a vendor did not sign is refused, and changes nothing."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from twilio.request_validator import RequestValidator

from connectors.sendgrid_signature import FRESH_FOR
from console.raw_body import LARGEST_BODY, LARGEST_FORM
from console.receipts import ReceiptSettings, create_receipts
from domain.attempt import AttemptState
from domain.borrower import ContactState
from ledger.database import Ledger
from tests.console.pretend_vendors import (
    PUBLIC_URL,
    SIGNATURE,
    TIMESTAMP,
    PretendVendors,
    event,
    signed,
)
from tests.console.served import served
from tests.console.worked_loans import EMAIL, MOBILE, NOW, WorkedLoans, email, mobile

FORBIDDEN, TOO_LARGE = 403, 413
MANGLED = ["", "bm90IG91cnM=", "%%%", "é", "x" * 10_000, "null"]


@pytest.mark.parametrize("signature", MANGLED)
def test_a_mangled_twilio_signature_is_refused(vendors: PretendVendors, signature: str) -> None:
    """Whatever stands where the signature should be, the answer is no."""
    headers = {b"X-Twilio-Signature": signature.encode()}
    for path in ("/receipts/twilio/inbound", "/receipts/twilio/abc"):
        answer = vendors.client.post(path, content=b"MessageSid=SM1&From=%2B1&Body=STOP", headers=headers)
        assert answer.status_code == FORBIDDEN


@pytest.mark.parametrize("signature", MANGLED)
def test_a_mangled_sendgrid_signature_is_refused(vendors: PretendVendors, signature: str) -> None:
    """The same for email events, whose timestamp may be mangled too."""
    for timestamp in (str(int(NOW.timestamp())), "", "soon", "\uff19", "9" * 400, "-1"):
        headers = {SIGNATURE.encode(): signature.encode(), TIMESTAMP.encode(): timestamp.encode()}
        answer = vendors.client.post("/receipts/sendgrid", content=b"[]", headers=headers)
        assert answer.status_code == FORBIDDEN


@pytest.mark.parametrize("path", ["/receipts/twilio/inbound", "/receipts/twilio/abc", "/receipts/sendgrid"])
def test_a_missing_signature_is_refused(vendors: PretendVendors, path: str) -> None:
    """Without a signature there is nothing to check, and nothing to take in."""
    assert vendors.client.post(path, content=b"[]").status_code == FORBIDDEN


def test_a_signature_for_one_attempt_does_not_serve_another(loans: WorkedLoans, vendors: PretendVendors) -> None:
    """Twilio signs the whole address, so a callback cannot be turned against another attempt."""
    loans.take_in("L-1", mobile())
    attempt = loans.contacted("L-1")
    form = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    assert vendors.post_form(f"/receipts/twilio/{attempt}?x=1", form) == 204
    assert vendors.post_form("/receipts/twilio/inbound", {"MessageSid": "SM2", "From": MOBILE, "Body": "Hi"}) == 204
    signature = "of another address"
    assert vendors.post_form(f"/receipts/twilio/{attempt}", form, signature=signature) == FORBIDDEN


def test_a_changed_field_breaks_the_signature(loans: WorkedLoans, vendors: PretendVendors) -> None:
    """Nobody can make our ledger believe that a message arrived, or that a person wants to be left alone."""
    loans.take_in("L-1", mobile(), email())
    attempt = loans.contacted("L-1")
    body, timestamp = b"[]", str(int(NOW.timestamp()))
    headers = {SIGNATURE: signed(vendors.key, body, timestamp=timestamp), TIMESTAMP: timestamp}
    forged = b'[{"event": "unsubscribe", "sg_event_id": "e", "email": "' + EMAIL.encode() + b'"}]'
    assert vendors.client.post("/receipts/sendgrid", content=forged, headers=headers).status_code == FORBIDDEN
    assert loans.contact_states(EMAIL) == [ContactState.UNVERIFIED]
    assert loans.state(attempt) is AttemptState.ACCEPTED
    assert loans.inbox() == []


def test_another_account_cannot_sign_for_ours(ledger: Ledger, vendors: PretendVendors) -> None:
    """A key pair of somebody else's account opens nothing here."""
    stranger = PretendVendors(vendors.client, ec.generate_private_key(ec.SECP256R1()))
    assert stranger.sendgrid(event("open", event_id="e", email=EMAIL), at=NOW) == FORBIDDEN


def test_an_old_batch_cannot_be_played_again(vendors: PretendVendors) -> None:
    """A genuine request that somebody kept is worth nothing after ten minutes."""
    assert vendors.sendgrid(at=NOW - FRESH_FOR * 2) == FORBIDDEN
    assert vendors.sendgrid(at=NOW + FRESH_FOR * 2) == FORBIDDEN


@pytest.mark.parametrize("unset", [None, ""])
def test_a_vendor_that_is_not_set_up_is_refused(ledger: Ledger, unset: str | None) -> None:
    """Without a token or key nothing can be checked, so nothing is believed; anyone can sign with an empty token."""
    settings = ReceiptSettings(PUBLIC_URL, twilio_auth_token=unset, sendgrid_public_key=unset)
    form = {"MessageSid": "SM1", "From": MOBILE, "Body": "STOP"}
    signature = RequestValidator("").compute_signature(f"{PUBLIC_URL}/receipts/twilio/inbound", form)
    with served(create_receipts(ledger, settings=settings, clock=lambda: NOW)) as client:
        vendors = PretendVendors(client, ec.generate_private_key(ec.SECP256R1()))
        assert vendors.sendgrid(at=NOW) == FORBIDDEN
        assert vendors.post_form("/receipts/twilio/inbound", form, signature=signature) == FORBIDDEN


def test_a_public_key_that_is_none_is_refused_at_the_start(ledger: Ledger) -> None:
    """A key that was pasted wrongly is found before the first event is lost."""
    settings = ReceiptSettings(PUBLIC_URL, sendgrid_public_key="pasted wrongly")
    with pytest.raises(ValueError, match=r".+"):
        create_receipts(ledger, settings=settings, clock=lambda: NOW)


def test_a_body_without_end_is_not_read_to_its_end(vendors: PretendVendors) -> None:
    """Anyone can post here, so nobody may fill the memory."""
    answer = vendors.client.post("/receipts/sendgrid", content=b"x" * (LARGEST_BODY + 1))
    assert answer.status_code == TOO_LARGE


@pytest.mark.parametrize("path", ["/receipts/twilio/inbound", "/receipts/twilio/abc"])
def test_a_form_that_no_message_fills_is_not_read_to_its_end(vendors: PretendVendors, path: str) -> None:
    """What Twilio posts is small; whatever is larger is refused before anybody takes it apart."""
    signature = {"X-Twilio-Signature": "A" * 27 + "="}
    answer = vendors.client.post(path, content=b"a=" + b"%41" * (LARGEST_FORM // 3), headers=signature)
    assert answer.status_code == TOO_LARGE
    fields = b"&".join(b"%d=" % number for number in range(LARGEST_FORM // 7))
    assert vendors.client.post(path, content=fields, headers=signature).status_code == FORBIDDEN


def test_the_longest_message_is_taken(vendors: PretendVendors, loans: WorkedLoans) -> None:
    """4,096 characters of the widest kind, which is what WhatsApp lets a person write, beside ten pictures."""
    loans.take_in("L-1", mobile())
    media = {f"MediaUrl{number}": f"https://api.twilio.com/{'x' * 200}" for number in range(10)}
    form = {"MessageSid": "SM1", "From": MOBILE, "Body": "\N{GRINNING FACE}" * 4096, **media}
    assert vendors.post_form("/receipts/twilio/inbound", form) == 204
    assert len(loans.inbox()) == 1
