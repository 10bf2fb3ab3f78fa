"""Claiming a planned contact: everything is read again and judged under the borrower's lock, then it may leave once."""

import json
from datetime import datetime, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from domain.action import Action
from domain.attempt import AttemptId, AttemptState
from domain.borrower import USABLE, ContactState
from domain.message import Message, Order
from domain.step import Outcome
from domain.verdict import Allowed, Deferred, Forbidden, Ground, Verdict
from ledger.outcomes import mark_unknown
from ledger.people import contact_text, unseal_for
from ledger.steps import end_step
from ledger.tables.attempt import AttemptRow, VerdictRow
from ledger.tables.borrower import BorrowerRow, ContactPointRow
from ledger.tables.journey import JourneyRow
from ledger.tables.loan import LoanRow, PortfolioRow
from ledger.turns import OVERTAKEN, held, still_next
from policy.compliance.contact import PastContact, ProposedContact
from policy.compliance.pack import pack_named
from policy.compliance.screening import screen

LEFT_OR_MAY_HAVE = tuple(
    s.value
    for s in (
        AttemptState.SENDING,
        AttemptState.ACCEPTED,
        AttemptState.DELIVERED,
        AttemptState.UNDELIVERED,
        AttemptState.UNKNOWN,
    )
)
LOOK_BACK = timedelta(days=400)
NO_RULE = Ground("NO-RULE", "none", "all packs", "no rule of the portfolio's packs speaks about this kind of contact")
"""What an allowing verdict rests on where every pack is silent: that is kept too."""


def claim(session: Session, attempt_id: str, *, fence: int, now: datetime) -> Message | Order | Outcome:
    """The message or order to hand over now, exactly once; or how the step ended without one.

    Raises LeaseWasLost when another run holds the journey meanwhile.
    """
    attempt = session.get_one(AttemptRow, attempt_id)
    journey = held(session, attempt.journey_id, fence=fence)
    session.exec(
        select(BorrowerRow.id).where(BorrowerRow.id == attempt.borrower_id).with_for_update(key_share=True)
    ).one()
    session.refresh(attempt, with_for_update=True)
    match AttemptState(attempt.state):
        case AttemptState.PLANNED:
            return _judge(session, attempt, journey, now=now)
        case AttemptState.SENDING:
            # A run died between the request and its record. Only the vendor knows; it is never sent again.
            mark_unknown(session, attempt, journey, code="lost_run", now=now)
            return Outcome.UNKNOWN
        case AttemptState.UNKNOWN:
            return Outcome.UNKNOWN
        case AttemptState.ACCEPTED | AttemptState.DELIVERED | AttemptState.UNDELIVERED:
            return Outcome.SENT
        case AttemptState.REJECTED:
            return Outcome.REJECTED
        case AttemptState.RELEASED:
            return Outcome.OVERTAKEN
        case other:
            assert_never(other)


def _judge(session: Session, attempt: AttemptRow, journey: JourneyRow, *, now: datetime) -> Message | Order | Outcome:
    action = Action(attempt.action)
    if not still_next(session, journey, rung=attempt.rung, action=action, now=now):
        return _release(session, attempt, journey, outcome=Outcome.OVERTAKEN, reason=OVERTAKEN, now=now)
    verdict = _verdict(session, attempt, journey, now=now)
    _keep(session, attempt, verdict, now=now)
    match verdict:
        case Allowed():
            attempt.state, attempt.claimed_at = AttemptState.SENDING.value, now
            return _what_leaves(session, attempt)
        case Deferred():
            return _release(
                session,
                attempt,
                journey,
                outcome=Outcome.DEFERRED,
                reason=f"{verdict.ground.message} ({verdict.ground.citation})",
                until=verdict.until,
                now=now,
            )
        case Forbidden():
            return _release(
                session, attempt, journey, outcome=Outcome.FORBIDDEN, reason=verdict.ground.message, now=now
            )
        case other:
            assert_never(other)


def _verdict(session: Session, attempt: AttemptRow, journey: JourneyRow, *, now: datetime) -> Verdict:
    if attempt.contact_point_id is not None:
        # Locked: a STOP that is being taken in at this moment is either seen here or comes after this contact.
        point = session.get_one(ContactPointRow, attempt.contact_point_id, with_for_update=True)
        if ContactState(point.state) not in USABLE:
            message = f"the contact point is {point.state.replace('_', ' ')}"
            return Forbidden(Ground("CONTACT-POINT", "house policy: contact points must be usable", "house", message))
    loan = session.get_one(LoanRow, journey.loan_id)
    packs = session.get_one(PortfolioRow, loan.portfolio_id).packs
    history = session.exec(
        select(AttemptRow).where(
            AttemptRow.borrower_id == attempt.borrower_id,
            col(AttemptRow.state).in_(LEFT_OR_MAY_HAVE),
            col(AttemptRow.claimed_at) >= now - LOOK_BACK,
        )
    ).all()
    contact = ProposedContact(
        action=Action(attempt.action),
        zone=ZoneInfo(session.get_one(BorrowerRow, attempt.borrower_id).timezone),
        history=tuple(PastContact(Action(a.action), a.claimed_at) for a in history if a.claimed_at is not None),
    )
    return screen(contact, [pack_named(name) for name in packs], now=now)


def _keep(session: Session, attempt: AttemptRow, verdict: Verdict, *, now: datetime) -> None:
    grounds = (verdict.grounds or (NO_RULE,)) if isinstance(verdict, Allowed) else (verdict.ground,)
    until = verdict.until if isinstance(verdict, Deferred) else None
    for ground in grounds:
        session.add(
            VerdictRow(
                attempt_id=attempt.id,
                verdict=type(verdict).__name__.lower(),
                rule=ground.rule,
                pack=ground.pack,
                citation=ground.citation,
                message=ground.message,
                until=until,
                judged_at=now,
            )
        )


def _release(
    session: Session,
    attempt: AttemptRow,
    journey: JourneyRow,
    *,
    outcome: Outcome,
    reason: str,
    now: datetime,
    until: datetime | None = None,
) -> Outcome:
    attempt.state, attempt.recorded_at = AttemptState.RELEASED.value, now
    end_step(
        session,
        journey,
        turn_no=attempt.turn_no,
        rung=attempt.rung,
        action=Action(attempt.action),
        outcome=outcome,
        reason=reason,
        until=until,
        now=now,
    )
    return outcome


def _what_leaves(session: Session, attempt: AttemptRow) -> Message | Order:
    content = json.loads(unseal_for(session, attempt.borrower_id, attempt.text_sealed))
    if not Action(attempt.action).is_message:
        return Order(attempt_id=AttemptId(attempt.id), facts=content)
    to = contact_text(session, attempt.contact_point_id or "")
    return Message(
        attempt_id=AttemptId(attempt.id),
        to=to,
        body=content["body"],
        subject=content["subject"],
    )
