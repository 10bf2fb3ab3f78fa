"""Calls: reserved under the borrower's lock before anybody dials, completed with their outcome, or noted as made."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from domain.action import Action
from domain.borrower import KINDS_FOR
from domain.work_item import Disposition, WorkKind
from ledger.packs import stack_for
from ledger.questions import ASKED_FOR, target_of
from ledger.reviews import Review
from ledger.situations import borrower_of
from ledger.tables.borrower import ContactPointRow
from ledger.tables.call import CallRow
from ledger.tables.loan import LoanRow
from ledger.tables.work_item import WorkItemRow
from ledger.verdicts import judge_now, keep, lock_borrower, marked_unreserved, told
from policy.compliance.history import CONSUMER, CONVERSATIONS, CallOutcome, Direction
from policy.compliance.question import Question
from policy.compliance.telling import Told

ENDED_AS: dict[Disposition, CallOutcome] = {
    Disposition.NO_ANSWER: CallOutcome.UNANSWERED,
    Disposition.MESSAGE_LEFT: CallOutcome.VOICEMAIL,
    Disposition.WRONG_NUMBER: CallOutcome.ANSWERED_NO_CONVERSATION,
    Disposition.DECEASED: CallOutcome.ANSWERED_NO_CONVERSATION,
}
"""How the call ended by what a person recorded of it; every other result was a conversation."""


class NotACall(ValueError):
    """Only a callback is made by telephone."""


class NobodyToCall(LookupError):
    """The borrower has no number that may be used."""


class CallIsOpen(Exception):
    """A call is reserved for this item already; record what came of it first."""


class NoSuchCall(LookupError):
    """There is no reserved call of that id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """A call that may be made now, and is counted from now on. told: the answer that allowed it."""

    call_id: str
    contact_point_id: str
    told: Told


def reserve_call(
    session: Session, item: WorkItemRow, *, by: str, override: str | None = None, now: datetime
) -> Reserved | Told:
    """Judge the call of an item and reserve it in the same transaction; the answer alone where it may not be made.

    override: a reason for which a person goes ahead all the same, if every rule that objects accepts it.
    Raises NotACall, NobodyToCall or CallIsOpen.
    """
    if item.kind != WorkKind.CALLBACK.value:
        raise NotACall(f"this is a {item.kind.replace('_', ' ')}, not a call")
    loan = session.get_one(LoanRow, item.loan_id)
    lock_borrower(session, loan.borrower_id)
    _refuse_second(session, item)
    reachable = borrower_of(session, loan.borrower_id).reachable_by(Action.CALLBACK)
    if reachable is None:
        raise NobodyToCall("the borrower has no number that may be called")
    point = session.get_one(ContactPointRow, reachable.id, with_for_update=True, populate_existing=True)
    question = Question(at=now, action=ASKED_FOR[Action.CALLBACK], debts=frozenset({loan.id}), target=target_of(point))
    packs = stack_for(session, loan)
    judged = judge_now(session, loan, question, point=point, packs=packs)
    if not judged.verdict.is_allowed and override in judged.verdict.overridable_by:
        rules = frozenset(finding.rule for finding in judged.verdict.violations)
        review = Review(work_item=item.id, by=by, goes_ahead=True, rules=rules, reason=override)
        judged = judge_now(session, loan, question, point=point, packs=packs, review=review)
    keep(session, judged, loan=loan, attempt_id=None, work_item_id=item.id)
    if not judged.verdict.is_allowed:
        return told(judged)
    call = CallRow(
        borrower_id=loan.borrower_id,
        work_item_id=item.id,
        contact_point_id=point.id,
        recipient=CONSUMER,
        direction=Direction.OUT.value,
        counted_to=[loan.id],
        discussed=[],
        outcome=CallOutcome.RESERVED.value,
        at=judged.verdict.judged_at,
        known_at=judged.verdict.judged_at,
        by=by,
    )
    session.add(call)
    session.flush()
    return Reserved(call_id=call.id, contact_point_id=point.id, told=told(judged))


def complete_call(session: Session, call_id: str, *, outcome: CallOutcome, now: datetime) -> CallRow:
    """Record what came of a reserved call; busy and out of service release it. Raises NoSuchCall."""
    found = session.exec(
        select(CallRow)
        .where(col(CallRow.id).startswith(call_id, autoescape=True), CallRow.outcome == CallOutcome.RESERVED.value)
        .limit(2)
    ).all()
    if len(found) != 1 or outcome is CallOutcome.RESERVED:
        raise NoSuchCall(f"no single reserved call has an id that begins with '{call_id}'")
    _complete(found[0], outcome=outcome, now=now)
    return found[0]


def note_result(
    session: Session,
    item: WorkItemRow,
    *,
    borrower_id: str,
    disposition: Disposition,
    outcome: CallOutcome | None,
    by: str,
    now: datetime,
) -> None:
    """The call of an item has a result: its reservation is completed, or the call is noted as made just now.

    A call that nobody reserved is judged as it is noted. It is on record whatever the answer, and so is the answer.
    """
    ended_as = outcome or ENDED_AS.get(disposition, CallOutcome.CONVERSATION)
    call = _reserved(session, item)
    if call is not None:
        _complete(call, outcome=ended_as, now=now)
        return
    if _is_on_record(session, item, outcome=ended_as):
        return
    lock_borrower(session, borrower_id)
    loan = session.get_one(LoanRow, item.loan_id)
    point = _dialled(session, borrower_id)
    question = Question(at=now, action=ASKED_FOR[Action.CALLBACK], debts=frozenset({loan.id}), target=target_of(point))
    judged = marked_unreserved(judge_now(session, loan, question, point=point, packs=stack_for(session, loan)))
    keep(session, judged, loan=loan, attempt_id=None, work_item_id=item.id)
    note_call(
        session,
        borrower_id,
        direction=Direction.OUT,
        outcome=ended_as,
        loans=[loan.id],
        contact_point_id=None if point is None else point.id,
        work_item_id=item.id,
        by=by,
        at=judged.verdict.judged_at,
        now=judged.verdict.judged_at,
    )


def note_call(
    session: Session,
    borrower_id: str,
    *,
    direction: Direction,
    outcome: CallOutcome,
    loans: list[str],
    by: str,
    at: datetime,
    now: datetime,
    recipient: str = CONSUMER,
    contact_point_id: str | None = None,
    work_item_id: str | None = None,
) -> CallRow:
    """Note a call that was made by either side; it counts, and a conversation starts the rest after it."""
    call = CallRow(
        borrower_id=borrower_id,
        work_item_id=work_item_id,
        contact_point_id=contact_point_id,
        recipient=recipient,
        direction=direction.value,
        counted_to=loans if direction is Direction.OUT else [],
        discussed=loans if outcome in CONVERSATIONS else [],
        outcome=outcome.value,
        at=at,
        known_at=now,
        recorded_at=now,
        by=by,
    )
    session.add(call)
    session.flush()
    return call


def _complete(call: CallRow, *, outcome: CallOutcome, now: datetime) -> None:
    call.outcome, call.recorded_at = outcome.value, now
    if outcome in CONVERSATIONS:
        call.discussed = list(call.counted_to)


def _dialled(session: Session, borrower_id: str) -> ContactPointRow | None:
    """The number that a call without a reservation went to: the one to use, or one of those that must not be used."""
    reachable = borrower_of(session, borrower_id).reachable_by(Action.CALLBACK)
    if reachable is not None:
        return session.get_one(ContactPointRow, reachable.id, with_for_update=True, populate_existing=True)
    numbers = select(ContactPointRow).where(
        ContactPointRow.borrower_id == borrower_id,
        col(ContactPointRow.kind).in_([kind.value for kind in KINDS_FOR[Action.CALLBACK]]),
    )
    return session.exec(numbers.order_by(col(ContactPointRow.changed_at).desc(), col(ContactPointRow.id))).first()


def _refuse_second(session: Session, item: WorkItemRow) -> None:
    call = _reserved(session, item)
    if call is not None:
        since = f"{call.at:%Y-%m-%d %H:%M} UTC"
        raise CallIsOpen(f"{call.by} reserved a call for this item at {since} (call {call.id[:8]})")


def _reserved(session: Session, item: WorkItemRow) -> CallRow | None:
    return session.exec(
        select(CallRow)
        .where(CallRow.work_item_id == item.id, CallRow.outcome == CallOutcome.RESERVED.value)
        .with_for_update()
    ).first()


def _is_on_record(session: Session, item: WorkItemRow, *, outcome: CallOutcome) -> bool:
    """Whether the last call of this item that is on record ended so: then the item's result tells of that one."""
    last = session.exec(
        select(CallRow.outcome)
        .where(CallRow.work_item_id == item.id, CallRow.direction == Direction.OUT.value)
        .order_by(col(CallRow.at).desc())
    ).first()
    return last == outcome.value
