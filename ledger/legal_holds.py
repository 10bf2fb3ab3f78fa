"""Legal holds: while one is in force nothing of the person's records is removed, whatever the packs say."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from domain.event import EventKind
from ledger import events
from ledger.listings import loan_numbered
from ledger.people import seal_for, text_shown
from ledger.tables.borrower import BorrowerRow
from ledger.tables.legal_hold import LegalHoldRow
from ledger.tables.loan import LoanRow, PortfolioRow


class NoSuchBorrower(LookupError):
    """There is no borrower of that number."""


class SeveralBorrowers(LookupError):
    """Several portfolios have a borrower of that number; say which one."""


class NoSuchLegalHold(LookupError):
    """There is no legal hold in force with that id."""


@dataclass(frozen=True, slots=True)
class LegalHold:
    """One legal hold; loan_number: where it was asked about one loan. Reasons are in the clear."""

    id: str
    portfolio: str
    borrower_number: str
    loan_number: str | None
    reason: str = field(repr=False)
    placed_by: str
    placed_at: datetime
    lifted_because: str | None = field(repr=False)
    lifted_by: str | None
    lifted_at: datetime | None


def place_legal_hold(
    session: Session, borrower_id: str, *, reason: str, by: str, loan_id: str | None = None, now: datetime
) -> str:
    """Keep everything of a person from now on, until somebody lifts the hold; returns its id.

    loan_id: where it is about one loan; the person's other records are kept all the same.
    """
    # Locked, as a removal locks it: whichever comes second sees what the first one did.
    session.exec(select(BorrowerRow.id).where(BorrowerRow.id == borrower_id).with_for_update(key_share=True)).one()
    hold = LegalHoldRow(
        borrower_id=borrower_id,
        loan_id=loan_id,
        reason_sealed=seal_for(session, borrower_id, reason),
        placed_by=by,
        placed_at=now,
    )
    session.add(hold)
    session.flush()
    _note(session, EventKind.LEGAL_HOLD_PLACED, hold, by=by, now=now)
    return hold.id


def lift_legal_hold(session: Session, hold_id: str, *, reason: str, by: str, now: datetime) -> None:
    """End a legal hold, given by its id or its beginning. Raises NoSuchLegalHold."""
    found = session.exec(
        select(LegalHoldRow)
        .where(col(LegalHoldRow.id).startswith(hold_id, autoescape=True), col(LegalHoldRow.lifted_at).is_(None))
        .limit(2)
    ).all()
    if len(found) != 1:
        raise NoSuchLegalHold(f"no single legal hold in force has an id that begins with '{hold_id}'")
    hold = found[0]
    hold.lifted_at, hold.lifted_by = now, by
    hold.lifted_because_sealed = seal_for(session, hold.borrower_id, reason)
    _note(session, EventKind.LEGAL_HOLD_LIFTED, hold, by=by, now=now)


def legal_holds(session: Session, *, borrower_id: str | None = None) -> list[LegalHold]:
    """Every legal hold that there ever was (of one person), those in force first, in the order of placing."""
    query = (
        select(LegalHoldRow, BorrowerRow.number, PortfolioRow.name)
        .join(BorrowerRow, col(BorrowerRow.id) == col(LegalHoldRow.borrower_id))
        .join(PortfolioRow, col(PortfolioRow.id) == col(BorrowerRow.portfolio_id))
        .order_by(col(LegalHoldRow.lifted_at).is_not(None), col(LegalHoldRow.placed_at), col(LegalHoldRow.id))
    )
    if borrower_id is not None:
        query = query.where(LegalHoldRow.borrower_id == borrower_id)
    rows = session.exec(query).all()
    return [
        LegalHold(
            id=hold.id,
            portfolio=portfolio,
            borrower_number=number,
            loan_number=None if hold.loan_id is None else session.get_one(LoanRow, hold.loan_id).number,
            reason=_unsealed(session, hold, hold.reason_sealed) or "",
            placed_by=hold.placed_by,
            placed_at=hold.placed_at,
            lifted_because=_unsealed(session, hold, hold.lifted_because_sealed),
            lifted_by=hold.lifted_by,
            lifted_at=hold.lifted_at,
        )
        for hold, number, portfolio in rows
    ]


def held_borrowers(session: Session, borrower_ids: Collection[str]) -> set[str]:
    """Those of these borrowers who are under a legal hold."""
    return set(
        session.exec(
            select(LegalHoldRow.borrower_id).where(
                col(LegalHoldRow.borrower_id).in_(borrower_ids), col(LegalHoldRow.lifted_at).is_(None)
            )
        ).all()
    )


def hold_in_force(session: Session, borrower_id: str) -> str:
    """The id of a person's only legal hold in force. Raises NoSuchLegalHold where there is none, or several."""
    holds = [hold.id for hold in legal_holds(session, borrower_id=borrower_id) if hold.lifted_at is None]
    if len(holds) != 1:
        raise NoSuchLegalHold(f"the borrower has {len(holds) or 'no'} legal holds in force; name one by its id")
    return holds[0]


def whose(session: Session, *, loan: str | None, borrower: str | None, portfolio: str | None) -> tuple[str, str | None]:
    """The borrower's id, and the loan's where a loan was named, by the lender's numbers.

    Raises NoSuchLoan, SeveralLoans, NoSuchBorrower or SeveralBorrowers.
    """
    if loan is not None:
        row = loan_numbered(session, loan, portfolio=portfolio)
        return row.borrower_id, row.id
    return _borrower_numbered(session, borrower or "", portfolio=portfolio).id, None


def _borrower_numbered(session: Session, number: str, *, portfolio: str | None = None) -> BorrowerRow:
    """The borrower of the lender's number; raises NoSuchBorrower or SeveralBorrowers, with what to do."""
    query = (
        select(BorrowerRow, PortfolioRow.name)
        .join(PortfolioRow, col(PortfolioRow.id) == col(BorrowerRow.portfolio_id))
        .where(BorrowerRow.number == number)
    )
    if portfolio is not None:
        query = query.where(PortfolioRow.name == portfolio)
    found = session.exec(query).all()
    if not found:
        within = f" in portfolio '{portfolio}'" if portfolio is not None else ""
        raise NoSuchBorrower(f"there is no borrower '{number}'{within}")
    if len(found) > 1:
        names = ", ".join(sorted(name for _, name in found))
        raise SeveralBorrowers(f"there is a borrower '{number}' in {names}; say which with --portfolio")
    return found[0][0]


def _unsealed(session: Session, hold: LegalHoldRow, sealed: bytes | None) -> str | None:
    return None if sealed is None else text_shown(session, hold.borrower_id, sealed)


def _note(session: Session, kind: EventKind, hold: LegalHoldRow, *, by: str, now: datetime) -> None:
    """On every loan of the person, because it is the person whose records are kept."""
    loans = select(LoanRow.id).where(LoanRow.borrower_id == hold.borrower_id).order_by(col(LoanRow.number))
    for loan_id in session.exec(loans).all():
        events.append(
            session,
            kind,
            loan_id=loan_id,
            journey_id=None,
            at=now,
            legal_hold=hold.id,
            borrower=hold.borrower_id,
            by=by,
        )
