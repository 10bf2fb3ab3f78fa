"""Recording what the vendor or desk answered: accepted, refused, never processed, or unknown."""

from datetime import datetime, timedelta

from sqlmodel import Session, select

from domain.action import Action
from domain.attempt import REACHED_VENDOR, AttemptState, FailureClass
from domain.cost import CostUnit
from domain.event import EventKind
from domain.journey import JourneyState
from domain.message import Accepted
from domain.step import Outcome
from domain.work_item import WorkKind
from ledger import events
from ledger.breakers import close_by_success
from ledger.closing import withdraw_question
from ledger.consequences import consequence
from ledger.earlier_states import keep_state
from ledger.inquiries import begin_inquiry, end_inquiry
from ledger.scopes import scopes_of
from ledger.senders import is_too_fast, slow_down
from ledger.steps import charge, end_step
from ledger.tables.attempt import AttemptRow
from ledger.tables.journey import JourneyRow, TurnRow
from ledger.waking import wake
from ledger.work import open_work

UNIT_FOR: dict[Action, CostUnit] = {
    Action.SMS: CostUnit.SMS_SEGMENT,
    Action.EMAIL: CostUnit.EMAIL,
    Action.CHAT: CostUnit.CHAT_MESSAGE,
    Action.LEGAL_REFERRAL: CostUnit.LEGAL_FILING,
}
"""What is paid for when the vendor or desk takes it; visits and calls are charged when they were made."""

FOUND_OUT_WITHIN = timedelta(days=3)
OURS_TO_MEND = frozenset(
    {FailureClass.CONFIGURATION, FailureClass.COUNTRY, FailureClass.CONTENT, FailureClass.OUR_WEBHOOK}
)


def record_accepted(session: Session, attempt_id: str, accepted: Accepted, *, now: datetime) -> Outcome:
    """The vendor took it. This holds too when it was declared unknown meanwhile: no accepted outcome is lost.

    Only a mail that was given back because it is cancelled at the vendor does not leave, although it was taken.
    """
    attempt, journey = locked(session, attempt_id)
    if attempt.batch_id is not None and attempt.state == AttemptState.RELEASED.value:
        return Outcome.OVERTAKEN
    attempt.vendor, attempt.vendor_id = accepted.vendor, accepted.vendor_id
    mark_accepted(session, attempt, journey, now=now)
    close_by_success(
        session,
        Action(attempt.action),
        scopes=lambda: scopes_of(session, attempt),
        claimed_at=attempt.claimed_at,
        now=now,
    )
    return Outcome.SENT


def mark_accepted(session: Session, attempt: AttemptRow, journey: JourneyRow, *, now: datetime) -> None:
    """The contact left: charge it, end the step, and give desk orders their work item.

    This holds also for one that was given back or counted as refused meanwhile: what the vendor took, it took.
    """
    if AttemptState(attempt.state) in REACHED_VENDOR:
        return
    action = Action(attempt.action)
    keep_state(session, attempt, now=now)
    attempt.state, attempt.recorded_at = AttemptState.ACCEPTED.value, now
    if action in UNIT_FOR:
        charge(
            session,
            journey,
            turn_no=attempt.turn_no,
            rung=attempt.rung,
            action=action,
            unit=UNIT_FOR[action],
            quantity=max(attempt.segments, 1),
            now=now,
        )
    events.append(
        session,
        EventKind.ATTEMPT_ACCEPTED,
        loan_id=journey.loan_id,
        journey_id=journey.id,
        at=now,
        attempt=attempt.id,
        vendor=attempt.vendor,
    )
    end_inquiry(session, attempt.id)
    withdraw_question(session, attempt.id, now=now)
    if action.is_message:
        _end(session, attempt, journey, outcome=Outcome.SENT, now=now)
    elif journey.state == JourneyState.OPEN.value:
        turn = session.get_one(TurnRow, _turn_id(session, attempt))
        open_work(session, journey, turn=turn, kind=WorkKind(action.value), attempt_id=attempt.id, now=now)


def record_failure(
    session: Session, attempt_id: str, *, failure: FailureClass, code: str, now: datetime, vendor: str = "the vendor"
) -> Outcome:
    """The vendor did not take it, or nobody knows: what becomes of the attempt, the contact point and the step.

    A clear answer counts also when the attempt was declared unknown meanwhile, because its run was slow.
    """
    attempt, journey = locked(session, attempt_id)
    was_unknown = attempt.state == AttemptState.UNKNOWN.value
    if not was_unknown and attempt.state != AttemptState.SENDING.value:
        return Outcome.UNKNOWN
    if failure is FailureClass.AMBIGUOUS:
        if not was_unknown:
            mark_unknown(session, attempt, journey, code=code, now=now)
        return Outcome.UNKNOWN
    if was_unknown:
        _nobody_needs_to_ask(session, attempt, journey, reason="the vendor did not take it", now=now)
    keep_state(session, attempt, now=now)
    attempt.failure, attempt.failure_code, attempt.recorded_at = failure.value, code, now
    events.append(
        session,
        EventKind.CHANNEL_MISCONFIGURED if failure in OURS_TO_MEND else EventKind.ATTEMPT_FAILED,
        loan_id=journey.loan_id,
        journey_id=journey.id,
        at=now,
        attempt=attempt.id,
        failure=failure.value,
        code=code,
    )
    then = consequence(session, attempt, journey, failure=failure, code=code, vendor=vendor, now=now)
    if is_too_fast(failure, code):
        slow_down(session, attempt, now=now)
    is_spent = then.outcome is Outcome.REJECTED
    attempt.state = AttemptState.REJECTED.value if is_spent else AttemptState.RELEASED.value
    reason = then.reason("the vendor refused it" if is_spent else "the vendor did not take it")
    _end(session, attempt, journey, outcome=then.outcome, reason=reason, until=then.until, now=now)
    return then.outcome


def mark_unknown(session: Session, attempt: AttemptRow, journey: JourneyRow, *, code: str, now: datetime) -> None:
    """Nobody knows whether it left: the step goes on as if it had, nothing is sent again, and the vendor is asked."""
    attempt.state, attempt.recorded_at = AttemptState.UNKNOWN.value, now
    attempt.failure, attempt.failure_code = FailureClass.AMBIGUOUS.value, code
    events.append(
        session,
        EventKind.ATTEMPT_UNKNOWN,
        loan_id=journey.loan_id,
        journey_id=journey.id,
        at=now,
        attempt=attempt.id,
        code=code,
    )
    reason = f"no clear answer from the vendor ({code})"
    _end(session, attempt, journey, outcome=Outcome.UNKNOWN, reason=reason, now=now)
    begin_inquiry(session, attempt, now=now)


def give_back(session: Session, attempt: AttemptRow, journey: JourneyRow, *, now: datetime) -> None:
    """It is certain that an attempt of unknown fate never left: its step may be taken again, in a turn of its own."""
    keep_state(session, attempt, now=now)
    attempt.state, attempt.recorded_at = AttemptState.RELEASED.value, now
    reason = "the vendor never took it" if attempt.batch_id is None else "it was cancelled before it left"
    _end(session, attempt, journey, outcome=Outcome.DEFERRED, reason=reason, now=now)
    _nobody_needs_to_ask(session, attempt, journey, reason=reason, now=now)


def locked(session: Session, attempt_id: str) -> tuple[AttemptRow, JourneyRow]:
    """An attempt and its journey, locked in the order in which a claim locks them."""
    journey_id = session.exec(select(AttemptRow.journey_id).where(AttemptRow.id == attempt_id)).one()
    journey = session.exec(select(JourneyRow).where(JourneyRow.id == journey_id).with_for_update(key_share=True)).one()
    attempt = session.exec(select(AttemptRow).where(AttemptRow.id == attempt_id).with_for_update()).one()
    return attempt, journey


def ask_a_person_about(session: Session, attempt: AttemptRow, journey: JourneyRow, *, now: datetime) -> None:
    """The vendor could not tell what became of an attempt: somebody is to find out."""
    end_inquiry(session, attempt.id)
    open_work(
        session,
        journey,
        turn=session.get_one(TurnRow, _turn_id(session, attempt)),
        kind=WorkKind.RECONCILE_ATTEMPT,
        attempt_id=attempt.id,
        now=now,
        deadline_at=now + FOUND_OUT_WITHIN,
    )


def _nobody_needs_to_ask(
    session: Session, attempt: AttemptRow, journey: JourneyRow, *, reason: str, now: datetime
) -> None:
    """An attempt did not leave, as is known by now: nobody is asked any more, and the journey is looked at."""
    end_inquiry(session, attempt.id)
    withdraw_question(session, attempt.id, now=now)
    if journey.state == JourneyState.OPEN.value:
        wake(session, journey.id, reason=reason, now=now)


def _end(
    session: Session,
    attempt: AttemptRow,
    journey: JourneyRow,
    *,
    outcome: Outcome,
    now: datetime,
    reason: str = "",
    until: datetime | None = None,
) -> None:
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


def _turn_id(session: Session, attempt: AttemptRow) -> str:
    return session.exec(
        select(TurnRow.id).where(TurnRow.journey_id == attempt.journey_id, TurnRow.turn_no == attempt.turn_no)
    ).one()
