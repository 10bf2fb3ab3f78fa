"""Taking a lender's past into the ledger: what others did on loans, so that the report has something to say on day one.

A portfolio that is not there yet is made, as for loans; nothing of the past is ever acted upon.
"""

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from connectors.book_file.past_mapping import read_past_mapping
from connectors.book_file.reading import read_past
from connectors.book_file.rejects import Reject
from deployments.book_import import (
    QUIET,
    Book,
    BookFile,
    Steps,
    digest_of,
    read_entries,
    refuse_empty,
    write_findings,
)
from deployments.prices import shipped_prices
from deployments.settings import Settings
from domain.past import PastRow
from ledger.database import Ledger
from ledger.imports import FileTaken, record_import
from ledger.past_intake import take_in_past
from ledger.portfolios import ensure_portfolio
from ledger.unit_costs import complete_unit_costs
from policy.compliance.stacking import stack, with_courtesy


@dataclass(frozen=True, slots=True)
class PastImported:
    """What an import of the past did. new, known: events (by kind in `kinds`: new ones). loans, journeys: made by it.

    rows: of the file. implied: journeys that no event told of, made for what happened in them. rejected: rows and
    events that could not be taken in. remarks, left_out, rejects_file: as of any import.
    """

    kind: str
    portfolio: str
    currency: str
    rows: int
    new: int
    known: int
    kinds: dict[str, int]
    loans: int
    journeys: int
    implied: int
    rejected: int
    remarks: int
    left_out: int
    rejects_file: str | None


def import_history(
    ledger: Ledger, file: BookFile, *, settings: Settings, now: datetime, steps: Steps = QUIET
) -> PastImported:
    """Take in a file of a lender's past. What has no day of its own stands on the file's day (at noon), else today.

    Raises as `deployments.book_import.import_loans`.
    """
    packs = with_courtesy(file.packs or settings.packs)
    stack(packs)
    mapping = read_past_mapping(file.mapping)
    zone = ZoneInfo(mapping.defaults.timezone)
    today = now.astimezone(zone).date()
    day = min(file.as_of or mapping.as_of or today, today)
    reading = read_past(file.path, mapping, as_of=day)
    book = Book()
    rows: list[PastRow] = read_entries(reading, book, steps)
    if not rows:
        refuse_empty(file, book, reading.left_out)
    currency = rows[0].loan.currency
    with ledger.transaction() as session:
        portfolio = ensure_portfolio(
            session,
            file.portfolio,
            currency=currency,
            lender=settings.lender,
            help_phone=settings.help_phone,
            pay_url=settings.pay_url,
            packs=packs,
            collector_role=file.collector_role or settings.collector_role,
            now=now,
        )
        complete_unit_costs(session, shipped_prices(currency), currency=currency, on=now.date())
        taken = take_in_past(
            session,
            portfolio,
            rows,
            default_at=min(datetime.combine(day, time(12), tzinfo=zone), now),
            now=now,
            on_row=lambda: steps.storing(len(rows)),
        )
        for row, kind, reason in taken.refused:
            finding = Reject(line=book.lines[id(row)], column=kind, value=row.loan.number, reason=reason)
            book.findings.append(finding)
        told = FileTaken(
            "history", file.path.name, digest_of(file.path), len(rows), taken.new, taken.loans, book.rejected
        )
        record_import(session, portfolio, told, now=now)
        rejects_file = write_findings(file, book)
    ledger.refresh_statistics()
    return PastImported(
        kind="history",
        portfolio=file.portfolio,
        currency=currency,
        rows=len(rows),
        new=taken.new,
        known=taken.known,
        kinds=dict(sorted(taken.kinds.items())),
        loans=taken.loans,
        journeys=taken.journeys,
        implied=taken.implied,
        rejected=book.rejected,
        remarks=len(book.findings) - book.rejected,
        left_out=reading.left_out,
        rejects_file=rejects_file,
    )
