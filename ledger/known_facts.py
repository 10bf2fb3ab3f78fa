"""Noting what was learned of a borrower, so that every later contact is judged on it, and none waits for it longer."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from domain.journey import JourneyState
from ledger.steps import ask_again
from ledger.tables.borrower import BorrowerRow
from ledger.tables.journey import JourneyRow
from ledger.tables.known_fact import KnownFactRow
from ledger.tables.loan import LoanRow, PortfolioRow
from ledger.waking import wake
from policy.compliance.given import happening_from, mapping_of
from policy.compliance.history import Consent, ConsentRevoked, Happening, Mark, Marked, Preference

GREENWICH = ZoneInfo("UTC")


WITHDRAWN: Final = "withdrawn"
"""The type of a row that only says, from when on, that another fact (`fact`, its id) does not stand any more."""


class HasNoEnd(ValueError):
    """It was taken back already, or it only says that something else was."""


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
    return _keep(session, KnownFactRow(borrower_id=borrower_id, at=happening.at, known_at=known_at, given=given))


def _keep(session: Session, row: KnownFactRow) -> str:
    session.add(row)
    session.flush()
    journeys = session.exec(
        select(JourneyRow)
        .where(JourneyRow.borrower_id == row.borrower_id, JourneyRow.state == JourneyState.OPEN.value)
        .order_by(col(JourneyRow.id))
        .with_for_update(key_share=True)
    ).all()
    for journey in journeys:
        ask_again(session, journey.id, now=row.known_at)
        wake(session, journey.id, reason=f"it became known: {row.given['type']}", now=row.known_at)
    return row.id


def known_facts(session: Session, borrower_id: str, *, zone: ZoneInfo, knowing: datetime) -> list[Happening]:
    """What was known of a borrower at a moment, in the order in which it became known.

    A wish that was taken back stands here once, with the instant at which that was done; a withdrawn fact not at all.
    zone: the borrower's.
    """
    rows = session.exec(
        select(KnownFactRow)
        .where(KnownFactRow.borrower_id == borrower_id, col(KnownFactRow.known_at) <= knowing)
        .order_by(col(KnownFactRow.known_at), col(KnownFactRow.id))
    ).all()
    withdrawn = _withdrawn(rows)
    facts = [happening_from(row.given, zone=zone) for row in rows if row.id not in withdrawn and not _withdraws(row)]
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
    """Take a preference back, revoke a consent, or withdraw any other fact; nothing is erased.

    A past moment is still judged by what held then. A death that was withdrawn lets the person's loans be worked again;
    journeys that it closed stay closed. Raises HasNoEnd.
    """
    row = session.get_one(KnownFactRow, fact_id)
    if _withdraws(row):
        raise HasNoEnd("it only says that another fact does not stand any more")
    match happening_from(row.given):
        case Preference(withdrawn_at=None) as preference:
            if preference not in known_facts(session, row.borrower_id, zone=GREENWICH, knowing=now):
                raise HasNoEnd("it was taken back already")
            note_fact(session, row.borrower_id, replace(preference, withdrawn_at=now), known_at=now)
        case Consent(scope=scope, debts=debts):
            note_fact(session, row.borrower_id, ConsentRevoked(at=now, scope=scope, debts=debts), known_at=now)
        case Preference() | ConsentRevoked():
            raise HasNoEnd("it ends another fact; record that one again if it stands again")
        case fact:
            _withdraw(session, row, fact, now=now)


def _withdraw(session: Session, row: KnownFactRow, fact: Happening, *, now: datetime) -> None:
    rows = session.exec(select(KnownFactRow).where(KnownFactRow.borrower_id == row.borrower_id)).all()
    if row.id in _withdrawn(rows):
        raise HasNoEnd("it was withdrawn already")
    given = {"type": WITHDRAWN, "fact": row.id, "at": now.isoformat(), "of": row.given["type"]}
    _keep(session, KnownFactRow(borrower_id=row.borrower_id, at=now, known_at=now, given=given))
    deaths = {each.id for each in rows if each.given["type"] == Mark.DECEASED.value} - _withdrawn(rows) - {row.id}
    if isinstance(fact, Marked) and fact.mark is Mark.DECEASED and not deaths:
        for loan in session.exec(select(LoanRow).where(LoanRow.borrower_id == row.borrower_id)).all():
            loan.deceased = False


def _withdraws(row: KnownFactRow) -> bool:
    return bool(row.given["type"] == WITHDRAWN)


def _withdrawn(rows: Iterable[KnownFactRow]) -> set[str]:
    return {row.given["fact"] for row in rows if _withdraws(row)}
