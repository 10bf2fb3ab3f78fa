"""Every text that the ledger holds of one person: whether it goes now, or what keeps it and until when."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from ledger.listings import loan_numbered
from ledger.retention import Judged, judged_texts
from ledger.tables.loan import LoanRow, PortfolioRow
from policy.compliance.record_class import RecordClass
from policy.compliance.removal import House, Kept, Why


@dataclass(frozen=True, slots=True)
class ListedText:
    """One text, by its class and the day on which it was made; never what it says.

    loan_number: None for what is the person's own. why: what keeps it; None where it goes. until: the first day on
    which that holds no more; None where no day is known, and for one that goes.
    """

    record_class: RecordClass
    made_on: date
    loan_number: str | None
    why: Why | None
    rule: str
    citation: str
    until: date | None


def texts_of_borrower(
    session: Session, loan_number: str, *, portfolio: str | None = None, house: House, now: datetime
) -> list[ListedText]:
    """The texts of whoever owes a loan, oldest first. Raises NoSuchLoan or SeveralLoans."""
    loan = loan_numbered(session, loan_number, portfolio=portfolio)
    name = session.get_one(PortfolioRow, loan.portfolio_id).name
    listed = [
        _listed(session, judged) for judged in judged_texts(session, name, [loan.borrower_id], house=house, now=now)
    ]
    return sorted(listed, key=lambda text: (text.made_on, text.record_class, text.loan_number or ""))


def _listed(session: Session, judged: Judged) -> ListedText:
    of, found = judged.text.loan_id, judged.found
    return ListedText(
        record_class=judged.text.classes[0],
        made_on=judged.text.made_on,
        loan_number=None if of is None else session.get_one(LoanRow, of).number,
        why=found.why if isinstance(found, Kept) else None,
        rule=found.rule,
        citation=found.citation,
        until=found.until if isinstance(found, Kept) else None,
    )
