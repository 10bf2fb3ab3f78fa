"""Noting what was learned of a borrower, so that every later contact is judged on it, and none waits for it longer."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from domain.journey import JourneyState
from ledger.steps import ask_again
from ledger.tables.borrower import BorrowerRow
from ledger.tables.journey import JourneyRow
from ledger.tables.known_fact import KnownFactRow
from ledger.tables.loan import PortfolioRow
from ledger.waking import wake
from policy.compliance.given import happening_from, mapping_of
from policy.compliance.history import Consent, ConsentRevoked, Happening, Preference

GREENWICH = ZoneInfo("UTC")


class HasNoEnd(ValueError):
    """What happened has happened: only a preference can be taken back, and a consent revoked."""


@dataclass(frozen=True, slots=True)
class ListedFact:
    """One fact of one borrower. type, given: as a case file writes it, with contact points and loans by their ids."""

    id: str
    portfolio: str
    borrower_number: str
    timezone: str
    known_at: datetime
    type: str
    given: dict[str, Any]


def note_fact(session: Session, borrower_id: str, happening: Happening, *, known_at: datetime) -> str:
    """Keep a fact that became known at `known_at`; returns its id. It names contact points by id, never by number.

    Every open journey of the borrower is looked at again: the fact may be what a contact was put off for.
    """
    given = mapping_of(happening)
    row = KnownFactRow(borrower_id=borrower_id, at=happening.at, known_at=known_at, given=given)
    session.add(row)
    session.flush()
    journeys = session.exec(
        select(JourneyRow)
        .where(JourneyRow.borrower_id == borrower_id, JourneyRow.state == JourneyState.OPEN.value)
        .order_by(col(JourneyRow.id))
        .with_for_update(key_share=True)
    ).all()
    for journey in journeys:
        ask_again(session, journey.id, now=known_at)
        wake(session, journey.id, reason=f"it became known: {given['type']}", now=known_at)
    return row.id


def known_facts(session: Session, borrower_id: str, *, zone: ZoneInfo, knowing: datetime) -> list[Happening]:
    """What was known of a borrower at a moment, in the order in which it became known.

    A wish that was taken back stands here once, with the instant at which that was done. zone: the borrower's.
    """
    rows = session.exec(
        select(KnownFactRow)
        .where(KnownFactRow.borrower_id == borrower_id, col(KnownFactRow.known_at) <= knowing)
        .order_by(col(KnownFactRow.known_at), col(KnownFactRow.id))
    ).all()
    facts = [happening_from(row.given, zone=zone) for row in rows]
    taken_back = [
        replace(fact, withdrawn_at=None) for fact in facts if isinstance(fact, Preference) and fact.withdrawn_at
    ]
    return [fact for fact in facts if fact not in taken_back]


def listed_facts(session: Session, *, borrower_id: str | None = None) -> list[ListedFact]:
    """Everything that was learned of a borrower, or of all, in the order in which it became known."""
    query = (
        select(KnownFactRow, BorrowerRow, PortfolioRow.name)
        .join(BorrowerRow, col(BorrowerRow.id) == col(KnownFactRow.borrower_id))
        .join(PortfolioRow, col(PortfolioRow.id) == col(BorrowerRow.portfolio_id))
        .order_by(col(KnownFactRow.known_at), col(KnownFactRow.id))
    )
    if borrower_id is not None:
        query = query.where(KnownFactRow.borrower_id == borrower_id)
    return [
        ListedFact(row.id, portfolio, person.number, person.timezone, row.known_at, row.given["type"], row.given)
        for row, person, portfolio in session.exec(query).all()
    ]


def facts_like(session: Session, beginning: str) -> list[str]:
    """Up to two ids of facts that begin so."""
    found = select(KnownFactRow.id).where(col(KnownFactRow.id).startswith(beginning, autoescape=True)).limit(2)
    return list(session.exec(found).all())


def end_fact(session: Session, fact_id: str, *, now: datetime) -> None:
    """Take a preference back, or revoke a consent; a past moment is still judged by what held then. Raises HasNoEnd."""
    row = session.get_one(KnownFactRow, fact_id)
    match happening_from(row.given):
        case Preference(withdrawn_at=None) as preference:
            if preference not in known_facts(session, row.borrower_id, zone=GREENWICH, knowing=now):
                raise HasNoEnd("it was taken back already")
            note_fact(session, row.borrower_id, replace(preference, withdrawn_at=now), known_at=now)
        case Consent(scope=scope, debts=debts):
            note_fact(session, row.borrower_id, ConsentRevoked(at=now, scope=scope, debts=debts), known_at=now)
        case _:
            raise HasNoEnd
