"""A small lender for these tests: it writes a mapping and a file, and reads them the way the product does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from connectors.book_file.mapping import read_loan_mapping, read_payment_mapping
from connectors.book_file.reading import read_loans, read_payments
from connectors.book_file.rejects import Finding, Reject, Remark
from domain.book import BookLoan, BookPayment

DAY = date(2026, 1, 31)
LOANS: dict[str, object] = {
    "kind": "loans",
    "as_of": DAY.isoformat(),
    "dates": ["iso"],
    "fields": {
        "number": "id",
        "borrower_name": "name",
        "arrears": "overdue",
        "balance": "balance",
        "past_due_since": "since",
        "originated_on": "began",
    },
    "contacts": [{"kind": "mobile", "column": "phone"}, {"kind": "email", "column": "email"}],
    "attributes": ["region"],
    "defaults": {
        "product": "card",
        "segment": "retail",
        "currency": "USD",
        "timezone": "America/New_York",
        "language": "en",
        "jurisdiction": "US",
    },
}
PAYMENTS: dict[str, object] = {
    "kind": "payments",
    "as_of": DAY.isoformat(),
    "fields": {
        "loan_number": "loan",
        "external_id": "id",
        "amount": "amount",
        "received_at": "at",
        "reverses": "reverses",
    },
    "defaults": {"source": "bank", "currency": "USD", "timezone": "America/New_York"},
}
LOAN = {
    "id": "A1",
    "name": "Ann Smith",
    "overdue": "120.50",
    "balance": "900",
    "since": "2025-12-01",
    "began": "2024-05-01",
    "phone": "(212) 555-0123",
    "email": "Ann@Example.com",
    "region": "East",
}
PAYMENT = {"loan": "A1", "id": "P1", "amount": "50.00", "at": "2026-01-05", "reverses": ""}


@dataclass(frozen=True, slots=True)
class Read:
    """What came of a file, by kind."""

    loans: list[BookLoan]
    payments: list[BookPayment]
    rejects: list[Reject]
    remarks: list[Remark]
    left_out: int

    @property
    def loan(self) -> BookLoan:
        """The only loan, there being nothing else."""
        assert len(self.loans) == 1, self.rejects
        assert not self.rejects
        return self.loans[0]

    @property
    def reason(self) -> str:
        """Why the only row was rejected."""
        assert not self.loans
        assert not self.payments
        assert len(self.rejects) == 1
        return self.rejects[0].reason


@dataclass(frozen=True, slots=True)
class Lender:
    """Writes into a folder of its own."""

    folder: Path

    def csv(self, *rows: dict[str, str], name: str = "book.csv") -> Path:
        """A CSV of rows with the same columns; quoted where a comma, a quote or a line end asks for it."""
        return self.text(
            "\n".join(_line(values) for values in ([*rows[0]], *(r.values() for r in rows))) + "\n", name=name
        )

    def text(self, text: str, *, name: str = "book.csv") -> Path:
        """A file with exactly this text, in UTF-8."""
        return self.bytes(text.encode(), name=name)

    def bytes(self, content: bytes, *, name: str = "book.csv") -> Path:
        """A file with exactly these bytes."""
        path = self.folder / name
        path.write_bytes(content)
        return path

    def mapping(self, document: dict[str, object], **changes: object) -> Path:
        """A mapping file: the document with some of its keys replaced, or left out where the new value is None."""
        merged = {k: v for k, v in (document | changes).items() if v is not None}
        return self.text(yaml.safe_dump(merged, sort_keys=False), name="mapping.yaml")

    def loans(self, path: Path, *, as_of: date | None = None, **changes: object) -> Read:
        """Read a file of loans with the usual mapping, changed a little."""
        reading = read_loans(path, read_loan_mapping(self.mapping(LOANS, **changes)), as_of=as_of)
        return _sorted_out(list(reading), reading.left_out)

    def loan(self, **cells: str) -> Read:
        """Read the usual loan with some cells changed."""
        return self.loans(self.csv(LOAN | cells))

    def payments(self, path: Path, *, as_of: date | None = None, **changes: object) -> Read:
        """Read a file of payments with the usual mapping, changed a little."""
        reading = read_payments(path, read_payment_mapping(self.mapping(PAYMENTS, **changes)), as_of=as_of)
        return _sorted_out(list(reading), reading.left_out)

    def payment(self, **cells: str) -> Read:
        """Read the usual payment with some cells changed."""
        return self.payments(self.csv(PAYMENT | cells))


def _line(values: Iterable[str]) -> str:
    return ",".join('"' + v.replace('"', '""') + '"' if any(c in v for c in ',"\n\r') else v for v in values)


def _sorted_out(found: list[BookLoan | BookPayment | Finding], left_out: int) -> Read:
    return Read(
        loans=[f for f in found if isinstance(f, BookLoan)],
        payments=[f for f in found if isinstance(f, BookPayment)],
        rejects=[f for f in found if isinstance(f, Reject)],
        remarks=[f for f in found if isinstance(f, Remark)],
        left_out=left_out,
    )
