"""A borrower has died: every loan of theirs ends here, not only the one that somebody called about."""

from datetime import datetime

from sqlmodel import Session, select

from ledger.known_facts import note_fact
from ledger.tables.loan import LoanRow
from policy.compliance.history import Mark, Marked


def note_death(session: Session, borrower_id: str, *, now: datetime) -> None:
    """Mark every loan of the person: its journey is woken and ends as `deceased`. The packs are told, too."""
    for loan in session.exec(select(LoanRow).where(LoanRow.borrower_id == borrower_id)).all():
        loan.deceased = True
    note_fact(session, borrower_id, Marked(at=now, mark=Mark.DECEASED), known_at=now)
