"""Turns: claiming a journey for one driver, booking what was decided, and letting go of it while it waits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from sqlmodel import Session, select

from domain.action import Action
from domain.journey import ClosingReason, JourneyState
from ledger.closing import close_journey
from ledger.ladders import pinned_ladder
from ledger.settling import settle
from ledger.situations import situation_of
from ledger.steps import end_step
from ledger.tables.borrower import BorrowerRow
from ledger.tables.journey import JourneyRow, TurnRow
from ledger.tables.loan import LoanRow
from ledger.waking import seen
from policy.next_step import Act, Decision, Finish, PassedOver, Wait, decide
from policy.situation import Situation

OVERTAKEN = "something happened meanwhile that changes what comes next"


class JourneyIsBusy(Exception):
    """Another run holds this journey until its lease ends; come back then."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"another run holds this journey until {until.isoformat()}")
        self.until = until


class LeaseWasLost(Exception):
    """The journey was claimed by another run meanwhile; this one must not write to it any more."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One evaluation of a journey, held under a fence.

    seen_wake_seq: the wake-ups that the decision knew of; a later one means that the wait is over before it began.
    """

    journey_id: str
    loan_number: str
    timezone: str
    number: int
    fence: int
    decision: Decision
    seen_wake_seq: int


def take_turn(
    session: Session, journey_id: str, *, fence: int, lease: timedelta, now: datetime, machine_now: datetime
) -> Turn:
    """Claim the journey, settle what time has settled, decide, and book the turn; an unfinished one is resumed.

    fence: what the last turn of the same run returned; 0 for a run's first. Raises JourneyIsBusy.
    """
    journey = _claim(session, journey_id, fence=fence, lease=lease, machine_now=machine_now)
    if journey.state != JourneyState.OPEN.value:
        return _turn(session, journey, Finish(ClosingReason(journey.closing_reason or ClosingReason.WITHDRAWN)))
    unfinished = _unfinished(session, journey)
    if unfinished is not None:
        return _turn(session, journey, unfinished)
    settle(session, journey, now=now)
    session.flush()
    situation = situation_of(session, journey, now=now)
    decision = decide(situation, now=now)
    _book(session, journey, situation, decision, now=now)
    return _turn(session, journey, decision)


def held(session: Session, journey_id: str, *, fence: int) -> JourneyRow:
    """The journey's row, locked, for a run that still holds it; raises LeaseWasLost."""
    journey = session.exec(select(JourneyRow).where(JourneyRow.id == journey_id).with_for_update(key_share=True)).one()
    if journey.fence != fence:
        raise LeaseWasLost(journey_id)
    return journey


def still_next(session: Session, journey: JourneyRow, *, rung: str, action: Action, now: datetime) -> bool:
    """Whether a step that was decided on earlier, maybe by a run that died, is what would be decided now."""
    settle(session, journey, now=now)
    session.flush()
    decision = decide(situation_of(session, journey, now=now), now=now)
    return isinstance(decision, Act) and decision.rung.name == rung and decision.action is action


def _claim(session: Session, journey_id: str, *, fence: int, lease: timedelta, machine_now: datetime) -> JourneyRow:
    journey = session.exec(select(JourneyRow).where(JourneyRow.id == journey_id).with_for_update(key_share=True)).one()
    if fence == 0 or journey.fence != fence:  # a journey that nobody held yet has the fence 0 as well
        if journey.lease_until is not None and journey.lease_until > machine_now:
            raise JourneyIsBusy(journey.lease_until)
        journey.fence += 1
    if journey.state == JourneyState.OPEN.value:
        journey.lease_until = machine_now + lease
    seen(session, journey)
    return journey


def _unfinished(session: Session, journey: JourneyRow) -> Act | None:
    turn = session.exec(
        select(TurnRow).where(TurnRow.journey_id == journey.id, TurnRow.turn_no == journey.turn_no)
    ).first()
    if turn is None or turn.decision != "act" or turn.carried_out_at is not None or turn.rung is None:
        return None
    rung = pinned_ladder(session, journey.ladder_digest).rung(turn.rung)
    return Act(rung, Action(turn.action or rung.action), turn.deadline_at)


def _book(session: Session, journey: JourneyRow, situation: Situation, decision: Decision, *, now: datetime) -> None:
    journey.turn_no += 1
    turn = TurnRow(
        journey_id=journey.id,
        turn_no=journey.turn_no,
        decided_at=now,
        decision=type(decision).__name__.lower(),
        reason="",
        arrears_minor=situation.position.arrears_minor,
        days_past_due=situation.position.days_past_due,
    )
    session.add(turn)
    session.flush()
    match decision:
        case Act():
            turn.rung, turn.action = decision.rung.name, decision.action.value
            turn.deadline_at = decision.deadline_at
            if decision.draw is not None:
                turn.withhold_share, turn.withhold_draw = decision.draw.share, decision.draw.number
            journey.rung, journey.due_at = decision.rung.name, None
            journey.waiting_for = journey.waiting_reason = None
            _pass_over(session, journey, decision.passed_over, now=now)
        case Wait():
            turn.reason, turn.until, turn.waiting_for = decision.reason, decision.until, decision.waiting_for.value
            journey.due_at, journey.waiting_for = decision.until, decision.waiting_for.value
            journey.waiting_reason = decision.reason
            journey.lease_until = None
            _pass_over(session, journey, decision.passed_over, now=now)
        case Finish():
            turn.reason = decision.reason.value
            _pass_over(session, journey, decision.passed_over, now=now)
            close_journey(session, journey, reason=decision.reason, now=now)
        case other:
            assert_never(other)


def _pass_over(session: Session, journey: JourneyRow, passed_over: tuple[PassedOver, ...], *, now: datetime) -> None:
    for rung in passed_over:
        end_step(
            session,
            journey,
            turn_no=journey.turn_no,
            rung=rung.rung,
            action=rung.action,
            outcome=rung.outcome,
            reason=rung.reason,
            draw=rung.draw,
            now=now,
        )


def _turn(session: Session, journey: JourneyRow, decision: Decision) -> Turn:
    return Turn(
        journey_id=journey.id,
        loan_number=session.get_one(LoanRow, journey.loan_id).number,
        timezone=session.get_one(BorrowerRow, journey.borrower_id).timezone,
        number=journey.turn_no,
        fence=journey.fence,
        decision=decision,
        seen_wake_seq=journey.seen_wake_seq,
    )
