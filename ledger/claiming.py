"""Claiming a planned contact: everything is read again and judged under the borrower's lock, then it may leave once."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from sqlmodel import Session

from domain.action import Action
from domain.attempt import AttemptId, AttemptState
from domain.message import Message, Order
from domain.step import Outcome
from ledger.breakers import let_probe_through, open_breaker
from ledger.ladders import pinned_ladder
from ledger.leaving_later import as_it_leaves
from ledger.outcomes import mark_unknown
from ledger.packs import stack_for
from ledger.people import contact_text, unseal_for
from ledger.questions import ASKED_FOR, looks_at_text, target_of, with_text
from ledger.reviews import ask_a_person, ask_what_is_missing, nobody_needs_to_decide, people_may_clear, review_of
from ledger.scopes import scopes_of
from ledger.senders import NoRoom, leave_queue, reserve
from ledger.steps import end_step
from ledger.tables.attempt import AttemptRow
from ledger.tables.borrower import ContactPointRow
from ledger.tables.journey import JourneyRow
from ledger.tables.loan import LoanRow
from ledger.text_readings import reading_of_text
from ledger.turns import OVERTAKEN, held, still_next
from ledger.verdicts import judge_now, keep, lock_borrower
from policy.capacity import NO_SENDERS, Sender, Senders
from policy.compliance.question import Question
from policy.compliance.stacking import Stack
from policy.compliance.verdict import Answer, Verdict

REFERRED_BY_LADDER = frozenset({Action.LEGAL_REFERRAL, Action.AGENCY_PLACEMENT})
"""What the ladder decides that weighs heavily on a person: where a rule wants a person's decision, one is asked."""


STALE_AFTER = timedelta(hours=12)
STALE = "it was written long ago, and is written anew with what is owed now"


def claim(
    session: Session,
    attempt_id: str,
    *,
    fence: int,
    now: datetime,
    senders: Senders = NO_SENDERS,
    no_room: NoRoom | None = None,
    lease_until: datetime | None = None,
    leaves_after: timedelta | None = None,
) -> Message | Order | Outcome:
    """The message or order to hand over now, exactly once; or how the step ended without one.

    senders: those of each channel that has a rate; a contact that finds no room is put off and keeps its place.
    no_room: known before anything is asked, so that a contact that is still planned is put off unjudged. lease_until:
    how long (machine time) nobody declares a contact that leaves now lost. leaves_after: how long the vendor keeps the
    message, which must be allowed at that later moment too. Raises LeaseWasLost when another run holds the journey
    meanwhile.
    """
    attempt = session.get_one(AttemptRow, attempt_id)
    journey = held(session, attempt.journey_id, fence=fence)
    lock_borrower(session, attempt.borrower_id)
    session.refresh(attempt, with_for_update=True)
    match AttemptState(attempt.state):
        case AttemptState.PLANNED:
            if no_room is not None:
                return _make_wait(session, attempt, journey, no_room, now=now)
            leaves_at = None if leaves_after is None else now + leaves_after
            of_channel = senders.get(Action(attempt.action), ())
            claimed = _judge(session, attempt, journey, senders=of_channel, leaves_at=leaves_at, now=now)
            if not isinstance(claimed, Outcome):
                attempt.fence, journey.lease_until = fence, lease_until or journey.lease_until
            return claimed
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


def _judge(
    session: Session,
    attempt: AttemptRow,
    journey: JourneyRow,
    *,
    senders: Sequence[Sender],
    leaves_at: datetime | None,
    now: datetime,
) -> Message | Order | Outcome:
    action = Action(attempt.action)
    if not still_next(session, journey, rung=attempt.rung, action=action, now=now):
        return _release(session, attempt, journey, outcome=Outcome.OVERTAKEN, reason=OVERTAKEN, now=now)
    if now - attempt.planned_at >= STALE_AFTER:
        return _release(session, attempt, journey, outcome=Outcome.OVERTAKEN, reason=STALE, now=now)
    if (breaker := open_breaker(session, action, scopes=lambda: scopes_of(session, attempt), now=now)) is not None:
        at, why = breaker.again_at(now=now), breaker.reason
        return _release(session, attempt, journey, outcome=Outcome.DEFERRED, reason=why, until=at, now=now)
    # Locked: a STOP that is being taken in at this moment is either seen here or comes after this contact.
    point = (
        session.get_one(ContactPointRow, attempt.contact_point_id, with_for_update=True, populate_existing=True)
        if attempt.contact_point_id is not None
        else None
    )
    loan = session.get_one(LoanRow, journey.loan_id)
    content: dict[str, str] = json.loads(unseal_for(session, attempt.borrower_id, attempt.text_sealed))
    packs = stack_for(session, loan)
    question = _question(attempt, loan, point=point, content=content, packs=packs, now=now)
    review = review_of(session, attempt, packs=packs)
    judged = judge_now(session, loan, question, point=point, packs=packs, review=review)
    judged = as_it_leaves(session, judged, loan, point=point, review=review, leaves_at=leaves_at)
    keep(session, judged, loan=loan, attempt_id=attempt.id, work_item_id=None)
    verdict = judged.verdict
    every = pinned_ladder(session, journey.ladder_digest).review_holds_after
    is_asked = True
    match verdict.answer:
        case Answer.NEEDS_HUMAN:
            until: datetime | None = ask_a_person(session, attempt, journey, now=now)
        case Answer.DEFERRED if verdict.until is None and people_may_clear(verdict):
            until = ask_what_is_missing(session, attempt, journey, every=every, now=now)
        case Answer.DEFERRED if verdict.until is None and verdict.until_event is not None:
            # Looked at again when the event becomes known, and now and then in case it never is told.
            until, is_asked = now + every, False
        case _:
            until, is_asked = verdict.until, False
    if not is_asked:
        nobody_needs_to_decide(session, attempt, journey, now=now)
    if verdict.is_allowed:
        # Asked last: what is taken of a rate is then used, and nobody's lock is wanted any more.
        full = reserve(session, attempt, journey, senders=senders, now=now) if senders else None
        if full is not None:
            return _make_wait(session, attempt, journey, full, now=now)
        let_probe_through(session, action, scopes=lambda: scopes_of(session, attempt), now=now)
        attempt.state, attempt.claimed_at = AttemptState.SENDING.value, verdict.judged_at
        attempt.leaves_at = leaves_at
        return _what_leaves(session, attempt, content)
    outcome = Outcome.FORBIDDEN if until is None else Outcome.DEFERRED
    return _release(session, attempt, journey, outcome=outcome, reason=_reason(verdict), until=until, now=now)


def _question(
    attempt: AttemptRow,
    loan: LoanRow,
    *,
    point: ContactPointRow | None,
    content: dict[str, str],
    packs: Stack,
    now: datetime,
) -> Question:
    action = Action(attempt.action)
    question = Question(
        at=now,
        action=ASKED_FOR[action],
        debts=frozenset({loan.id}),
        target=target_of(point),
        automated=action.is_message or action in REFERRED_BY_LADDER,
    )
    if not action.is_message:
        return question
    if attempt.text_says is not None:
        says = attempt.text_says
        return replace(question, elements=frozenset(says["elements"]), faults=frozenset(says["faults"]))
    if not looks_at_text(packs, question):
        return question
    wording, language = (attempt.wording or "").partition("@")[0], (attempt.wording or "").rpartition("/")[2]
    text = f"{content['subject']}\n{content['body']}"
    reading = reading_of_text(text, channel=action, wording=wording, language=language)
    return with_text(question, text, reading, packs=packs)


def _reason(verdict: Verdict) -> str:
    """What decided; where no instant ends the wait, all that has to happen first."""
    decider = verdict.decided_by
    if decider is None:
        return ""
    is_endless = verdict.until is None and verdict.answer in {Answer.DEFERRED, Answer.NEEDS_HUMAN}
    beside = [f for f in verdict.violations if f.until is None] if is_endless else []
    return "; ".join(dict.fromkeys(f"{finding.message} ({finding.cited})" for finding in (decider, *beside)))


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
    """Give the contact back for a reason of its own: it waits for no sender any more."""
    leave_queue(session, journey.id)
    return _give_back(session, attempt, journey, outcome=outcome, reason=reason, until=until, now=now)


def _make_wait(session: Session, attempt: AttemptRow, journey: JourneyRow, full: NoRoom, *, now: datetime) -> Outcome:
    """Put a contact off because there is no room: its place in the queue is kept."""
    return _give_back(
        session, attempt, journey, outcome=Outcome.DEFERRED, reason=full.reason, until=full.room_at, now=now
    )


def _give_back(
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


def _what_leaves(session: Session, attempt: AttemptRow, content: dict[str, str]) -> Message | Order:
    if not Action(attempt.action).is_message:
        return Order(attempt_id=AttemptId(attempt.id), facts=content)
    to = contact_text(session, attempt.contact_point_id or "")
    return Message(
        attempt_id=AttemptId(attempt.id),
        to=to,
        body=content["body"],
        subject=content["subject"],
        sender=attempt.sender or "",
        leaves_at=attempt.leaves_at,
    )
