"""What the ledger holds of the people and loans in a part of a book: read, and locked where it is going to change."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final
from zoneinfo import available_timezones

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from domain.book import BookLoan
from domain.journey import JourneyState
from ledger.keyring import Keyring
from ledger.positions import end_of_statement
from ledger.removed import removed_from
from ledger.restated import ONLY_TOLD, changed_names
from ledger.tables.borrower import BorrowerRow, ContactPointRow
from ledger.tables.journey import JourneyRow
from ledger.tables.loan import LoanRow, PortfolioRow
from ledger.tables.money import PaymentRow, ReversalRow

READ_AGAIN: Final = {"populate_existing": True}
"""A row that the session knows already is taken as the database has it once it is locked, and not as it was."""


@dataclass(frozen=True, slots=True)
class KnownBook:
    """Rows by their numbers in the lender's book. dead: ids of those borrowers who have died.

    contacts: borrower, kind and lookup of each contact point. last_money: when money was last received or taken back,
    by the loan's id.
    """

    borrowers: Mapping[str, BorrowerRow]
    loans: Mapping[str, LoanRow]
    dead: frozenset[str]
    contacts: frozenset[tuple[str, str, bytes]]
    last_money: Mapping[str, datetime]

    def moves(self, loan: BookLoan) -> bool:
        """Whether a known loan's journey has to look at a newer statement.

        A day alone changes no position where no money counts beside the statement that it replaces.
        """
        row = self.loans[loan.number]
        changed = changed_names(row, loan)
        last = self.last_money.get(row.id)
        was_paid_since = last is not None and last >= end_of_statement(row.as_of_on)
        return bool(changed - ONLY_TOLD) or (bool(changed) and was_paid_since)


def hold_known(session: Session, portfolio: PortfolioRow, part: Sequence[BookLoan], *, keyring: Keyring) -> KnownBook:
    """Lock and read what is known of a part of a book; what is locked, nobody else changes until the transaction ends.

    Journeys, borrowers, loans: in that order, and each in the order of their ids, as a claim and a STOP do it. A loan
    of which only the day and the balance changed keeps nobody's journey from going on meanwhile.
    """
    glimpsed = _read(session, portfolio, part)
    touched = {loan.borrower_number for loan in part if _touches(glimpsed, loan, keyring=keyring)}
    people = select(BorrowerRow.id).where(
        BorrowerRow.portfolio_id == portfolio.id, col(BorrowerRow.number).in_(touched)
    )
    session.exec(
        select(JourneyRow.id)
        .where(JourneyRow.state == JourneyState.OPEN.value, col(JourneyRow.borrower_id).in_(people))
        .order_by(col(JourneyRow.id))
        .with_for_update(key_share=True)
    ).all()
    session.exec(
        select(BorrowerRow)
        .where(col(BorrowerRow.id).in_(people))
        .order_by(col(BorrowerRow.id))
        .with_for_update(key_share=True)
        .execution_options(**READ_AGAIN)
    ).all()
    numbers = {loan.number for loan in part}
    loans = session.exec(
        select(LoanRow)
        .where(
            or_(
                col(LoanRow.borrower_id).in_(people),
                (col(LoanRow.portfolio_id) == portfolio.id) & col(LoanRow.number).in_(numbers),
            )
        )
        .order_by(col(LoanRow.id))
        .with_for_update(key_share=True)
        .execution_options(**READ_AGAIN)
    ).all()
    return _read(session, portfolio, part, dead=frozenset(row.borrower_id for row in loans if row.deceased))


def is_zone(name: str) -> bool:
    """Whether a time zone of that name is known here."""
    return name in _zones()


def _touches(known: KnownBook, loan: BookLoan, *, keyring: Keyring) -> bool:
    """Whether a row of the book brings a person or a journey something new."""
    row, person = known.loans.get(loan.number), known.borrowers.get(loan.borrower_number)
    if row is None or row.history_only or person is None:
        return True
    if removed_from(person.name_sealed) is not None or not is_zone(person.timezone):
        return True
    told = {(person.id, contact.kind.value, keyring.lookup(contact.text)) for contact in loan.contacts}
    return not told <= known.contacts or known.moves(loan)


def _read(
    session: Session, portfolio: PortfolioRow, part: Sequence[BookLoan], *, dead: frozenset[str] = frozenset()
) -> KnownBook:
    numbered = (
        BorrowerRow.portfolio_id == portfolio.id,
        col(BorrowerRow.number).in_({loan.borrower_number for loan in part}),
    )
    # Contact points before their owners: whose points are seen gone is seen erased.
    points = session.exec(
        select(ContactPointRow.borrower_id, ContactPointRow.kind, ContactPointRow.lookup)
        .join(BorrowerRow, col(BorrowerRow.id) == col(ContactPointRow.borrower_id))
        .where(*numbered)
    ).all()
    borrowers = session.exec(select(BorrowerRow).where(*numbered).execution_options(**READ_AGAIN)).all()
    loans = session.exec(
        select(LoanRow).where(
            LoanRow.portfolio_id == portfolio.id, col(LoanRow.number).in_({loan.number for loan in part})
        )
    ).all()
    return KnownBook(
        borrowers={row.number: row for row in borrowers},
        loans={row.number: row for row in loans},
        dead=dead,
        contacts=frozenset((borrower, kind, lookup) for borrower, kind, lookup in points),
        last_money=_last_money(session, [row.id for row in loans]),
    )


def _last_money(session: Session, loan_ids: Collection[str]) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for table, at in ((PaymentRow, PaymentRow.received_at), (ReversalRow, ReversalRow.reversed_at)):
        query = select(table.loan_id, func.max(at)).where(col(table.loan_id).in_(loan_ids)).group_by(table.loan_id)
        for loan_id, last in session.exec(query).all():
            found[loan_id] = max(last, found.get(loan_id, last))
    return found


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
