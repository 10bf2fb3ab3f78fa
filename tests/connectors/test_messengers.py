"""What every messenger does, whichever vendor is behind it: one suite, the real SDKs, over real HTTP."""

import itertools
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import unquote

import httpx
import pytest
import tenacity

from connectors.failure import ConnectorError, ContactRefused, FateUnknown, VendorBusy
from connectors.messenger import Messenger
from connectors.retrying import TRIES, patiently
from connectors.sendgrid_email import SendGridAccount, SendGridEmail
from connectors.twilio_chat import TwilioChat
from connectors.twilio_messages import TwilioAccount
from connectors.twilio_sms import TwilioSms
from domain.attempt import AttemptId, FailureClass
from domain.message import Message
from simulation.sandbox.control import FaultKind, Vendor
from simulation.sandbox.faulty_wire import LEAST_DRIPS
from simulation.sandbox.settings import ACCOUNT_SID, AUTH_TOKEN, MAIL_SENDER, SENDER, SENDGRID_KEY
from tests.connectors.conftest import Clients, Sandbox

Make = Callable[[str, httpx.Client, tenacity.Retrying], Messenger]
NUMBERS = itertools.count()
ALL_BYTES_TAKE_SECONDS = 10.0
UNCLEAR = [
    FaultKind.TIMEOUT_BEFORE,
    FaultKind.TIMEOUT_AFTER,
    FaultKind.RESET,
    FaultKind.BROKEN_BEFORE,
    FaultKind.BROKEN_AFTER,
    FaultKind.REDIRECT,
    FaultKind.GARBAGE,
]


@dataclass(frozen=True, slots=True)
class Channel:
    """One messenger, its vendor in the sandbox, an address that works and one that is refused."""

    name: str
    vendor: Vendor
    make: Make
    address: str
    bad_address: str


def _twilio(url: str) -> TwilioAccount:
    return TwilioAccount(
        account_sid=ACCOUNT_SID,
        auth_token=AUTH_TOKEN,
        sender=SENDER,
        base_url=url,
        callback_base_url="https://duecourse.lender.example",
    )


def _sms(url: str, http: httpx.Client, retrying: tenacity.Retrying) -> Messenger:
    return TwilioSms(_twilio(url), http=http, retrying=retrying)


def _chat(url: str, http: httpx.Client, retrying: tenacity.Retrying) -> Messenger:
    return TwilioChat(_twilio(url), http=http, retrying=retrying)


def _email(url: str, http: httpx.Client, retrying: tenacity.Retrying) -> Messenger:
    account = SendGridAccount(api_key=SENDGRID_KEY, sender=MAIL_SENDER, base_url=url)
    return SendGridEmail(account, http=http, retrying=retrying)


CHANNELS = [
    Channel("sms", Vendor.TWILIO, _sms, "+15550100042", "+15005550001"),
    Channel("chat", Vendor.TWILIO, _chat, "+15550100042", "+15005550001"),
    Channel("email", Vendor.SENDGRID, _email, "sam@example.org", "sam@nowhere"),
]


@pytest.fixture(params=CHANNELS, ids=lambda channel: channel.name)
def channel(request: pytest.FixtureRequest) -> Channel:
    """Each messenger in turn."""
    found: Channel = request.param
    return found


@pytest.fixture
def messenger(channel: Channel, sandbox: Sandbox, http: httpx.Client, pauses: list[float]) -> Messenger:
    """The messenger, pointed at the sandbox, with pauses that are noted and not slept."""
    return channel.make(sandbox.url, http, patiently(sleep=pauses.append))


def _message(to: str) -> Message:
    return Message(
        attempt_id=AttemptId(f"at-{next(NUMBERS)}"), to=to, body="Your instalment is due.", subject="A reminder"
    )


def test_a_message_is_accepted_once_under_its_attempt(channel: Channel, messenger: Messenger, sandbox: Sandbox) -> None:
    """The vendor takes it, gives it an id, and its witness knows the attempt and the channel."""
    message = _message(channel.address)
    accepted = messenger.deliver(message)
    [row] = [a for a in sandbox.remote.accepts().accepts if a.attempt_id == message.attempt_id]
    assert accepted.vendor == channel.vendor
    assert accepted.vendor_id == row.vendor_id
    assert row.channel == channel.name


@pytest.mark.parametrize("sender", ["", "another@lender.example"])
def test_a_message_leaves_by_the_sender_that_it_names(channel: Channel, sender: str) -> None:
    """And by the account's own where it names none."""
    posted: list[str] = []

    def note(request: httpx.Request) -> httpx.Response:
        posted.append(unquote(request.content.decode()))
        return httpx.Response(400, json={"code": 21211, "message": "", "errors": [{"field": "from"}]})

    with httpx.Client(transport=httpx.MockTransport(note)) as http:
        messenger = channel.make("http://vendor.example", http, patiently(sleep=lambda _: None))
        with pytest.raises(ConnectorError):
            messenger.deliver(replace(_message(channel.address), sender=sender))
    (body,) = posted
    own = MAIL_SENDER if channel.vendor is Vendor.SENDGRID else SENDER
    assert (sender or own) in body


@pytest.mark.parametrize("kind", UNCLEAR)
def test_an_unclear_answer_is_an_unknown_fate_and_never_sent_again(
    kind: FaultKind, channel: Channel, sandbox: Sandbox, clients: Clients, pauses: list[float]
) -> None:
    """Timeout, lost connection, server error, redirect and garbage: one request on the wire, and no more."""
    messenger = channel.make(sandbox.url, clients.for_fault(kind), patiently(sleep=pauses.append))
    message = _message(channel.address)
    before = sandbox.requests_to(channel.vendor)
    sandbox.remote.fault(channel.vendor, kind=kind)
    with pytest.raises(FateUnknown) as caught:
        messenger.deliver(message)
    assert caught.value.failure is FailureClass.AMBIGUOUS
    assert sandbox.requests_to(channel.vendor) == before + 1
    assert not pauses
    was_accepted = kind in {FaultKind.TIMEOUT_AFTER, FaultKind.RESET, FaultKind.BROKEN_AFTER, FaultKind.GARBAGE}
    assert sandbox.accepts_of(message.attempt_id) == int(was_accepted)


def test_a_throttled_message_is_tried_again_and_accepted_once(
    channel: Channel, messenger: Messenger, sandbox: Sandbox, pauses: list[float]
) -> None:
    """A 429 was never processed, so the same message may go again after a pause."""
    message = _message(channel.address)
    sandbox.remote.fault(channel.vendor, kind=FaultKind.THROTTLED, times=2)
    messenger.deliver(message)
    assert sandbox.accepts_of(message.attempt_id) == 1
    assert len(pauses) == 2


def test_a_vendor_that_stays_busy_is_left_alone_after_a_few_tries(
    channel: Channel, messenger: Messenger, sandbox: Sandbox, pauses: list[float]
) -> None:
    """The retries end, and the caller learns that nothing was processed."""
    message = _message(channel.address)
    before = sandbox.requests_to(channel.vendor)
    sandbox.remote.fault(channel.vendor, kind=FaultKind.THROTTLED, times=TRIES)
    with pytest.raises(VendorBusy) as caught:
        messenger.deliver(message)
    assert caught.value.failure is FailureClass.NEVER_PROCESSED
    assert sandbox.requests_to(channel.vendor) == before + TRIES
    assert sandbox.accepts_of(message.attempt_id) == 0
    assert len(pauses) == TRIES - 1


def test_no_connection_is_tried_again(channel: Channel, http: httpx.Client, pauses: list[float]) -> None:
    """Where nobody listens nothing was processed."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        nobody = channel.make(f"http://127.0.0.1:{unused.getsockname()[1]}", http, patiently(sleep=pauses.append))
        with pytest.raises(VendorBusy):
            nobody.deliver(_message(channel.address))
    assert len(pauses) == TRIES - 1
    assert pauses == sorted(pauses)


def test_a_slow_answer_is_waited_for(channel: Channel, messenger: Messenger, sandbox: Sandbox) -> None:
    """Slow is not lost, within the time limit."""
    message = _message(channel.address)
    sandbox.remote.fault(channel.vendor, kind=FaultKind.SLOW, seconds=0.05)
    messenger.deliver(message)
    assert sandbox.accepts_of(message.attempt_id) == 1


def test_an_answer_that_comes_byte_by_byte_is_given_up_in_time(
    channel: Channel, sandbox: Sandbox, clients: Clients, pauses: list[float]
) -> None:
    """Each byte comes within the time limit and the whole never does: its fate is unknown, and it did arrive."""
    messenger = channel.make(sandbox.url, clients.impatient, patiently(sleep=pauses.append))
    message = _message(channel.address)
    sandbox.remote.fault(channel.vendor, kind=FaultKind.DRIPPING, seconds=ALL_BYTES_TAKE_SECONDS / LEAST_DRIPS)
    began = time.monotonic()
    with pytest.raises(FateUnknown):
        messenger.deliver(message)
    assert time.monotonic() - began < ALL_BYTES_TAKE_SECONDS / 2
    assert not pauses
    assert sandbox.accepts_of(message.attempt_id) == 1


def test_a_bad_address_is_refused_and_named_nowhere(
    channel: Channel, messenger: Messenger, sandbox: Sandbox, pauses: list[float]
) -> None:
    """The vendor's answer quotes the address; neither the error nor what led to it does."""
    message = _message(channel.bad_address)
    with pytest.raises(ContactRefused) as caught:
        messenger.deliver(message)
    assert caught.value.failure is FailureClass.BAD_NUMBER
    assert channel.bad_address not in f"{caught.value!r} {caught.value} {vars(caught.value)}"
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    assert not pauses
    assert sandbox.accepts_of(message.attempt_id) == 0


def test_messages_of_one_messenger_do_not_mix(channel: Channel, messenger: Messenger, sandbox: Sandbox) -> None:
    """Nothing of one message stays behind in the next."""
    first, second = _message(channel.address), _message(channel.address)
    assert messenger.deliver(first).vendor_id != messenger.deliver(second).vendor_id
    assert sandbox.accepts_of(first.attempt_id) == sandbox.accepts_of(second.attempt_id) == 1
    assert not sandbox.remote.accepts().duplicates
