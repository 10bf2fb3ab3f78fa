"""Finding out what became of contacts whose answer was lost: the vendor is asked, and nothing is ever sent blindly.

Every ask and every answer is an event. Journeys go on meanwhile as if the contact had left.
"""

import json
from datetime import datetime
from typing import assert_never

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from domain.action import Action
from domain.attempt import REACHED_VENDOR, AttemptId, AttemptState
from domain.event import EventKind
from domain.fate import Fate, Listed, Trace
from domain.message import Message, Order
from ledger import events
from ledger.inquiries import ASKED_AFTER, end_inquiry, next_slot
from ledger.outcomes import ask_a_person_about, give_back, locked, mark_accepted, mark_unknown
from ledger.people import contact_text, unseal_for
from ledger.removed import TextRemoved
from ledger.tables.attempt import AttemptRow
from ledger.tables.borrower import ContactPointRow
from ledger.tables.inquiry import InquiryRow
from ledger.tables.journey import JourneyRow

LOST = "lost_run"


def lost_attempts(session: Session, *, machine_now: datetime, at_most: int = 500) -> list[str]:
    """Ids of contacts that were being made by a run whose hold on the journey has run out."""
    return list(
        session.exec(
            select(AttemptRow.id)
            .join(JourneyRow, col(JourneyRow.id) == col(AttemptRow.journey_id))
            .where(
                AttemptRow.state == AttemptState.SENDING.value,
                or_(col(JourneyRow.lease_until).is_(None), col(JourneyRow.lease_until) < machine_now),
            )
            .order_by(col(AttemptRow.id))
            .limit(at_most)
        ).all()
    )


def give_up_on(session: Session, attempt_id: str, *, now: datetime, machine_now: datetime) -> bool:
    """Declare a lost contact unknown; False when its run came back, or somebody else was quicker.

    The run may still tell what the vendor said: that counts, whenever it comes.
    """
    attempt, journey = locked(session, attempt_id)
    is_held = journey.lease_until is not None and journey.lease_until >= machine_now
    if is_held or attempt.state != AttemptState.SENDING.value:
        return False
    mark_unknown(session, attempt, journey, code=LOST, now=now)
    return True


def due_questions(session: Session, *, now: datetime, at_most: int = 200) -> list[str]:
    """Ids of attempts that the vendor is to be asked about at `now`, the longest due first."""
    return list(
        session.exec(
            select(InquiryRow.attempt_id)
            .where(col(InquiryRow.next_ask_at) <= now)
            .order_by(col(InquiryRow.next_ask_at), col(InquiryRow.attempt_id))
            .limit(at_most)
        ).all()
    )


def next_question_at(session: Session) -> datetime | None:
    """When the next vendor is to be asked; None when nothing is unknown."""
    return session.exec(select(func.min(InquiryRow.next_ask_at))).one()


def take_up(session: Session, attempt_id: str, *, now: datetime) -> Trace | None:
    """What to ask the vendor about, for one asker at a time; None when there is nothing to ask any more.

    Whoever takes a question up and dies leaves it to the next slot; the last one is asked once more a little later.
    """
    inquiry = session.exec(
        select(InquiryRow)
        .where(InquiryRow.attempt_id == attempt_id, col(InquiryRow.next_ask_at) <= now)
        .with_for_update(skip_locked=True)
    ).first()
    if inquiry is None:
        return None
    attempt = session.get_one(AttemptRow, attempt_id)
    if attempt.state != AttemptState.UNKNOWN.value:
        inquiry.next_ask_at = None
        return None
    try:
        contact = _contact(session, attempt)
    except TextRemoved:  # without the number and the text no vendor can be asked
        ask_a_person_about(session, attempt, session.get_one(JourneyRow, attempt.journey_id), now=now)
        return None
    inquiry.asks += 1
    inquiry.next_ask_at = next_slot(inquiry.requested_at, after=now) or now + ASKED_AFTER[1]
    _tell(session, attempt, EventKind.ATTEMPT_ASKED, now=now, ask=inquiry.asks)
    return Trace(Action(attempt.action), contact, inquiry.requested_at)


def settle(session: Session, attempt_id: str, listed: Listed | None, *, now: datetime, code: str = "") -> Fate:
    """Act on what the vendor shows of a contact. listed: None when it could not be asked; `code` then says why."""
    attempt, journey = locked(session, attempt_id)
    if attempt.state != AttemptState.UNKNOWN.value:
        end_inquiry(session, attempt_id)
        return Fate.KNOWN
    fate, vendor_id = _judged(session, attempt, listed)
    why = {"code": code} if code else {}
    _tell(session, attempt, EventKind.ATTEMPT_ANSWERED, now=now, answer=fate.value, **why)
    match fate:
        case Fate.FOUND:
            attempt.vendor, attempt.vendor_id = None if listed is None else listed.vendor, vendor_id
            mark_accepted(session, attempt, journey, now=now)
        case Fate.ABSENT:
            give_back(session, attempt, journey, now=now)
        case Fate.UNCLEAR | Fate.NO_ANSWER | Fate.KNOWN:
            requested_at = session.get_one(InquiryRow, attempt_id).requested_at
            if next_slot(requested_at, after=now) is None:
                ask_a_person_about(session, attempt, journey, now=now)
        case other:
            assert_never(other)
    return fate


def _judged(session: Session, attempt: AttemptRow, listed: Listed | None) -> tuple[Fate, str | None]:
    """What a list comes to, once everything is taken off that is known to be another contact's."""
    if listed is None:
        return Fate.NO_ANSWER, None
    known = _known(session, attempt, (*listed.matching, *listed.others))
    matching = [each for each in listed.matching if each not in known]
    if len(matching) == 1 and (listed.names_attempt or not _has_twin(session, attempt)):
        return Fate.FOUND, matching[0]
    is_accounted_for = not matching and all(each in known for each in listed.others)
    return (Fate.ABSENT, None) if listed.is_settled and is_accounted_for else (Fate.UNCLEAR, None)


def _known(session: Session, attempt: AttemptRow, vendor_ids: tuple[str, ...]) -> frozenset[str | None]:
    return frozenset(
        session.exec(
            select(AttemptRow.vendor_id).where(col(AttemptRow.vendor_id).in_(vendor_ids), AttemptRow.id != attempt.id)
        ).all()
    )


def _has_twin(session: Session, attempt: AttemptRow) -> bool:
    """Whether another contact could own what was found: the same text to the same number, and no id of its own."""
    if attempt.contact_point_id is None:
        return False
    lookup = session.get_one(ContactPointRow, attempt.contact_point_id).lookup
    without_id = [state.value for state in (AttemptState.SENDING, AttemptState.UNKNOWN, *REACHED_VENDOR)]
    return (
        session.exec(
            select(AttemptRow.id)
            .join(ContactPointRow, col(ContactPointRow.id) == col(AttemptRow.contact_point_id))
            .where(
                ContactPointRow.lookup == lookup,
                AttemptRow.text_digest == attempt.text_digest,
                AttemptRow.id != attempt.id,
                col(AttemptRow.vendor_id).is_(None),
                col(AttemptRow.state).in_(without_id),
            )
        ).first()
        is not None
    )


def _contact(session: Session, attempt: AttemptRow) -> Message | Order:
    content: dict[str, str] = json.loads(unseal_for(session, attempt.borrower_id, attempt.text_sealed))
    if not Action(attempt.action).is_message:
        return Order(AttemptId(attempt.id), content)
    to = contact_text(session, attempt.contact_point_id or "")
    return Message(
        AttemptId(attempt.id),
        to,
        content["body"],
        content["subject"],
        attempt.sender or "",
        batch_id=attempt.batch_id or "",
        leaves_at=attempt.leaves_at,
    )


def _tell(session: Session, attempt: AttemptRow, kind: EventKind, *, now: datetime, **facts: str | int) -> None:
    loan_id = session.get_one(JourneyRow, attempt.journey_id).loan_id
    events.append(session, kind, loan_id=loan_id, journey_id=attempt.journey_id, at=now, attempt=attempt.id, **facts)
