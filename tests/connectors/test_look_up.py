"""Asking a vendor what became of one contact: every connector, over real HTTP against the sandbox."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from connectors.agency_desk import AgencyDesk
from connectors.desk_line import DeskAccount, DeskLine
from connectors.failure import ChannelMisconfigured, ConnectorError, FateUnknown
from connectors.field_desk import FieldDesk
from connectors.legal_desk import LegalDesk
from connectors.sendgrid_email import SendGridAccount, SendGridEmail
from connectors.twilio_chat import TwilioChat
from connectors.twilio_messages import TwilioAccount
from connectors.twilio_sms import TwilioSms
from domain.attempt import AttemptId
from domain.fate import Listed
from domain.message import Message, Order
from simulation.sandbox.control import FaultKind, Vendor
from simulation.sandbox.settings import ACCOUNT_SID, AUTH_TOKEN, DESK_TOKEN, MAIL_SENDER, SENDER, SENDGRID_KEY
from tests.connectors.conftest import NOW, Clients, Sandbox
from tests.connectors.test_messengers import UNCLEAR

NUMBERS = itertools.count()
SOON = NOW + timedelta(minutes=2)
LATER = NOW + timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """One connector in one shape: hand a contact over, and ask about one."""

    vendor: Vendor
    hand_over: Callable[[Any], Any]
    look_up: Callable[..., Listed]
    contact: Message | Order


def _message(body: str = "Your instalment is due.") -> Message:
    number = next(NUMBERS)
    return Message(AttemptId(f"look-{number}"), f"+1555020{number:04d}", body)


def _order() -> Order:
    return Order(AttemptId(f"look-{next(NUMBERS)}"), {"loan_number": "L-1"})


def _account(sandbox: Sandbox, *, token: str = AUTH_TOKEN) -> TwilioAccount:
    return TwilioAccount(ACCOUNT_SID, token, SENDER, base_url=sandbox.url, callback_base_url="https://x.example")


def _twilio(kind: type[TwilioSms] | type[TwilioChat], sandbox: Sandbox, http: httpx.Client) -> Asked:
    messenger = kind(_account(sandbox), http=http)
    return Asked(Vendor.TWILIO, messenger.deliver, messenger.look_up, _message())


def _desk(kind: type[DeskLine], sandbox: Sandbox, http: httpx.Client) -> Asked:
    desk = kind(DeskAccount(sandbox.url, DESK_TOKEN), http=http)
    return Asked(Vendor(kind.vendor), desk.place, desk.look_up, _order())


Make = Callable[[Sandbox, httpx.Client], Asked]
MAKERS: dict[str, Make] = {
    "sms": lambda sandbox, http: _twilio(TwilioSms, sandbox, http),
    "chat": lambda sandbox, http: _twilio(TwilioChat, sandbox, http),
    "visits": lambda sandbox, http: _desk(FieldDesk, sandbox, http),
    "referrals": lambda sandbox, http: _desk(LegalDesk, sandbox, http),
    "placements": lambda sandbox, http: _desk(AgencyDesk, sandbox, http),
}


@pytest.fixture(params=list(MAKERS.values()), ids=list(MAKERS))
def make(request: pytest.FixtureRequest) -> Make:
    """Each connector that can be asked, in turn."""
    made: Make = request.param
    return made


class TestAVendorThatIsAsked:
    """Whichever it is."""

    def test_shows_what_it_took_under_its_own_id(self, make: Make, sandbox: Sandbox, http: httpx.Client) -> None:
        """Although the answer to the request was lost."""
        asked = make(sandbox, http)
        sandbox.remote.fault(asked.vendor, kind=FaultKind.BROKEN_AFTER)
        with pytest.raises(FateUnknown):
            asked.hand_over(asked.contact)
        listed = asked.look_up(asked.contact, requested_at=NOW, now=SOON)
        [accept] = [a for a in sandbox.remote.accepts().accepts if a.attempt_id == asked.contact.attempt_id]
        assert (listed.vendor, listed.matching, listed.others) == (asked.vendor, (accept.vendor_id,), ())

    def test_shows_nothing_of_what_it_never_took(self, make: Make, sandbox: Sandbox, http: httpx.Client) -> None:
        """And only after a while does that mean anything."""
        asked = make(sandbox, http)
        assert asked.look_up(asked.contact, requested_at=NOW, now=SOON).is_settled is False
        listed = asked.look_up(asked.contact, requested_at=NOW, now=LATER)
        assert (listed.matching, listed.others, listed.is_settled) == ((), (), True)

    def test_may_lag_behind(self, make: Make, sandbox: Sandbox, http: httpx.Client) -> None:
        """The next time it is asked, the list has caught up."""
        asked = make(sandbox, http)
        asked.hand_over(asked.contact)
        sandbox.remote.fault(asked.vendor, kind=FaultKind.LAGGING_LIST)
        lagging, caught_up = (asked.look_up(asked.contact, requested_at=NOW, now=SOON) for _ in range(2))
        assert (len(lagging.matching), len(caught_up.matching)) == (0, 1)
        assert not lagging.is_settled

    def test_does_nothing_when_it_is_asked(self, make: Make, sandbox: Sandbox, http: httpx.Client) -> None:
        """One request, and nothing more is accepted."""
        asked = make(sandbox, http)
        before = sandbox.requests_to(asked.vendor)
        asked.look_up(asked.contact, requested_at=NOW, now=LATER)
        assert sandbox.requests_to(asked.vendor) == before + 1
        assert sandbox.accepts_of(asked.contact.attempt_id) == 0

    @pytest.mark.parametrize("fault", [*UNCLEAR, FaultKind.THROTTLED])
    def test_that_gives_no_answer_says_so(
        self, fault: FaultKind, make: Make, sandbox: Sandbox, clients: Clients
    ) -> None:
        """A lost answer is never read as an empty list, and it is not asked again at once."""
        asked = make(sandbox, clients.for_fault(fault))
        before = sandbox.requests_to(asked.vendor)
        sandbox.remote.fault(asked.vendor, kind=fault)
        with pytest.raises(ConnectorError):
            asked.look_up(asked.contact, requested_at=NOW, now=LATER)
        assert sandbox.requests_to(asked.vendor) == before + 1


class TestTwiliosList:
    """It keeps no attempt id, so that text, numbers and time must do."""

    def test_tells_apart_what_else_was_sent_there(self, sandbox: Sandbox, http: httpx.Client) -> None:
        """A message of another text is no candidate, and is told, because it may be explained or not."""
        sms = TwilioSms(_account(sandbox), http=http)
        message = _message()
        other = sms.deliver(Message(AttemptId("another"), message.to, "Something else."))
        listed = sms.look_up(message, requested_at=NOW, now=LATER)
        assert (listed.matching, listed.others) == ((), (other.vendor_id,))

    def test_shows_two_of_the_same_text(self, sandbox: Sandbox, http: httpx.Client) -> None:
        """It is not for a connector to choose between them."""
        sms = TwilioSms(_account(sandbox), http=http)
        message = _message()
        both = {sms.deliver(message).vendor_id for _ in range(2)}
        assert set(sms.look_up(message, requested_at=NOW, now=SOON).matching) == both

    def test_leaves_out_what_is_older_than_the_request(self, sandbox: Sandbox, http: httpx.Client) -> None:
        """Last month's reminder has the same words; clocks that differ by minutes do no harm."""
        sms = TwilioSms(_account(sandbox), http=http)
        message = _message()
        sms.deliver(message)
        later, nearly = NOW + timedelta(days=30), NOW + timedelta(minutes=50)
        assert sms.look_up(message, requested_at=later, now=later).matching == ()
        assert len(sms.look_up(message, requested_at=nearly, now=nearly).matching) == 1

    def test_knows_a_text_that_bears_the_attempt(self, sandbox: Sandbox, http: httpx.Client) -> None:
        """The link to stop messages names it, and no other contact can own such a text."""
        sms = TwilioSms(_account(sandbox), http=http)
        plain, bearing = _message(), _message("Stop: https://x.example/stop/bears-me")
        bearing = Message(AttemptId("bears-me"), bearing.to, bearing.body)
        told = [sms.look_up(each, requested_at=NOW, now=SOON).names_attempt for each in (plain, bearing)]
        assert told == [False, True]

    def test_is_read_to_its_last_page(self, sandbox: Sandbox) -> None:
        """And where there is no end to it, silence means nothing."""
        message = _message()
        whole, endless = _paged(message, pages=3), _paged(message, pages=99)
        assert (len(whole.matching), whole.is_settled) == (3, True)
        assert endless.is_settled is False

    def test_does_not_carry_our_token_elsewhere(self, sandbox: Sandbox) -> None:
        """The address of the next page is part of an answer, and answers can be forged."""
        with pytest.raises(FateUnknown):
            _paged(_message(), pages=2, following="https://elsewhere.example/")

    def test_is_refused_to_strangers(self, sandbox: Sandbox, http: httpx.Client) -> None:
        """A wrong token is told by its code, and no list is read out of it."""
        with pytest.raises(ChannelMisconfigured, match="20003"):
            TwilioSms(_account(sandbox, token="wrong"), http=http).look_up(_message(), requested_at=NOW, now=LATER)


def _paged(message: Message, *, pages: int, following: str = "") -> Listed:
    """What is read of a list of so many pages with one message each."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        entry = {
            "sid": f"SM{len(seen)}",
            "body": message.body,
            "direction": "outbound-api",
            "from": SENDER,
            "date_created": "Mon, 05 Jan 2026 08:00:00 +0000",
        }
        next_page = (following or f"/2010-04-01/Accounts/AC/Messages.json?Page={len(seen)}")[: 99 * (len(seen) < pages)]
        return httpx.Response(200, json={"messages": [entry], "next_page_uri": next_page or None})

    account = TwilioAccount(ACCOUNT_SID, AUTH_TOKEN, SENDER, base_url="https://twilio.example")
    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        return TwilioSms(account, http=http).look_up(message, requested_at=NOW, now=LATER)


def test_sendgrid_has_no_list_to_look_at(sandbox: Sandbox, http: httpx.Client) -> None:
    """Only its events tell; nothing is asked, and silence never means that a mail did not leave."""
    email = SendGridEmail(SendGridAccount(SENDGRID_KEY, MAIL_SENDER, sandbox.url), http=http)
    before = sandbox.requests_to(Vendor.SENDGRID)
    listed = email.look_up(_message(), requested_at=NOW, now=NOW + timedelta(days=30))
    assert (listed.matching, listed.is_settled) == ((), False)
    assert sandbox.requests_to(Vendor.SENDGRID) == before
