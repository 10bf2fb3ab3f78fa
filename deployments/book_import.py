"""Taking a lender's file into the ledger: read through its mapping, stored whole, every bad row written down.

The whole file is read before the ledger is touched, so that a damaged one changes nothing and a long one does not keep
the workers waiting.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from connectors.book_file.mapping import read_loan_mapping, read_payment_mapping
from connectors.book_file.reading import BookReading, read_loans, read_payments
from connectors.book_file.rejects import Finding, Reject, Remark, write_rejects
from deployments.prices import shipped_prices
from deployments.settings import Settings
from domain.book import BookCost, BookLoan, BookPayment
from domain.cost import UnitCost
from domain.past import PastRow
from ledger.database import Ledger
from ledger.imports import FileTaken, record_import
from ledger.loan_intake import take_in_loans
from ledger.payment_intake import take_in_payments
from ledger.portfolios import ensure_portfolio, portfolio_named
from ledger.unit_costs import complete_unit_costs, units_without_price
from policy.compliance.packfile import Role
from policy.compliance.stacking import stack, with_courtesy

Entry = TypeVar("Entry", BookLoan, BookPayment, BookCost | UnitCost, PastRow)


class NothingToImport(Exception):
    """The file holds no row that can be taken in; the rejects file says why."""


class RejectsNotWritable(Exception):
    """The rejects file cannot be written; name another one with --rejects. Nothing was imported."""


@dataclass(frozen=True, slots=True)
class Steps:
    """What is told while an import runs, for a progress bar.

    reading: the line that was just read, and the last one (None where it is not known). storing: one more of so many.
    """

    reading: Callable[[int, int | None], None] = lambda _line, _last: None
    storing: Callable[[int], None] = lambda _total: None


QUIET = Steps()


@dataclass(frozen=True, slots=True)
class BookFile:
    """A file to import: the mapping to read it with, the portfolio to put it in, and where rejects go.

    as_of: the day on which the figures are to stand; None for the file's own day. rejects: None for beside the file.
    collector_role, packs: who collects, and under which packs, for a portfolio that is made now; nothing given is the
    setting.
    """

    path: Path
    mapping: Path
    portfolio: str
    as_of: date | None = None
    rejects: Path | None = None
    collector_role: Role | None = None
    packs: tuple[str, ...] = ()

    @property
    def rejects_path(self) -> Path:
        """Where the rejected rows are written, when there are any."""
        return self.rejects or self.path.with_name(f"{self.path.name}.rejects.csv")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. The counts are of loans or payments.

    read: good and bad ones together. outdated: loans that the ledger holds from a later day. erased: loans of people
    who were erased, which are left alone. left_out: rows that the mapping's `keep` leaves out. remarks: kept, but
    without an optional value. unpriced: units without a price in the portfolio's currency, without which no journey is
    opened.
    """

    kind: str
    portfolio: str
    currency: str
    read: int
    new: int
    changed: int
    unchanged: int
    outdated: int
    erased: int
    rejected: int
    remarks: int
    left_out: int
    rejects_file: str | None
    prices_added: int = 0
    unpriced: tuple[str, ...] = ()


@dataclass(slots=True)
class Book:
    """What was read: entries with their lines, and what could not be read."""

    lines: dict[int, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        return sum(isinstance(finding, Reject) for finding in self.findings)


def import_loans(
    ledger: Ledger, file: BookFile, *, settings: Settings, now: datetime, steps: Steps = QUIET
) -> Imported:
    """Take in a file of loans; the portfolio and its currency's shipped prices are made on first use.

    Raises what `connectors.book_file` raises for a file or mapping that cannot be read, OtherCurrency, NothingToImport
    and RejectsNotWritable, and NoSuchPack.
    """
    packs = with_courtesy(file.packs or settings.packs)
    stack(packs)  # a misspelt pack is told before the book is read
    reading = read_loans(file.path, read_loan_mapping(file.mapping), as_of=file.as_of)
    book = Book()
    loans = read_entries(reading, book, steps)
    if not loans:
        refuse_empty(file, book, reading.left_out)
    currency = loans[0].currency
    loans = _of_one_currency(loans, book, currency=currency)
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
        taken = take_in_loans(session, portfolio, loans, now=now, on_row=lambda: steps.storing(len(loans)))
        added = complete_unit_costs(session, shipped_prices(currency), currency=currency, on=now.date())
        unpriced = units_without_price(session, currency=currency, on=now.date())
        record_import(
            session,
            portfolio,
            FileTaken(
                "loans",
                file.path.name,
                digest_of(file.path),
                len(loans) + book.rejected,
                taken.new,
                taken.changed,
                book.rejected,
            ),
            now=now,
        )
        # Inside the transaction: where the rejects cannot be told, nothing is taken in.
        rejects_file = write_findings(file, book)
    ledger.refresh_statistics()
    return Imported(
        kind="loans",
        portfolio=file.portfolio,
        currency=currency,
        read=len(loans) + book.rejected,
        new=taken.new,
        changed=taken.changed,
        unchanged=taken.unchanged,
        outdated=taken.outdated,
        erased=taken.erased,
        rejected=book.rejected,
        remarks=len(book.findings) - book.rejected,
        left_out=reading.left_out,
        rejects_file=rejects_file,
        prices_added=added,
        unpriced=tuple(unit.value for unit in unpriced),
    )


def import_payments(ledger: Ledger, file: BookFile, *, now: datetime, steps: Steps = QUIET) -> Imported:
    """Take in a file of payments and reversals for the loans of a portfolio that is there.

    Raises as `import_loans`, and NoSuchPortfolio.
    """
    with ledger.reading() as session:
        currency = portfolio_named(session, file.portfolio).currency
    mapping = read_payment_mapping(file.mapping)
    # Money cannot have come in later than today, which is all that a day says of payments.
    today = now.astimezone(ZoneInfo(mapping.defaults.timezone)).date()
    reading = read_payments(file.path, mapping, as_of=file.as_of or (None if mapping.as_of else today))
    book = Book()
    payments = read_entries(reading, book, steps)
    if not payments:
        refuse_empty(file, book, reading.left_out)
    with ledger.transaction() as session:
        portfolio = portfolio_named(session, file.portfolio)
        taken = take_in_payments(session, portfolio, payments, now=now, on_row=lambda: steps.storing(len(payments)))
        for payment, reason in taken.refused:
            line = book.lines[id(payment)]
            book.findings.append(Reject(line=line, column="", value=payment.external_id, reason=reason))
        record_import(
            session,
            portfolio,
            FileTaken(
                "payments",
                file.path.name,
                digest_of(file.path),
                taken.new + taken.known + book.rejected,
                taken.new,
                0,
                book.rejected,
            ),
            now=now,
        )
        rejects_file = write_findings(file, book)
    ledger.refresh_statistics()
    return Imported(
        kind="payments",
        portfolio=file.portfolio,
        currency=currency,
        read=taken.new + taken.known + book.rejected,
        new=taken.new,
        changed=0,
        unchanged=taken.known,
        outdated=0,
        erased=0,
        rejected=book.rejected,
        remarks=len(book.findings) - book.rejected,
        left_out=reading.left_out,
        rejects_file=rejects_file,
    )


def read_entries(reading: BookReading[Entry], book: Book, steps: Steps) -> list[Entry]:
    """Every entry of a file; where each one stood, and what could not be read, go into the book."""
    entries: list[Entry] = []
    for found in reading:
        if isinstance(found, Reject | Remark):
            book.findings.append(found)
        else:
            entries.append(found)
            book.lines[id(found)] = reading.line
        steps.reading(reading.line, reading.last_line)
    return entries


def _of_one_currency(loans: list[BookLoan], book: Book, *, currency: str) -> list[BookLoan]:
    kept = []
    for loan in loans:
        if loan.currency == currency:
            kept.append(loan)
            continue
        reason = f"the file's first loan is in {currency}; import loans in {loan.currency} under another portfolio"
        book.findings.append(Reject(line=book.lines[id(loan)], column="", value=loan.currency, reason=reason))
    return kept


def refuse_empty(file: BookFile, book: Book, left_out: int) -> None:
    """Raise NothingToImport, with what became of the file's rows."""
    where = write_findings(file, book)
    told = f"{book.rejected} rejected, {left_out} left out by the mapping's keep"
    see = f"; {where} says why" if where else "; check the mapping's keep"
    raise NothingToImport(f"{file.path} holds no row that can be taken in ({told}){see}")


def write_findings(file: BookFile, book: Book) -> str | None:
    """Write the rejects file; its path, None where there is nothing to say. Raises RejectsNotWritable."""
    if not book.findings:
        return None
    path = file.rejects_path
    try:
        write_rejects(path, sorted(book.findings, key=lambda finding: finding.line))
    except OSError as error:
        raise RejectsNotWritable(
            f"{path} cannot be written ({error.strerror}); name another file with --rejects. Nothing was imported."
        ) from error
    return str(path)


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as binary:
        return hashlib.file_digest(binary, "sha256").hexdigest()
