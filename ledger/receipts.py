"""Taking in what vendors tell us: once each, by rank, so that repeats and disorder change nothing."""

from datetime import datetime

from sqlmodel import Session, select

from domain.attempt import AttemptState
from domain.event import EventKind
from domain.receipt import Receipt, ReceiptKind
from ledger import events
from ledger.contacts import opt_out, opt_out_point
from ledger.database import keyring_of
from ledger.earlier_states import keep_state
from ledger.inserting import insert_new
from ledger.outcomes import locked, mark_accepted
from ledger.report_mails import settle_mail, unsubscribe_by_mail
from ledger.tables.attempt import AttemptRow
from ledger.tables.inbox import InboxRow
from ledger.undelivered import did_arrive, did_not_arrive

RANK: dict[AttemptState, int] = {
    AttemptState.PLANNED: 0,
    AttemptState.RELEASED: 0,
    AttemptState.SENDING: 1,
    AttemptState.UNKNOWN: 1,
    AttemptState.REJECTED: 1,
    AttemptState.ACCEPTED: 2,
    AttemptState.UNDELIVERED: 3,
    AttemptState.DELIVERED: 4,
}
"""A receipt never moves an attempt to a state of lower rank than it has."""


def take_in(session: Session, receipt: Receipt, *, now: datetime) -> bool:
    """Keep one receipt and act on it; False when it was known already."""
    lookup = None if receipt.sender is None else keyring_of(session).lookup(receipt.sender)
    row = InboxRow(
        vendor=receipt.vendor,
        event_id=receipt.event_id,
        kind=receipt.kind.value,
        attempt_id=receipt.attempt_id,
        contact_lookup=lookup,
        status=receipt.state.value if receipt.state else receipt.kind.value,
        code=receipt.code,
        received_at=now,
        applied_at=now,
    )
    if not insert_new(session, row):
        return False
    if receipt.kind is ReceiptKind.STOP:
        _apply_stop(session, receipt, now=now)
    elif receipt.kind is ReceiptKind.STATUS:
        _apply_status(session, receipt, now=now)
    return True


def can_stop(session: Session, attempt_id: str) -> bool:
    """Whether there is an attempt of that id, made to a number or address."""
    attempt = session.get(AttemptRow, attempt_id)
    return attempt is not None and attempt.contact_point_id is not None


def stop_by_attempt(session: Session, attempt_id: str, *, now: datetime) -> bool:
    """Opt out the number or address that an attempt was made to, on every loan; False when there is no such contact."""
    attempt = session.get(AttemptRow, attempt_id)
    if attempt is None or attempt.contact_point_id is None:
        return False
    opt_out_point(session, attempt.contact_point_id, now=now)
    return True


def _apply_stop(session: Session, receipt: Receipt, *, now: datetime) -> None:
    # By both, where both are told: the address in an event may be spelled otherwise than the one that we wrote to.
    if receipt.attempt_id is not None and not stop_by_attempt(session, receipt.attempt_id, now=now):
        unsubscribe_by_mail(session, receipt.attempt_id, now=now)
    if receipt.sender is not None:
        opt_out(session, receipt.sender, now=now)


def _apply_status(session: Session, receipt: Receipt, *, now: datetime) -> None:
    if receipt.attempt_id is None or receipt.state is None:
        return
    if session.exec(select(AttemptRow.id).where(AttemptRow.id == receipt.attempt_id)).first() is None:
        settle_mail(session, receipt.attempt_id, receipt.state, code=receipt.code, now=now)
        return
    attempt, journey = locked(session, receipt.attempt_id)
    if attempt.claimed_at is None or RANK[receipt.state] <= RANK[AttemptState(attempt.state)]:
        return  # there is nothing to tell of an attempt that never left
    attempt.vendor, attempt.vendor_id = attempt.vendor or receipt.vendor, attempt.vendor_id or receipt.vendor_id
    mark_accepted(session, attempt, journey, now=now)  # an unknown attempt that has a receipt did leave
    keep_state(session, attempt, now=now)
    attempt.state, attempt.receipt_at = receipt.state.value, now
    attempt.failure_code = receipt.code or attempt.failure_code
    events.append(
        session,
        EventKind.RECEIPT_APPLIED,
        loan_id=journey.loan_id,
        journey_id=journey.id,
        at=now,
        attempt=attempt.id,
        state=receipt.state.value,
    )
    if receipt.state is AttemptState.DELIVERED:
        did_arrive(session, attempt, journey, now=now)
    elif receipt.state is AttemptState.UNDELIVERED and receipt.failure is not None:
        did_not_arrive(session, attempt, journey, failure=receipt.failure, now=now)
