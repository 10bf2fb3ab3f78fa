"""Taking in the lender's loans: new ones are added, newer statements replace older ones, a repeat changes nothing.

Everything happens in the caller's transaction, so a file is taken in whole or not at all. Rows are worked through a
slice at a time: whom it changes is locked and read again first.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from domain.book import BookLoan
from domain.borrower import ContactState
from domain.event import EventKind
from domain.receipt import ReceiptKind
from ledger import events
from ledger.contacts import tell_left_alone
from ledger.database import sealing_keyring_of
from ledger.evidence.chaining import first_link
from ledger.keyring import Keyring
from ledger.known_book import hold_known, is_zone
from ledger.removed import removed_from
from ledger.restated import RESTATED, changed_from, changed_names, restatable
from ledger.statements import statement_values
from ledger.tables.borrower import BorrowerRow, ContactPointRow
from ledger.tables.columns import new_id
from ledger.tables.evidence import ChainHeadRow
from ledger.tables.inbox import InboxRow
from ledger.tables.journey import EventRow, JourneyRow
from ledger.tables.loan import LoanRow, PortfolioRow
from ledger.tables.statement import StatementRow
from ledger.waking import wake_open_journey_of

AT_ONCE = 500
"""So many loans are looked up, locked and written together."""


@dataclass(slots=True)
class LoansTaken:
    """How many rows were new, restated or known already; `outdated` ones are older than what the ledger holds.

    erased: rows of borrowers who were erased; nothing of them is taken in again.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    outdated: int = 0
    erased: int = 0


def take_in_loans(
    session: Session,
    portfolio: PortfolioRow,
    loans: Iterable[BookLoan],
    *,
    now: datetime,
    on_row: Callable[[], None] = lambda: None,
) -> LoansTaken:
    """Store the lender's loans and borrowers. `on_row` is called after each one, for a progress bar."""
    taken = LoansTaken()
    listed = list(loans)
    for start in range(0, len(listed), AT_ONCE):
        part = listed[start : start + AT_ONCE]
        intake = _Slice(session, portfolio, part, taken, now=now)
        for loan in part:
            intake.take(loan)
            on_row()
        intake.flush()
    return taken


class _Slice:
    """Some rows on their way into the tables, and what the ledger holds of their people and loans."""

    def __init__(
        self, session: Session, portfolio: PortfolioRow, part: Sequence[BookLoan], taken: LoansTaken, *, now: datetime
    ) -> None:
        self.session, self.portfolio, self.now, self.taken = session, portfolio, now, taken
        self.keyring: Keyring = sealing_keyring_of(session, now=now)
        self.known = hold_known(session, portfolio, part, keyring=self.keyring)
        rows = self.known.borrowers
        self.borrowers = {number: (row.id, row.data_key) for number, row in rows.items()}
        self.erased = {number for number, row in rows.items() if removed_from(row.data_key) is not None}
        self.contacts = set(self.known.contacts)
        told = {contact.text for loan in part for contact in loan.contacts}
        self.opted_out = _opted_out(session, {self.keyring.lookup(text) for text in told})
        self.left_alone: list[str] = []
        self.added: set[str] = set()
        self.pending: dict[type, list[dict[str, Any]]] = {
            BorrowerRow: [],
            ContactPointRow: [],
            LoanRow: [],
            EventRow: [],
            ChainHeadRow: [],
            StatementRow: [],
        }

    def take(self, loan: BookLoan) -> None:
        if loan.borrower_number in self.erased:
            self.taken.erased += 1
            return
        borrower_id = self._borrower(loan)
        known = self.known.loans.get(loan.number)
        if known is not None and known.history_only:
            self._take_over(known, loan, borrower_id)
        elif known is not None:
            self._restate(known, loan)
        elif loan.number not in self.added:
            self._add(loan, borrower_id)

    def flush(self) -> None:
        """Write what is pending, parents first."""
        for table, rows in self.pending.items():
            if rows:
                self.session.connection().execute(insert(table), rows)
                rows.clear()
        self.session.flush()
        if self.left_alone:
            tell_left_alone(self.session, self.left_alone, now=self.now)
            self.left_alone.clear()

    def _borrower(self, loan: BookLoan) -> str:
        known = self.borrowers.get(loan.borrower_number)
        if known is None:
            known = new_id(), self.keyring.new_data_key()
            self.borrowers[loan.borrower_number] = known
            self.pending[BorrowerRow].append(
                {
                    "id": known[0],
                    "portfolio_id": self.portfolio.id,
                    "number": loan.borrower_number,
                    "name_sealed": self.keyring.seal(known[1], loan.borrower_name),
                    "data_key": known[1],
                    "timezone": loan.timezone,
                    "language": loan.language,
                    "jurisdiction": loan.jurisdiction,
                    "created_at": self.now,
                }
            )
        elif (row := self.known.borrowers.get(loan.borrower_number)) is not None:
            if removed_from(row.name_sealed) is not None:
                row.name_sealed = self.keyring.seal(row.data_key, loan.borrower_name)
                row.timezone, row.language, row.jurisdiction = loan.timezone, loan.language, loan.jurisdiction
            elif not is_zone(row.timezone):  # an earlier version took it as it was spelt
                row.timezone = loan.timezone
        self._contact_points(loan, *known)
        return known[0]

    def _contact_points(self, loan: BookLoan, borrower_id: str, data_key: bytes) -> None:
        for contact in loan.contacts:
            lookup = self.keyring.lookup(contact.text)
            key = (borrower_id, contact.kind.value, lookup)
            if key in self.contacts:
                continue
            self.contacts.add(key)
            point_id, state = new_id(), ContactState.VERIFIED if contact.is_verified else ContactState.UNVERIFIED
            if lookup in self.opted_out:
                state = ContactState.OPTED_OUT
                self.left_alone.append(point_id)
            self.pending[ContactPointRow].append(
                {
                    "id": point_id,
                    "borrower_id": borrower_id,
                    "kind": contact.kind.value,
                    "text_sealed": self.keyring.seal(data_key, contact.text),
                    "lookup": lookup,
                    "state": state.value,
                    "provenance": "lender's book",
                    "verified_at": self.now if contact.is_verified else None,
                    "added_at": self.now,
                    "changed_at": self.now,
                }
            )

    def _add(self, loan: BookLoan, borrower_id: str) -> None:
        loan_id = new_id()
        self.added.add(loan.number)
        values = {
            "id": loan_id,
            "portfolio_id": self.portfolio.id,
            "number": loan.number,
            "borrower_id": borrower_id,
            "currency": loan.currency,
            "deceased": borrower_id in self.known.dead,
            "withdrawn": False,
            "created_at": self.now,
            **restatable(loan),
        }
        event, head = first_link(loan_id, EventKind.LOAN_IMPORTED, at=self.now, facts=_facts(loan), loan=values)
        self.pending[LoanRow].append(values)
        self.pending[EventRow].append(event)
        self.pending[ChainHeadRow].append(head)
        self.pending[StatementRow].append(statement_values(loan_id, values, now=self.now))
        self.taken.new += 1

    def _take_over(self, row: LoanRow, loan: BookLoan, borrower_id: str) -> None:
        """A loan that only an import of the past told of comes in with the lender's book: from now on it is worked."""
        fresh = restatable(loan)
        facts = {**_facts(loan), **changed_from(row, fresh)}
        for name in RESTATED:
            setattr(row, name, fresh[name])
        self.pending[StatementRow].append(statement_values(row.id, fresh, now=self.now))
        row.history_only, row.borrower_id = None, borrower_id
        row.deceased = borrower_id in self.known.dead
        self.flush()  # its borrower may be new
        for journey in self.session.exec(select(JourneyRow).where(JourneyRow.loan_id == row.id)).all():
            journey.borrower_id = borrower_id
        events.append(self.session, EventKind.LOAN_RESTATED, loan_id=row.id, journey_id=None, at=self.now, **facts)
        self.taken.new += 1

    def _restate(self, row: LoanRow, loan: BookLoan) -> None:
        if loan.statement.as_of_on < row.as_of_on:
            self.taken.outdated += 1
        elif not changed_names(row, loan):
            self.taken.unchanged += 1
        else:
            if self.known.moves(loan):
                wake_open_journey_of(self.session, row.id, reason="a newer statement came in", now=self.now)
            fresh = restatable(loan)
            facts = {**_facts(loan), **changed_from(row, fresh)}
            for name in RESTATED:
                setattr(row, name, fresh[name])
            self.pending[StatementRow].append(statement_values(row.id, fresh, now=self.now))
            events.append(self.session, EventKind.LOAN_RESTATED, loan_id=row.id, journey_id=None, at=self.now, **facts)
            self.taken.changed += 1


def _opted_out(session: Session, lookups: set[bytes]) -> set[bytes]:
    """Whoever opted out stays so, also where the number or address comes in again under another borrower."""
    marked = select(ContactPointRow.lookup).where(
        ContactPointRow.state == ContactState.OPTED_OUT.value, col(ContactPointRow.lookup).in_(lookups)
    )
    asked = select(InboxRow.contact_lookup).where(
        InboxRow.kind == ReceiptKind.STOP.value, col(InboxRow.contact_lookup).in_(lookups)
    )
    return {lookup for query in (marked, asked) for lookup in session.exec(query).all() if lookup is not None}


def _facts(loan: BookLoan) -> dict[str, str | int]:
    return {"arrears_minor": loan.statement.arrears_minor, "as_of": loan.statement.as_of_on.isoformat()}
