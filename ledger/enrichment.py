"""Asking an enrichment desk: whether it may be asked, that it was, and what it said.

That a question is put to somebody outside is written down before it is put. What the desk says is unverified until a
person has looked into it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from domain.borrower import TO_VERIFY, ContactKind, ContactState
from domain.enrichment import Candidate, Inquiry
from domain.event import EventKind
from ledger import events
from ledger.contacts import add_contact
from ledger.people import contact_text, person_of
from ledger.removed import TextRemoved
from ledger.situations import borrower_of
from ledger.tables.journey import EventRow, JourneyRow
from ledger.tables.loan import LoanRow, PortfolioRow
from ledger.tables.work_item import WorkItemRow
from policy.verification import may_ask_enrichment

ASK_AGAIN_AFTER = timedelta(days=90)
"""About one person, on whichever loan, the desk is not asked more often than this."""
PROVENANCE = "enrichment:"
"""How the provenance of what a desk said begins; the desk's name follows."""


def inquire(session: Session, work_item_id: str, *, desk: str, now: datetime) -> Inquiry | None:
    """The question to put to the desk now, noted as put.

    None where a pack forbids it, where it was put already, or where the borrower's name is not kept any more.
    """
    item = session.get_one(WorkItemRow, work_item_id)
    portfolio = session.get_one(PortfolioRow, session.get_one(LoanRow, item.loan_id).portfolio_id)
    journey = session.get_one(JourneyRow, item.journey_id)
    name = _name(session, journey.borrower_id)
    if not may_ask_enrichment(portfolio.packs) or not name or _was_asked(session, journey.borrower_id, now=now):
        return None
    borrower = borrower_of(session, journey.borrower_id)
    known = next(iter([*borrower.usable(*TO_VERIFY), *borrower.usable(*ContactKind)]), None)
    _note(session, EventKind.ENRICHMENT_ASKED, item, now=now, desk=desk)
    return Inquiry(
        reference=item.id,
        name=name,
        last_known=None if known is None else (known.kind, contact_text(session, known.id)),
        wanted=tuple(kind for kind in TO_VERIFY if not borrower.has_verified(kind)),
    )


def take_candidates(
    session: Session, work_item_id: str, candidates: Sequence[Candidate], *, desk: str, now: datetime
) -> int:
    """Keep what the desk said, unverified; returns how many contact points are new."""
    item = session.get_one(WorkItemRow, work_item_id)
    journey = session.get_one(JourneyRow, item.journey_id)
    added = [
        add_contact(
            session,
            journey,
            kind=candidate.kind,
            text=candidate.text,
            state=ContactState.UNVERIFIED,
            provenance=PROVENANCE + desk,
            now=now,
            work_item=item.id,
        )
        for candidate in candidates
    ]
    new = len([point for point in added if point is not None])
    _note(session, EventKind.ENRICHMENT_ANSWERED, item, now=now, desk=desk, candidates=len(candidates), new=new)
    return new


def note_silence(session: Session, work_item_id: str, *, desk: str, failure: str, now: datetime) -> None:
    """The desk gave no answer that can be used; the person does without."""
    item = session.get_one(WorkItemRow, work_item_id)
    _note(session, EventKind.ENRICHMENT_ANSWERED, item, now=now, desk=desk, failure=failure)


def _name(session: Session, borrower_id: str) -> str:
    try:
        return person_of(session, borrower_id).name
    except TextRemoved:
        return ""


def _was_asked(session: Session, borrower_id: str, *, now: datetime) -> bool:
    asked = select(EventRow.id).where(
        EventRow.kind == EventKind.ENRICHMENT_ASKED.value,
        col(EventRow.at) > now - ASK_AGAIN_AFTER,
        col(EventRow.loan_id).in_(select(LoanRow.id).where(LoanRow.borrower_id == borrower_id)),
    )
    return session.exec(asked).first() is not None


def _note(session: Session, kind: EventKind, item: WorkItemRow, *, now: datetime, **facts: str | int) -> None:
    events.append(session, kind, loan_id=item.loan_id, journey_id=item.journey_id, at=now, work_item=item.id, **facts)
