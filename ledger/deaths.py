"""A borrower has died: every loan of theirs ends here, not only the one that somebody called about."""

from datetime import datetime

from sqlmodel import Session, col, select

from ledger.known_facts import note_fact
from ledger.tables.loan import LoanRow
from ledger.verdicts import lock_borrower
from policy.compliance.history import Mark, Marked


def note_death(session: Session, borrower_id: str, *, now: datetime) -> None:
    """Mark every loan of the person: its journey is woken and ends as `deceased`. The packs are told, too."""
    # The person first, then the loans, read again: a book that comes in at this moment changes the same rows.
    lock_borrower(session, borrower_id)
    loans = (
        select(LoanRow)
        .where(LoanRow.borrower_id == borrower_id)
        .order_by(col(LoanRow.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    for loan in session.exec(loans).all():
        loan.deceased = True
    note_fact(session, borrower_id, Marked(at=now, mark=Mark.DECEASED), known_at=now)
