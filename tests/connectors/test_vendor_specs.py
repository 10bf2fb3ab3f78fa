"""The vendors' own descriptions judge what our connectors send and what our sandbox answers.

A third party's proxy (Prism) stands between the two and lets nothing through that is not as the vendor describes it.
Waived, where a description and its vendor differ: Twilio's has no refusals at all, and says of the addresses in a list
that they are whole, which at Twilio they are not. Prism refuses form arrays, of which we send none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest

from connectors.failure import FateUnknown
from connectors.http_transport import outbound
from connectors.sendgrid_email import SendGridAccount, SendGridEmail
from connectors.twilio_chat import TwilioChat
from connectors.twilio_inbox import TwilioInbox
from connectors.twilio_messages import TwilioAccount
from connectors.twilio_sms import TwilioSms
from domain.attempt import AttemptId
from domain.message import Message
from simulation.sandbox import settings
from simulation.sandbox.control import FaultKind, PretendBorrower, Vendor
from tests.connectors.conftest import NOW, Sandbox
from tests.connectors.prism import judging, prism, specs

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

TO = "+15550100007"
MESSAGES = f"/2010-04-01/Accounts/{settings.ACCOUNT_SID}/Messages.json"
OWNER = (settings.ACCOUNT_SID, settings.AUTH_TOKEN)
RELATIVE_ADDRESSES = {("response.body.uri", "format"), ("response.body.first_page_uri", "format")}
PERSON = PretendBorrower(
    loan_number="L-judged",
    borrower_number="B-judged",
    phone=TO,
    arrears_minor=50_000,
    instalment_minor=10_000,
    currency="USD",
    days_past_due=20,
    portfolio="cards",
    timezone="America/New_York",
)


@dataclass(frozen=True, slots=True)
class Judges:
    """Where each judge listens."""

    twilio: str
    sendgrid: str


@pytest.fixture(scope="module")
def judges(sandbox: Sandbox) -> Iterator[Judges]:
    """Two judges before one sandbox; everything here is skipped where they cannot be had."""
    folder = specs()
    command = prism()
    with (
        judging(command, folder / "twilio_messages_calls.subset.json", upstream=sandbox.url) as twilio,
        judging(command, folder / "tsg_mail_v3.patched.json", upstream=sandbox.url) as sendgrid,
    ):
        yield Judges(twilio=twilio, sendgrid=sendgrid)


@contextmanager
def verdicts_on(http: httpx.Client) -> Iterator[set[tuple[str, str]]]:
    """What the judge says of the exchanges of a block: where in the answer or question, and what is wrong."""
    found: set[tuple[str, str]] = set()

    def note(answer: httpx.Response) -> None:
        answer.read()
        if answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR:
            found.update((".".join(each["location"]), each["code"]) for each in answer.json()["validation"])

    http.event_hooks = {"response": [note]}
    yield found
    http.event_hooks = {}


@pytest.fixture
def account(judges: Judges) -> TwilioAccount:
    """An account whose Twilio is the judge."""
    return TwilioAccount(
        settings.ACCOUNT_SID,
        settings.AUTH_TOKEN,
        settings.SENDER,
        base_url=judges.twilio,
        callback_base_url="https://receipts.lender.example",
    )


class TestTwilio:
    """Judged by Twilio's description of Messages."""

    def test_a_text_message_and_its_answer_pass(
        self, account: TwilioAccount, http: httpx.Client, sandbox: Sandbox
    ) -> None:
        """What the SDK posts over our transport, and the 201 of the sandbox."""
        TwilioSms(account, http=http).deliver(Message(AttemptId("judged-sms"), TO, "Dear Pat, please call us."))
        assert sandbox.accepts_of("judged-sms") == 1

    def test_a_chat_message_and_its_answer_pass(
        self, account: TwilioAccount, http: httpx.Client, sandbox: Sandbox
    ) -> None:
        """The same with addresses of WhatsApp."""
        TwilioChat(account, http=http).deliver(Message(AttemptId("judged-chat"), TO, "Dear Pat, please call us."))
        assert sandbox.accepts_of("judged-chat") == 1

    def test_the_list_by_which_a_lost_answer_is_reconciled_passes_but_for_what_is_waived(
        self, account: TwilioAccount, http: httpx.Client
    ) -> None:
        """The question, and the page of messages that answers it."""
        sent = Message(AttemptId("judged-list"), TO, "Dear Pat, a text of its own.")
        sms = TwilioSms(account, http=http)
        sms.deliver(sent)
        with verdicts_on(http) as found, pytest.raises(FateUnknown):
            sms.look_up(sent, requested_at=NOW, now=NOW + timedelta(minutes=1))
        assert found == RELATIVE_ADDRESSES

    def test_the_sweep_of_what_people_wrote_passes_but_for_what_is_waived(
        self, account: TwilioAccount, http: httpx.Client, sandbox: Sandbox
    ) -> None:
        """The same for the list of messages to us, with a STOP in it."""
        sandbox.remote.register([PERSON])
        sandbox.remote.writes(TO, text="STOP")
        with verdicts_on(http) as found, pytest.raises(FateUnknown):
            list(TwilioInbox(account, http=http).written_since(NOW - timedelta(hours=1)))
        assert found == RELATIVE_ADDRESSES

    def test_a_request_that_is_not_as_described_is_stopped(self, judges: Judges, sandbox: Sandbox) -> None:
        """The judge bites: a message to nobody never reaches the sandbox."""
        before = sandbox.requests_to("twilio")
        answer = httpx.post(judges.twilio + MESSAGES, data={"Body": "to nobody"}, auth=OWNER)
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert sandbox.requests_to("twilio") == before

    def test_an_answer_that_is_not_as_described_is_stopped(
        self, account: TwilioAccount, http: httpx.Client, sandbox: Sandbox
    ) -> None:
        """The judge bites the other way too, and then nobody can tell what became of the message."""
        sandbox.remote.fault(Vendor.TWILIO, kind=FaultKind.GARBAGE)
        with pytest.raises(FateUnknown):
            TwilioSms(account, http=http).deliver(Message(AttemptId("judged-garbage"), TO, "Dear Pat."))


class TestSendGrid:
    """Judged by SendGrid's description of mail send."""

    def test_a_mail_and_its_answer_pass(self, judges: Judges, sandbox: Sandbox) -> None:
        """What the SDK posts over our transport, with the attempt's id as a custom argument, and the 202."""
        account = SendGridAccount(settings.SENDGRID_KEY, settings.MAIL_SENDER, judges.sendgrid)
        with outbound(read_seconds=10) as http:
            mail = Message(AttemptId("judged-mail"), "pat@borrower.example", "Dear Pat, please call us.", "Your loan")
            SendGridEmail(account, http=http).deliver(mail)
        assert sandbox.accepts_of("judged-mail") == 1

    def test_a_mail_that_can_be_cancelled_passes(self, judges: Judges, sandbox: Sandbox) -> None:
        """The batch id and its 201, and a mail that bears it and its time."""
        account = SendGridAccount(settings.SENDGRID_KEY, settings.MAIL_SENDER, judges.sendgrid)
        with outbound(read_seconds=10) as http:
            email = SendGridEmail(account, http=http)
            mail = Message(
                AttemptId("judged-later"),
                "pat@borrower.example",
                "Dear Pat, please call us.",
                "Your loan",
                batch_id=email.open_batch(),
                leaves_at=NOW + email.leaves_after,
            )
            email.deliver(mail)
        assert sandbox.accepts_of("judged-later") == 0

    def test_a_refusal_passes(self, judges: Judges) -> None:
        """A key that is not in force: the 401 is as described."""
        mail = {
            "personalizations": [{"to": [{"email": "pat@borrower.example"}]}],
            "from": {"email": settings.MAIL_SENDER},
            "subject": "Your loan",
            "content": [{"type": "text/plain", "value": "Dear Pat."}],
        }
        answer = httpx.post(f"{judges.sendgrid}/v3/mail/send", json=mail, headers={"Authorization": "Bearer another"})
        assert answer.status_code == httpx.codes.UNAUTHORIZED, answer.text

    def test_a_request_that_is_not_as_described_is_stopped(self, judges: Judges, sandbox: Sandbox) -> None:
        """A mail without a sender never reaches the sandbox."""
        before = sandbox.requests_to("sendgrid")
        answer = httpx.post(
            f"{judges.sendgrid}/v3/mail/send",
            json={"personalizations": [{"to": [{"email": "pat@borrower.example"}]}]},
            headers={"Authorization": f"Bearer {settings.SENDGRID_KEY}"},
        )
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert sandbox.requests_to("sendgrid") == before
