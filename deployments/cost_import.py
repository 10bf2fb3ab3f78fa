"""Taking costs into the ledger: prices of units, and what was billed for loans and for whole months."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from connectors.book_file.cost_mapping import read_cost_mapping
from connectors.book_file.reading import read_costs
from connectors.book_file.rejects import Reject
from deployments.book_import import QUIET, Book, BookFile, Steps, digest_of, read_entries, refuse_empty, write_findings
from domain.book import BookCost
from ledger.booked_costs import take_in_costs
from ledger.database import Ledger
from ledger.imports import FileTaken, record_import
from ledger.portfolios import portfolio_named


@dataclass(frozen=True, slots=True)
class CostsImported:
    """What an import of costs did. new: prices and booked costs, with prices among them. shares: what the costs of
    whole months were split into. The rest is as of any import.
    """

    kind: str
    portfolio: str
    currency: str
    read: int
    new: int
    prices: int
    known: int
    shares: int
    rejected: int
    remarks: int
    left_out: int
    rejects_file: str | None


def import_costs(ledger: Ledger, file: BookFile, *, now: datetime, steps: Steps = QUIET) -> CostsImported:
    """Take in a file of prices and costs for a portfolio that is there.

    Raises as `deployments.book_import.import_payments`.
    """
    with ledger.reading() as session:
        currency = portfolio_named(session, file.portfolio).currency
    mapping = read_cost_mapping(file.mapping)
    today = now.astimezone(ZoneInfo(mapping.defaults.timezone)).date()
    reading = read_costs(file.path, mapping, as_of=min(file.as_of or mapping.as_of or today, today))
    book = Book()
    costs = read_entries(reading, book, steps)
    if not costs:
        refuse_empty(file, book, reading.left_out)
    with ledger.transaction() as session:
        portfolio = portfolio_named(session, file.portfolio)
        taken = take_in_costs(session, portfolio, costs, now=now, on_row=lambda: steps.storing(len(costs)))
        for cost, reason in taken.refused:
            value = cost.external_id if isinstance(cost, BookCost) else cost.unit.value
            book.findings.append(Reject(line=book.lines[id(cost)], column="", value=value, reason=reason))
        told = FileTaken(
            "costs", file.path.name, digest_of(file.path), taken.new + taken.known, taken.new, 0, book.rejected
        )
        record_import(session, portfolio, told, now=now)
        rejects_file = write_findings(file, book)
    ledger.refresh_statistics()
    return CostsImported(
        kind="costs",
        portfolio=file.portfolio,
        currency=currency,
        read=taken.new + taken.known + book.rejected,
        new=taken.new,
        prices=taken.prices,
        known=taken.known,
        shares=taken.allocated,
        rejected=book.rejected,
        remarks=len(book.findings) - book.rejected,
        left_out=reading.left_out,
        rejects_file=rejects_file,
    )
