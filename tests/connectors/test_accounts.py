"""Accounts and senders that are set up wrongly stop the channel and spend no attempt."""

import httpx
import pytest

from connectors.failure import ChannelMisconfigured, ContactRefused, VendorBusy
from connectors.retrying import patiently
from connectors.sendgrid_email import SendGridAccount, SendGridEmail
from connectors.twilio_messages import TwilioAccount
from connectors.twilio_sms import TwilioSms
from domain.attempt import AttemptId, FailureClass
from domain.message import Message
from simulation.sandbox.control import Vendor
from simulation.sandbox.settings import ACCOUNT_SID, AUTH_TOKEN, MAIL_SENDER, SENDER, SENDGRID_KEY
from tests.connectors.conftest import Sandbox


def _sms(sandbox: Sandbox, http: httpx.Client, *, token: str = AUTH_TOKEN, sender: str = SENDER) -> TwilioSms:
    account = TwilioAccount(account_sid=ACCOUNT_SID, auth_token=token, sender=sender, base_url=sandbox.url)
    return TwilioSms(account, http=http, retrying=patiently(sleep=lambda _: None))


def _message(to: str = "+15550100001", body: str = "Hello") -> Message:
    return Message(attempt_id=AttemptId("at-account"), to=to, body=body, subject="A reminder")


@pytest.mark.parametrize(
    ("to", "code", "failure"),
    [
        ("+15005550001", "21211", FailureClass.BAD_NUMBER),
        ("+15005550002", "21612", FailureClass.BAD_NUMBER),
        ("+15005550004", "21610", FailureClass.OPT_OUT),
        ("+15005550009", "21614", FailureClass.BAD_NUMBER),
    ],
)
def test_twilios_magic_recipients_are_refused_by_their_class(
    to: str, code: str, failure: FailureClass, sandbox: Sandbox, http: httpx.Client
) -> None:
    """Each magic number gives its code, and the code its class."""
    with pytest.raises(ContactRefused) as caught:
        _sms(sandbox, http).deliver(_message(to))
    assert (caught.value.code, caught.value.failure) == (code, failure)


@pytest.mark.parametrize(("sender", "code"), [("+15005550001", "21212"), ("+15005550007", "21606")])
def test_a_wrong_sender_is_our_own_setting(sender: str, code: str, sandbox: Sandbox, http: httpx.Client) -> None:
    """A sender that the account may not use stops the channel."""
    with pytest.raises(ChannelMisconfigured) as caught:
        _sms(sandbox, http, sender=sender).deliver(_message())
    assert caught.value.code == code


def test_a_region_that_is_not_enabled_is_our_own_setting(sandbox: Sandbox, http: httpx.Client) -> None:
    """A permission that the account lacks is nothing that the borrower can help."""
    with pytest.raises(ChannelMisconfigured, match="21408"):
        _sms(sandbox, http).deliver(_message("+15005550003"))


def test_a_full_queue_of_the_sender_is_throttling(sandbox: Sandbox, http: httpx.Client) -> None:
    """The same message may go later; trying again within seconds would only fill the queue."""
    before = sandbox.requests_to(Vendor.TWILIO)
    with pytest.raises(VendorBusy) as caught:
        _sms(sandbox, http, sender="+15005550008").deliver(_message())
    assert caught.value.failure is FailureClass.THROTTLE
    assert sandbox.requests_to(Vendor.TWILIO) == before + 1


def test_a_wrong_token_is_our_own_setting(sandbox: Sandbox, http: httpx.Client) -> None:
    """Twilio's 20003 opens the breaker."""
    with pytest.raises(ChannelMisconfigured, match="20003"):
        _sms(sandbox, http, token="wrong").deliver(_message())


def test_a_text_that_is_too_long_is_a_fault_of_its_wording(sandbox: Sandbox, http: httpx.Client) -> None:
    """Content errors are classed apart, so that the template can be stopped."""
    with pytest.raises(ContactRefused) as caught:
        _sms(sandbox, http).deliver(_message(body="x" * 1601))
    assert caught.value.failure is FailureClass.CONTENT


@pytest.mark.parametrize(
    ("key", "sender", "code"), [("wrong", MAIL_SENDER, "401"), (SENDGRID_KEY, "nobody", "400 from.email")]
)
def test_a_wrong_mail_account_is_our_own_setting(
    key: str, sender: str, code: str, sandbox: Sandbox, http: httpx.Client
) -> None:
    """A refused key and an unusable sender stop the channel."""
    email = SendGridEmail(SendGridAccount(api_key=key, sender=sender, base_url=sandbox.url), http=http)
    with pytest.raises(ChannelMisconfigured) as caught:
        email.deliver(_message("sam@example.org"))
    assert caught.value.code == code


@pytest.mark.parametrize("address", ["sam", "Sam <sam@example.org>", "a@example.org,b@example.org", ""])
def test_an_address_that_the_sdk_would_rewrite_never_leaves(address: str, sandbox: Sandbox, http: httpx.Client) -> None:
    """The SDK reads names and lists out of an address; such a one is refused before any request."""
    before = sandbox.requests_to(Vendor.SENDGRID)
    email = SendGridEmail(SendGridAccount(api_key=SENDGRID_KEY, sender=MAIL_SENDER, base_url=sandbox.url), http=http)
    with pytest.raises(ContactRefused):
        email.deliver(_message(address))
    assert sandbox.requests_to(Vendor.SENDGRID) == before


def test_an_account_shows_no_secret() -> None:
    """Tokens and keys stay out of `repr`, and so out of logs."""
    twilio = TwilioAccount(account_sid=ACCOUNT_SID, auth_token="hidden-token", sender=SENDER)
    sendgrid = SendGridAccount(api_key="hidden-key", sender=MAIL_SENDER)
    assert "hidden" not in f"{twilio!r} {sendgrid!r}"
