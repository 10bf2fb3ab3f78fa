"""Mailing a report: planned once for each reader and period, claimed before it leaves, recorded when it is answered."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import assert_never

from sqlmodel import Session, col, select

from domain.attempt import AttemptState, FailureClass
from domain.message import Accepted
from ledger.inserting import insert_new
from ledger.portfolios import portfolio_named
from ledger.report_subscribers import address_of, forget
from ledger.tables.report_mail import ReportMailRow, ReportSubscriberRow

LOST_RUN = "lost_run"
"""Why a mail's fate is unknown when the run that claimed it has died."""
UNSENT = frozenset({FailureClass.NEVER_PROCESSED, FailureClass.THROTTLE, FailureClass.CONFIGURATION})
"""The vendor took nothing, and the same mail may be sent by a later run."""
SETTLES = {
    AttemptState.ACCEPTED: 1,
    AttemptState.UNDELIVERED: 2,
    AttemptState.DELIVERED: 3,
}
"""What a receipt can tell, by rank: it never moves a mail to a lower one."""


@dataclass(frozen=True, slots=True)
class Address:
    """Whom a claimed mail goes to; mail_id travels with it, as an attempt's id does."""

    mail_id: str
    to: str

    def __repr__(self) -> str:
        return f"Address(mail_id={self.mail_id!r})"


def plan_mails(
    session: Session, *, portfolio: str, from_on: date, to_on: date, as_of: datetime, now: datetime
) -> list[str]:
    """Write down a mail for every reader who has none of this period yet; returns all that are still to be sent.

    Raises NoSuchPortfolio.
    """
    readers = session.exec(
        select(ReportSubscriberRow.id)
        .where(
            ReportSubscriberRow.portfolio_id == portfolio_named(session, portfolio).id,
            col(ReportSubscriberRow.ended_at).is_(None),
        )
        .order_by(col(ReportSubscriberRow.since), col(ReportSubscriberRow.id))
    ).all()
    for reader in readers:
        mail = ReportMailRow(
            subscriber_id=reader,
            from_on=from_on,
            to_on=to_on,
            as_of=as_of,
            state=AttemptState.PLANNED.value,
            planned_at=now,
        )
        insert_new(session, mail)
    waiting = (AttemptState.PLANNED.value, AttemptState.SENDING.value)
    return list(
        session.exec(
            select(ReportMailRow.id)
            .where(
                col(ReportMailRow.subscriber_id).in_(readers),
                ReportMailRow.from_on == from_on,
                ReportMailRow.to_on == to_on,
                col(ReportMailRow.state).in_(waiting),
            )
            .order_by(col(ReportMailRow.planned_at), col(ReportMailRow.id))
        )
    )


def claim_mail(
    session: Session, mail_id: str, *, lease: timedelta, now: datetime, machine_now: datetime
) -> Address | None:
    """Take a mail to send it now, exactly once; None where it may not leave, or somebody else is sending it.

    A mail that a dead run had claimed becomes unknown and is never sent again: only its receipt can tell.
    """
    mail = session.exec(select(ReportMailRow).where(ReportMailRow.id == mail_id).with_for_update()).one()
    match AttemptState(mail.state):
        case AttemptState.PLANNED:
            reader = session.get_one(ReportSubscriberRow, mail.subscriber_id, with_for_update=True)
            if reader.ended_at is not None:
                mail.state, mail.recorded_at = AttemptState.RELEASED.value, now
                return None
            mail.state, mail.claimed_at, mail.lease_until = AttemptState.SENDING.value, now, machine_now + lease
            return Address(mail.id, address_of(session, reader))
        case AttemptState.SENDING:
            if mail.lease_until is not None and mail.lease_until <= machine_now:
                _is_unknown(mail, code=LOST_RUN, now=now)
            return None
        case (
            AttemptState.ACCEPTED
            | AttemptState.DELIVERED
            | AttemptState.UNDELIVERED
            | AttemptState.REJECTED
            | AttemptState.UNKNOWN
            | AttemptState.RELEASED
        ):
            return None
        case other:
            assert_never(other)


def record_mail(session: Session, mail_id: str, accepted: Accepted, *, now: datetime) -> None:
    """The vendor took it, under its own id."""
    mail = _locked(session, mail_id)
    mail.vendor, mail.vendor_id = accepted.vendor, accepted.vendor_id
    if SETTLES.get(AttemptState(mail.state), 0) < SETTLES[AttemptState.ACCEPTED]:
        mail.state, mail.recorded_at, mail.failure, mail.failure_code = AttemptState.ACCEPTED.value, now, None, None


def record_mail_failure(session: Session, mail_id: str, *, failure: FailureClass, code: str, now: datetime) -> None:
    """The vendor took nothing (it is planned again), refused it for good, or may have taken it (unknown)."""
    mail = _locked(session, mail_id)
    if AttemptState(mail.state) in SETTLES:
        return  # a receipt was quicker
    if failure is FailureClass.AMBIGUOUS:
        _is_unknown(mail, code=code, now=now)
        return
    mail.state = (AttemptState.PLANNED if failure in UNSENT else AttemptState.REJECTED).value
    mail.failure, mail.failure_code, mail.recorded_at, mail.lease_until = failure.value, code, now, None


def settle_mail(session: Session, mail_id: str, state: AttemptState, *, code: str | None, now: datetime) -> None:
    """A receipt tells of a mail; whatever is no report's mail, or tells less than is known, changes nothing."""
    mail = session.exec(select(ReportMailRow).where(ReportMailRow.id == mail_id).with_for_update()).first()
    if mail is None or mail.claimed_at is None:
        return
    if SETTLES.get(state, 0) > SETTLES.get(AttemptState(mail.state), 0):
        mail.state, mail.receipt_at, mail.failure_code = state.value, now, code


def reader_of_mail(session: Session, mail_id: str) -> ReportSubscriberRow | None:
    """Whom a mail was for."""
    mail = session.get(ReportMailRow, mail_id)
    return None if mail is None else session.get_one(ReportSubscriberRow, mail.subscriber_id)


def unsubscribe_by_mail(session: Session, mail_id: str, *, now: datetime) -> bool:
    """End the subscription that a mail came of, and forget the address; False when there is no such mail."""
    reader = reader_of_mail(session, mail_id)
    if reader is None:
        return False
    forget(reader, now=now)
    return True


def mails_by_state(session: Session, *, portfolio: str, from_on: date, to_on: date) -> dict[str, int]:
    """How the mails of one period's report stand: how many in each state. Raises NoSuchPortfolio."""
    states = session.exec(
        select(ReportMailRow.state)
        .join(ReportSubscriberRow, col(ReportSubscriberRow.id) == col(ReportMailRow.subscriber_id))
        .where(
            ReportSubscriberRow.portfolio_id == portfolio_named(session, portfolio).id,
            ReportMailRow.from_on == from_on,
            ReportMailRow.to_on == to_on,
        )
    )
    return dict(Counter(states))


def _locked(session: Session, mail_id: str) -> ReportMailRow:
    return session.exec(select(ReportMailRow).where(ReportMailRow.id == mail_id).with_for_update()).one()


def _is_unknown(mail: ReportMailRow, *, code: str, now: datetime) -> None:
    mail.state, mail.recorded_at = AttemptState.UNKNOWN.value, now
    mail.failure, mail.failure_code = FailureClass.AMBIGUOUS.value, code
