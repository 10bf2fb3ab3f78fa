"""Messages that the vendor keeps for a while: judged for the moment at which they leave, and cancelled by an id."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from domain.attempt import AttemptState
from ledger.outcomes import locked
from ledger.reviews import Review
from ledger.tables.borrower import ContactPointRow
from ledger.tables.loan import LoanRow
from ledger.verdicts import LEAVES_LATER, Judged, by_the_house, judge_now


def as_it_leaves(
    session: Session,
    judged: Judged,
    loan: LoanRow,
    *,
    point: ContactPointRow | None,
    review: Review | None,
    leaves_at: datetime | None,
) -> Judged:
    """An answer that allows a message now, unless what is known now would not allow it at `leaves_at`.

    It is then put off until it would be allowed, or is looked at again at that later moment. leaves_at: None for at
    once.
    """
    if leaves_at is None or not judged.verdict.is_allowed:
        return judged
    question = replace(judged.question, at=leaves_at)
    later = judge_now(session, loan, question, point=point, packs=judged.packs, review=review).verdict
    if later.is_allowed:
        return judged
    decider = later.decided_by
    why = f"{decider.message} ({decider.cited})" if decider is not None else later.answer.value
    message = f"it would leave later than it is judged, and then: {why}"
    until = max(later.until or leaves_at, leaves_at)
    return replace(judged, verdict=by_the_house(judged.verdict, LEAVES_LATER, message, until=until))


def note_batch(session: Session, attempt_id: str, *, batch_id: str) -> bool:
    """Note by which id a message can be cancelled, before it is handed over; False when it must not be any more.

    That is when somebody has declared it lost meanwhile: it may have been asked about, and must not leave after that.
    """
    attempt, _ = locked(session, attempt_id)
    if attempt.state != AttemptState.SENDING.value:
        return False
    attempt.batch_id = batch_id
    return True
