"""Writing the bundle of a loan: gathered from the ledger, told as on the command line, zipped."""

from dataclasses import dataclass
from pathlib import Path

from ledger.database import Ledger
from ledger.evidence.dossier import dossier_of
from ledger.evidence.signing import PublicKeys, pem_of
from ledger.listings import loan_numbered
from ledger.people import name_shown
from ledger.portfolios import portfolio_named
from ledger.timelines import timeline
from reports.bundle.files import files_of
from reports.bundle.zip_file import zipped


@dataclass(frozen=True, slots=True)
class Bundled:
    """What went into a bundle. removed: texts that were not there any more because their time had come."""

    file: Path
    events: int
    records: int
    texts: int
    removed: int
    roots: int


def write_bundle(ledger: Ledger, loan: str, out: Path, *, portfolio: str | None, keys: PublicKeys) -> Bundled:
    """Write everything about a loan to a file; the same ledger gives the same bytes.

    Raises NoSuchLoan or SeveralLoans.
    """
    with ledger.reading() as session:
        row = loan_numbered(session, loan, portfolio=portfolio)
        dossier = dossier_of(session, row.id)
        told = timeline(session, loan, portfolio=portfolio, now=dossier.last_at)
        files = files_of(
            dossier,
            told,
            lender=portfolio_named(session, told.portfolio).lender,
            name=name_shown(session, row.borrower_id),
            keys={name: pem_of(key) for name, key in keys.items()},
        )
    out.write_bytes(zipped(files))
    removed = len([text for text in dossier.texts if text.removed is not None])
    return Bundled(
        out, len(dossier.events), len(dossier.records), len(dossier.texts) - removed, removed, len(dossier.roots)
    )
