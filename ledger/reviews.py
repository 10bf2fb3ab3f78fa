"""Contacts that a person has to decide on: the question is asked once, and its answer is used once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from domain.work_item import Disposition, WorkKind, WorkState
from ledger.steps import ask_again
from ledger.tables.attempt import AttemptRow, VerdictRow
from ledger.tables.journey import JourneyRow, TurnRow
from ledger.tables.work_item import WorkItemRow
from ledger.waking import wake
from ledger.work import OPEN, open_work

DECIDE_WITHIN = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Review:
    """What a person decided on a contact: whether to go ahead, and the rules that are set aside then.

    reason: for which they go ahead, where the rules name reasons; else it stands in the work item's note.
    """

    work_item: str
    by: str
    goes_ahead: bool
    rules: frozenset[str]
    reason: str = ""


def review_of(session: Session, attempt: AttemptRow) -> Review | None:
    """The answer that a person gave for this step by this action; None when nobody did, or it has been used."""
    found = session.exec(
        select(WorkItemRow, AttemptRow)
        .join(AttemptRow, col(AttemptRow.id) == col(WorkItemRow.attempt_id))
        .where(
            WorkItemRow.journey_id == attempt.journey_id,
            WorkItemRow.kind == WorkKind.REVIEW_CONTACT.value,
            WorkItemRow.state == WorkState.DONE.value,
            WorkItemRow.rung == attempt.rung,
            AttemptRow.action == attempt.action,
        )
        .order_by(col(WorkItemRow.recorded_at).desc())
    ).first()
    if found is None:
        return None
    item, asked = found
    used = session.exec(
        select(AttemptRow.id).where(
            AttemptRow.journey_id == attempt.journey_id,
            AttemptRow.rung == attempt.rung,
            AttemptRow.action == attempt.action,
            col(AttemptRow.claimed_at) >= item.recorded_at,
        )
    ).first()
    if used is not None:
        return None
    rules = session.exec(
        select(VerdictRow.rule).where(VerdictRow.attempt_id == asked.id, VerdictRow.verdict == "needs_human")
    ).all()
    return Review(
        work_item=item.id,
        by=item.taken_by or "",
        goes_ahead=item.disposition == Disposition.DONE.value,
        rules=frozenset(rules),
    )


def ask_a_person(session: Session, attempt: AttemptRow, journey: JourneyRow, *, now: datetime) -> datetime:
    """Put the contact on people's list, unless it is there already; returns when it is looked at again."""
    waiting = session.exec(
        select(WorkItemRow).where(
            WorkItemRow.journey_id == journey.id,
            WorkItemRow.kind == WorkKind.REVIEW_CONTACT.value,
            WorkItemRow.rung == attempt.rung,
            col(WorkItemRow.state).in_(OPEN),
        )
    ).first()
    if waiting is None:
        turn = session.exec(
            select(TurnRow).where(TurnRow.journey_id == journey.id, TurnRow.turn_no == attempt.turn_no)
        ).one()
        open_work(
            session,
            journey,
            turn=turn,
            kind=WorkKind.REVIEW_CONTACT,
            attempt_id=attempt.id,
            now=now,
            deadline_at=now + DECIDE_WITHIN,
        )
    return now + DECIDE_WITHIN


def review_is_done(session: Session, journey: JourneyRow, *, now: datetime) -> None:
    """A person has decided: the contact is judged again at once, with their answer."""
    ask_again(session, journey.id, now=now)
    wake(session, journey.id, reason="a person decided on a contact", now=now)
