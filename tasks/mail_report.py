"""One step: mail a period's report to whoever subscribed to it, each reader once."""

from datetime import date, datetime
from enum import StrEnum

from prefect import task

from connectors.failure import ConnectorError
from domain.action import Action
from domain.attempt import AttemptId, AttemptState
from domain.message import Message
from domain.period import Period
from ledger.report_mails import Address, claim_mail, mails_by_state, plan_mails, record_mail, record_mail_failure
from reports.as_mail import Letter, as_mail, with_farewell
from tasks.publish_report import address_of_page, worked_out
from tasks.repeatable import REPEATABLE
from tasks.surroundings import surroundings


class Mail(StrEnum):
    """Which reports are mailed: those of a whole calendar month, this one whatever its period, or none."""

    MONTHLY = "monthly"
    YES = "yes"
    NO = "no"


class MailsAreWaiting(RuntimeError):
    """Some mails were not taken by the vendor; they have not left, and the same step sends them when it is repeated."""


@task(task_run_name="mail report", **REPEATABLE)
def mail_report(portfolio: str, from_on: date, to_on: date, as_of: datetime, *, mail: Mail) -> dict[str, int]:
    """Mail the report, where it is one that is mailed; returns how many of the period's mails are in each state.

    No address is in here: readers are known by opaque ids. Raises MailsAreWaiting.
    """
    if mail is Mail.NO or (mail is Mail.MONTHLY and not Period(from_on, to_on).is_whole_month):
        return {}
    around = surroundings()
    with around.ledger.transaction() as session:
        waiting = plan_mails(
            session, portfolio=portfolio, from_on=from_on, to_on=to_on, as_of=as_of, now=around.clock()
        )
    if waiting:
        report = worked_out(portfolio, from_on, to_on, as_of)
        letter = as_mail(report, page_url=address_of_page(around.public_url, report))
        for mail_id in waiting:
            _mail(mail_id, letter)
    with around.ledger.reading() as session:
        states = mails_by_state(session, portfolio=portfolio, from_on=from_on, to_on=to_on)
    if states.get(AttemptState.PLANNED.value):
        raise MailsAreWaiting(MailsAreWaiting.__doc__)
    return states


def _mail(mail_id: str, letter: Letter) -> None:
    """Claim, send once, record: a run that dies in between leaves the mail unknown, and never sent again."""
    around = surroundings()
    with around.ledger.transaction() as session:
        address = claim_mail(
            session, mail_id, lease=around.lease, now=around.clock(), machine_now=around.machine_clock()
        )
    if address is None:
        return
    try:
        accepted = around.messengers[Action.EMAIL].deliver(_message(address, letter, public_url=around.public_url))
    except ConnectorError as error:
        with around.ledger.transaction() as session:
            record_mail_failure(session, mail_id, failure=error.failure, code=error.code, now=around.clock())
        return
    with around.ledger.transaction() as session:
        record_mail(session, mail_id, accepted, now=around.clock())


def _message(address: Address, letter: Letter, *, public_url: str) -> Message:
    return Message(
        attempt_id=AttemptId(address.mail_id),
        to=address.to,
        subject=letter.subject,
        body=with_farewell(letter, stop_url=f"{public_url.rstrip('/')}/reports/stop/{address.mail_id}"),
        attachments=letter.attachments,
    )
