"""The loans and borrowers of a lender's past: made without a name where only the past tells of them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, select

from domain.past import Entered, PastEvent, PastLoan
from ledger.database import sealing_keyring_of
from ledger.past_writing import PastWriting
from ledger.removed import Removed, removed_from
from ledger.tables.borrower import BorrowerRow
from ledger.tables.columns import new_id
from ledger.tables.loan import LoanRow, PortfolioRow

NAMELESS = "an import of the past, which tells no names"


class Refused(ValueError):
    """An event cannot have been as it is told."""


class PastLoans:
    """Those that a portfolio has, and those that this import made. made: how many loans."""

    def __init__(self, session: Session, portfolio: PortfolioRow, writing: PastWriting, *, now: datetime) -> None:
        self._session, self._portfolio, self._writing, self._now = session, portfolio, writing, now
        self.made = 0
        self._keyring = sealing_keyring_of(session, now=now)
        self._loans = {
            number: (loan_id, borrower_id)
            for number, loan_id, borrower_id in session.exec(
                select(LoanRow.number, LoanRow.id, LoanRow.borrower_id).where(LoanRow.portfolio_id == portfolio.id)
            ).all()
        }
        self._borrowers = {
            number: (borrower_id, removed_from(key) is not None)
            for number, borrower_id, key in session.exec(
                select(BorrowerRow.number, BorrowerRow.id, BorrowerRow.data_key).where(
                    BorrowerRow.portfolio_id == portfolio.id
                )
            ).all()
        }

    def known_or_made(self, told: PastLoan, events: Sequence[PastEvent], *, first: datetime) -> tuple[str, str]:
        """The ids of the loan and of its borrower. first: stands for an entering without an instant. Raises Refused."""
        if told.currency != self._portfolio.currency:
            raise Refused(f"the portfolio is in {self._portfolio.currency}, and this loan in {told.currency}")
        known = self._loans.get(told.number)
        if known is not None:
            return known
        borrower_id = self._borrower(told)
        entered = [event for event in events if isinstance(event, Entered)]
        balance = next((e.balance_minor for e in entered if e.balance_minor is not None), told.balance_minor) or 0
        at = min((e.at for e in entered if e.at), default=first)
        days = next((e.days_past_due for e in entered if e.days_past_due is not None), 0)
        as_of_on = at.astimezone(UTC).date() - timedelta(days=1)  # money of the day of entry counts against it
        values = {
            "id": new_id(),
            "portfolio_id": self._portfolio.id,
            "number": told.number,
            "borrower_id": borrower_id,
            "product": told.product,
            "segment": told.segment,
            "currency": told.currency,
            "balance_minor": told.balance_minor if told.balance_minor is not None else balance,
            "arrears_minor": balance,
            "instalment_minor": 0,
            "past_due_since_on": as_of_on - timedelta(days=days),
            "as_of_on": as_of_on,
            "originated_on": told.originated_on,
            "limitation_on": None,
            "validation_notice_on": None,
            "attributes": told.attributes,
            "deceased": False,
            "withdrawn": False,
            "history_only": True,
            "created_at": self._now,
        }
        facts = {"arrears_minor": balance, "as_of": as_of_on.isoformat(), "history_only": 1}
        self._writing.add_loan(values, facts=facts)
        self._loans[told.number] = (str(values["id"]), borrower_id)
        self.made += 1
        return self._loans[told.number]

    def _borrower(self, told: PastLoan) -> str:
        known = self._borrowers.get(told.borrower_number)
        if known is not None:
            if known[1]:
                raise Refused("the borrower was erased; nothing of them is taken in again")
            return known[0]
        borrower_id = new_id()
        self._borrowers[told.borrower_number] = (borrower_id, False)
        self._writing.add(
            BorrowerRow,
            {
                "id": borrower_id,
                "portfolio_id": self._portfolio.id,
                "number": told.borrower_number,
                "name_sealed": Removed(self._now.astimezone(UTC).date(), NAMELESS).mark,
                "data_key": self._keyring.new_data_key(),
                "timezone": told.timezone,
                "language": told.language,
                "jurisdiction": told.jurisdiction,
                "created_at": self._now,
            },
        )
        return borrower_id
