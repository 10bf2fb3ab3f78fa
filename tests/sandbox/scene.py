"""A sandbox, a listener for its webhooks, and messengers pointed at it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from connectors.loan_book import LoanBook
from connectors.sendgrid_email import SendGridAccount, SendGridEmail
from connectors.twilio_chat import TwilioChat
from connectors.twilio_messages import TwilioAccount
from connectors.twilio_sms import TwilioSms
from domain.attempt import AttemptId
from domain.message import Accepted, Message
from simulation.sandbox.control import PretendBorrower
from simulation.sandbox.remote import SandboxRemote
from simulation.sandbox.serving import serving
from simulation.sandbox.settings import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    DESK_TOKEN,
    MAIL_SENDER,
    SENDER,
    SENDGRID_KEY,
    SandboxSettings,
)
from tests.sandbox.receiver import Receiver, receiving

START = datetime(2026, 1, 5, 8, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything of one pretend world."""

    url: str
    remote: SandboxRemote
    receiver: Receiver
    sms: TwilioSms
    chat: TwilioChat
    email: SendGridEmail
    book: LoanBook

    def text(self, attempt: str, to: str, body: str = "Your instalment is due.") -> Accepted:
        return self.sms.deliver(Message(attempt_id=AttemptId(attempt), to=to, body=body))

    def write_chat(self, attempt: str, to: str) -> Accepted:
        return self.chat.deliver(Message(attempt_id=AttemptId(attempt), to=to, body="Your instalment is due."))

    def mail(self, attempt: str, to: str) -> Accepted:
        return self.email.deliver(
            Message(attempt_id=AttemptId(attempt), to=to, body="Your instalment is due.", subject="A reminder")
        )


@contextmanager
def a_scene(state: Path, *, seed: int = 1) -> Iterator[Scene]:
    """Serve a sandbox whose webhooks go to a listener of the scene's own."""
    with receiving() as receiver:
        settings = SandboxSettings(state=state, clock=lambda: START, seed=seed, callback_base=receiver.url)
        with serving(settings) as url, SandboxRemote(url) as remote:
            account = TwilioAccount(
                account_sid=ACCOUNT_SID,
                auth_token=AUTH_TOKEN,
                sender=SENDER,
                base_url=url,
                callback_base_url=receiver.url,
            )
            yield Scene(
                url=url,
                remote=remote,
                receiver=receiver,
                sms=TwilioSms(account),
                chat=TwilioChat(account),
                email=SendGridEmail(SendGridAccount(api_key=SENDGRID_KEY, sender=MAIL_SENDER, base_url=url)),
                book=LoanBook(url, DESK_TOKEN),
            )


def borrowers(count: int, *, portfolio: str, days_past_due: int = 20) -> list[PretendBorrower]:
    """Pretend borrowers with numbers and addresses of their own."""
    return [
        PretendBorrower(
            loan_number=f"{portfolio}-{n:04}",
            borrower_number=f"B-{n}",
            phone=f"+1555{abs(_digits(portfolio)):03}{n:04}",
            email=f"{portfolio}{n}@example.org",
            arrears_minor=40_000,
            instalment_minor=20_000,
            currency="USD",
            days_past_due=days_past_due,
            portfolio=portfolio,
            timezone="America/New_York",
        )
        for n in range(count)
    ]


def _digits(name: str) -> int:
    return sum(ord(letter) for letter in name) % 1000
