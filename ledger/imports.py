"""The record of every file that was taken in."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from ledger.tables.loan import ImportRow, PortfolioRow


@dataclass(frozen=True, slots=True)
class FileTaken:
    """One reading of one file.

    kind: `loans` or `payments`. digest: SHA-256 of the file in hex. The counts are of loans or payments, not of lines.
    """

    kind: str
    file_name: str
    digest: str
    read: int
    new: int
    changed: int
    rejected: int


def record_import(session: Session, portfolio: PortfolioRow, taken: FileTaken, *, now: datetime) -> str:
    """Keep what one import did, in the transaction that did it; returns the record's id."""
    row = ImportRow(
        portfolio_id=portfolio.id,
        kind=taken.kind,
        file_name=taken.file_name,
        file_digest=taken.digest,
        rows_read=taken.read,
        rows_new=taken.new,
        rows_changed=taken.changed,
        rows_rejected=taken.rejected,
        finished_at=now,
    )
    session.add(row)
    return row.id
