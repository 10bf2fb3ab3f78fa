"""A webhook is believed only when its vendor signed exactly what came in."""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from connectors import sendgrid_signature, twilio_signature
from connectors.twilio_signature import MOST_FIELDS
from simulation.sandbox.state import State
from simulation.sandbox.webhook_key import WebhookKey

URL = "https://duecourse.lender.example/receipts/twilio/at-1"
TOKEN = "token"
FORM = {"MessageSid": "SM1", "MessageStatus": "delivered", "ErrorCode": "", "Body": "¿Cuándo? 明天"}
BODY = urlencode(FORM).encode()
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVENTS = b'[{"event":"delivered","attempt_id":"at-1"}]\r\n'
STAMP = str(int(NOW.timestamp()))


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> WebhookKey:
    """A key pair as SendGrid would hold it."""
    state = State(tmp_path_factory.mktemp("key") / "state.db")
    made = WebhookKey(state)
    state.close()
    return made


def _twilio(body: bytes = BODY, *, signature: str | None, url: str = URL, token: str = TOKEN) -> bool:
    return twilio_signature.is_genuine(body, signature=signature, public_url=url, auth_token=token)


def test_twilios_own_signature_is_believed() -> None:
    """Blank fields count, and so does text outside ASCII."""
    assert _twilio(signature=RequestValidator(TOKEN).compute_signature(URL, FORM))


def test_a_name_that_comes_twice_is_signed_with_both_values() -> None:
    """Repeated fields are sorted by value, as Twilio does."""
    signature = RequestValidator(TOKEN).compute_signature(URL + "a1a2", {})
    assert _twilio(b"a=2&a=1", signature=signature)


@pytest.mark.parametrize("signature", [None, "", "x", "é" * 28, "A" * 27 + "="])
def test_a_missing_or_mangled_twilio_signature_is_not_believed(signature: str | None) -> None:
    """Nothing is raised; the answer is no."""
    assert not _twilio(signature=signature)


def test_a_form_of_more_fields_than_twilio_sends_is_not_believed() -> None:
    """Not even when its signature fits: to sort them would cost more than anything genuine."""
    form = {f"Name{number}": "x" for number in range(MOST_FIELDS + 1)}
    assert not _twilio(urlencode(form).encode(), signature=RequestValidator(TOKEN).compute_signature(URL, form))
    form.popitem()
    assert _twilio(urlencode(form).encode(), signature=RequestValidator(TOKEN).compute_signature(URL, form))


def test_what_has_no_shape_of_a_signature_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The form is not even taken apart for it."""
    monkeypatch.setattr(twilio_signature, "parse_qsl", lambda *_, **__: pytest.fail("taken apart"))
    for signature in ("x" * 28, "A" * 28, "A" * 26 + "==", "A" * 27 + "=\n", "A" * 100):
        assert not _twilio(signature=signature)


def test_a_twilio_signature_holds_for_one_url_token_and_body() -> None:
    """Anything else than what was signed is not believed."""
    signature = RequestValidator(TOKEN).compute_signature(URL, FORM)
    assert not _twilio(signature=signature, url=URL + "2")
    assert not _twilio(signature=signature, token="other")
    assert not _twilio(BODY + b"&More=1", signature=signature)
    assert not _twilio(BODY.replace(b"ErrorCode=&", b""), signature=signature)


@given(body=st.binary(max_size=200), signature=st.text(max_size=40))
def test_no_noise_makes_the_twilio_check_fall_over(body: bytes, signature: str) -> None:
    """Whatever comes in, the answer is a plain no."""
    assert not _twilio(body, signature=signature)


def test_sendgrids_own_signature_is_believed_while_fresh(key: WebhookKey) -> None:
    """The raw body counts, its line end included; ten minutes later it is stale."""
    signature = key.sign(EVENTS, timestamp=STAMP)

    def believed(now: datetime, body: bytes = EVENTS) -> bool:
        return sendgrid_signature.is_genuine(
            body, signature=signature, timestamp=STAMP, public_key=key.public(), now=now
        )

    assert believed(NOW)
    assert believed(NOW + timedelta(minutes=10))
    assert not believed(NOW + timedelta(minutes=11))
    assert not believed(NOW - timedelta(minutes=11))
    assert not believed(NOW, EVENTS.rstrip())


@pytest.mark.parametrize("signature", [None, "", "x", "not base64", base64.b64encode(b"junk").decode(), "é"])
def test_a_missing_or_mangled_sendgrid_signature_is_not_believed(signature: str | None, key: WebhookKey) -> None:
    """Nothing is raised; the answer is no."""
    assert not sendgrid_signature.is_genuine(
        EVENTS, signature=signature, timestamp=STAMP, public_key=key.public(), now=NOW
    )


@pytest.mark.parametrize("timestamp", [None, "", "yesterday", "1e9", "9" * 40, "-1", "é", "१२"])
def test_a_missing_or_mangled_timestamp_is_not_believed(timestamp: str | None, key: WebhookKey) -> None:
    """Not even when the signature fits it."""
    signature = key.sign(EVENTS, timestamp=timestamp or "")
    assert not sendgrid_signature.is_genuine(
        EVENTS, signature=signature, timestamp=timestamp, public_key=key.public(), now=NOW
    )


def test_a_body_that_is_not_text_is_not_believed(key: WebhookKey) -> None:
    """Bytes outside UTF-8 are answered with no."""
    body = b"\xff\xfe"
    signature = key.sign(body, timestamp=STAMP)
    assert not sendgrid_signature.is_genuine(
        body, signature=signature, timestamp=STAMP, public_key=key.public(), now=NOW
    )


def test_another_accounts_key_does_not_verify(key: WebhookKey, tmp_path: Path) -> None:
    """Only the configured account is believed; a setting that is no key is an error of ours."""
    state = State(tmp_path / "other.db")
    other = WebhookKey(state)
    state.close()
    signature = other.sign(EVENTS, timestamp=STAMP)
    assert not sendgrid_signature.is_genuine(
        EVENTS, signature=signature, timestamp=STAMP, public_key=key.public(), now=NOW
    )
    with pytest.raises(ValueError):  # noqa: PT011 (its words are the library's)
        sendgrid_signature.is_genuine(EVENTS, signature="x", timestamp=STAMP, public_key="no key", now=NOW)
