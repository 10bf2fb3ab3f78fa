"""The report as a mail: the real SDK hands it to the sandbox, which refuses what SendGrid refuses."""

from dataclasses import replace

import httpx
import pytest

from connectors.failure import ContactRefused
from connectors.retrying import patiently
from connectors.sendgrid_email import SendGridAccount, SendGridEmail
from domain.attempt import AttemptId
from domain.message import Attachment, Message
from simulation.sandbox.settings import MAIL_SENDER, SENDGRID_KEY
from tests.connectors.conftest import Sandbox

WORKBOOK = Attachment("what-worked_cards.xlsx", "application/octet-stream", bytes(range(256)) * 400)
MESSAGE = Message(
    attempt_id=AttemptId("a" * 32),
    to="ada@lender.example",
    subject="Strategy effectiveness: cards",
    body="Recovered 1.00 USD\n",
    attachments=(WORKBOOK,),
)


def test_a_workbook_goes_along(sandbox: Sandbox, http: httpx.Client) -> None:
    """It is taken once, under the mail's own opaque id."""
    email = SendGridEmail(SendGridAccount(SENDGRID_KEY, MAIL_SENDER, sandbox.url), http=http, retrying=patiently())
    accepted = email.deliver(MESSAGE)
    assert accepted.vendor == "sendgrid"
    assert sandbox.accepts_of("a" * 32) == 1


def test_an_attachment_without_a_name_is_refused(sandbox: Sandbox, http: httpx.Client) -> None:
    """As SendGrid does; the mail is not sent without it."""
    email = SendGridEmail(SendGridAccount(SENDGRID_KEY, MAIL_SENDER, sandbox.url), http=http, retrying=patiently())
    nameless = replace(MESSAGE, attempt_id=AttemptId("b" * 32), attachments=(replace(WORKBOOK, name=""),))
    with pytest.raises(ContactRefused):
        email.deliver(nameless)
    assert sandbox.accepts_of("b" * 32) == 0


def test_nothing_of_it_is_told_in_a_log() -> None:
    """Neither the address nor the text nor the file's content."""
    assert "ada@" not in repr(MESSAGE)
    assert "Recovered" not in repr(MESSAGE)
    assert "content" not in repr(MESSAGE)
