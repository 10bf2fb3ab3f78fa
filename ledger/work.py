"""Work items: opening, listing, taking."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from domain.action import Action
from domain.borrower import TO_VERIFY
from domain.event import EventKind
from domain.step import Outcome
from domain.work_item import WorkKind, WorkState
from ledger import events
from ledger.people import contact_shown
from ledger.situations import borrower_of
from ledger.steps import carried_out, end_step
from ledger.tables.journey import JourneyRow, TurnRow
from ledger.tables.loan import LoanRow
from ledger.tables.work_item import WorkItemRow
from ledger.turns import OVERTAKEN, Turn, held, still_next

HINT = 6
"""So many characters of a masked number or address are shown in a list; most of them are stars."""
OPEN = (WorkState.OPEN.value, WorkState.TAKEN.value)


class NoSuchWork(LookupError):
    """There is no work item with that id; `duecourse work list` shows the open ones."""


class WorkIsTaken(Exception):
    """Somebody else has taken this work item."""


class WorkIsOver(Exception):
    """This work item is done, lapsed or withdrawn already."""


@dataclass(frozen=True, slots=True)
class ListedWork:
    """One line of a person's list. to_verify: for a check of contacts, what there is to look into, masked."""

    id: str
    kind: WorkKind
    state: WorkState
    loan_number: str
    rung: str
    opened_at: datetime
    deadline_at: datetime
    taken_by: str | None
    to_verify: tuple[str, ...] = ()


def open_work(
    session: Session,
    journey: JourneyRow,
    *,
    turn: TurnRow,
    kind: WorkKind,
    now: datetime,
    attempt_id: str | None = None,
    deadline_at: datetime | None = None,
) -> str:
    """Give a turn's work to people; returns the item's id. Repeating it for the same turn and kind changes nothing."""
    existing = session.exec(
        select(WorkItemRow.id).where(
            WorkItemRow.journey_id == journey.id,
            WorkItemRow.turn_no == turn.turn_no,
            WorkItemRow.kind == kind.value,
        )
    ).first()
    if existing is not None:
        return existing
    item = WorkItemRow(
        loan_id=journey.loan_id,
        journey_id=journey.id,
        attempt_id=attempt_id,
        kind=kind.value,
        rung=turn.rung or "",
        turn_no=turn.turn_no,
        state=WorkState.OPEN.value,
        opened_at=now,
        deadline_at=deadline_at or turn.deadline_at or now,
    )
    session.add(item)
    session.flush()
    carried_out(session, journey.id, turn_no=turn.turn_no, now=now)
    events.append(
        session,
        EventKind.WORK_OPENED,
        loan_id=journey.loan_id,
        journey_id=journey.id,
        at=now,
        work_item=item.id,
        kind_of_work=kind.value,
    )
    return item.id


def assign(session: Session, turn: Turn, *, kind: WorkKind, now: datetime) -> str | Outcome:
    """Give the work of a turn that a run holds to people: its id, or `overtaken` when it does not come next any more.

    Raises LeaseWasLost.
    """
    journey = held(session, turn.journey_id, fence=turn.fence)
    row = session.exec(select(TurnRow).where(TurnRow.journey_id == journey.id, TurnRow.turn_no == turn.number)).one()
    action, rung = Action(kind.value), row.rung or ""
    if row.carried_out_at is None and not still_next(session, journey, rung=rung, action=action, now=now):
        end_step(
            session,
            journey,
            turn_no=turn.number,
            rung=rung,
            action=action,
            outcome=Outcome.OVERTAKEN,
            reason=OVERTAKEN,
            now=now,
        )
        return Outcome.OVERTAKEN
    return open_work(session, journey, turn=row, kind=kind, now=now)


def listed_work(session: Session, *, kind: WorkKind | None = None, at_most: int = 200) -> list[ListedWork]:
    """Open and taken work, the nearest deadline first."""
    query = (
        select(WorkItemRow, LoanRow.number)
        .join(LoanRow, col(LoanRow.id) == col(WorkItemRow.loan_id))
        .where(col(WorkItemRow.state).in_(OPEN))
        .order_by(col(WorkItemRow.deadline_at), col(LoanRow.number))
        .limit(at_most)
    )
    if kind is not None:
        query = query.where(WorkItemRow.kind == kind.value)
    return [
        ListedWork(
            id=item.id,
            kind=WorkKind(item.kind),
            state=WorkState(item.state),
            loan_number=number,
            rung=item.rung,
            opened_at=item.opened_at,
            deadline_at=item.deadline_at,
            taken_by=item.taken_by,
            to_verify=_to_verify(session, item),
        )
        for item, number in session.exec(query).all()
    ]


def _to_verify(session: Session, item: WorkItemRow) -> tuple[str, ...]:
    if item.kind != WorkKind.VERIFY_CONTACTS.value:
        return ()
    borrower = borrower_of(session, session.get_one(LoanRow, item.loan_id).borrower_id)
    open_points = [p for p in borrower.usable(*TO_VERIFY) if not p.is_verified]
    shown = ((p.kind.value, contact_shown(session, p.id)) for p in open_points)
    hints = tuple(f"{kind} {text[-HINT:] if text.startswith('*') else text}" for kind, text in shown)
    return hints or ("none known",)


def take_work(session: Session, work_item_id: str, *, by: str, now: datetime) -> WorkItemRow:
    """Put one's name to an item; raises NoSuchWork, WorkIsTaken or WorkIsOver."""
    item = open_item(session, work_item_id)
    if item.taken_by not in {None, by}:
        raise WorkIsTaken(f"{item.taken_by} has taken it")
    if item.taken_by is None:
        item.taken_by, item.taken_at, item.state = by, now, WorkState.TAKEN.value
        events.append(
            session,
            EventKind.WORK_TAKEN,
            loan_id=item.loan_id,
            journey_id=item.journey_id,
            at=now,
            work_item=item.id,
        )
    return item


def open_item(session: Session, work_item_id: str) -> WorkItemRow:
    """The item, locked, if it can still be worked; an unambiguous beginning of its id will do."""
    found = session.exec(
        select(WorkItemRow.id, WorkItemRow.journey_id)
        .where(col(WorkItemRow.id).startswith(work_item_id, autoescape=True))
        .limit(2)
    ).all()
    if len(found) != 1:
        raise NoSuchWork(f"no single work item has an id that begins with '{work_item_id}'")
    item_id, journey_id = found[0]
    # First the journey and then what belongs to it, as a turn does, so that the two never wait for each other.
    session.exec(select(JourneyRow.id).where(JourneyRow.id == journey_id).with_for_update(key_share=True)).one()
    item = session.exec(select(WorkItemRow).where(WorkItemRow.id == item_id).with_for_update(key_share=True)).one()
    if item.state not in OPEN:
        raise WorkIsOver(f"the item is {item.state} already")
    return item
