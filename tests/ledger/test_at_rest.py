"""Names, numbers and addresses are nowhere in the database's own files."""

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from domain.book import BookContact
from domain.borrower import ContactKind
from domain.work_item import Disposition
from ledger.people import contact_text, masked, person_of
from ledger.tables.borrower import BorrowerRow, ContactPointRow
from tests.ledger.lender import Lender, a_loan


def files_of(url: str, request: pytest.FixtureRequest) -> list[Path]:
    """The files in which a ledger lies on the disk, its journal among them."""
    if url.startswith("sqlite"):
        database = Path(str(make_url(url).database))
        return sorted(database.parent.glob(f"{database.name}*"))
    server = request.getfixturevalue("postgres")
    server.run("CHECKPOINT")
    return sorted(path for part in ("base", "pg_wal") for path in (server.socket_folder / part).rglob("*"))


def test_no_canary_is_found_in_the_files(lender: Lender, ledger_url: str, request: pytest.FixtureRequest) -> None:
    """A name, a phone, an email and an address live through imports, messages, a visit and a note."""
    tag = uuid4().hex[:12]
    canaries = {
        ContactKind.MOBILE: f"+4474{int(tag, 16) % 10**8:08d}",
        ContactKind.EMAIL: f"{tag}@canary.example",
        ContactKind.ADDRESS: f"{tag} Canary Row, London",
    }
    loan = a_loan(contacts=[BookContact(kind, text) for kind, text in canaries.items()])
    journey = lender.opens(replace(loan, borrower_name=f"Ada{tag}"), ladder="standard")
    item = lender.has_work(journey)
    lender.records(item, Disposition.REFUSED, note=f"note{tag}")
    raw = b"".join(path.read_bytes() for path in files_of(ledger_url, request) if path.is_file())
    assert b"helpful_reminder" in raw  # the files are the right ones
    for canary in (tag, *canaries.values()):
        assert canary.encode() not in raw
        assert canary.encode("utf-16-le") not in raw


def test_a_named_few_can_read_them(lender: Lender) -> None:
    """With the key; for everyone else there is a mask."""
    lender.opens()
    (borrower,) = lender.rows(BorrowerRow)
    points = {row.kind: row.id for row in lender.rows(ContactPointRow)}
    with lender.ledger.reading() as session:
        assert person_of(session, borrower.id).first_name == "Ada"
        assert masked(contact_text(session, points["mobile"])) == "***********56"
        assert masked(contact_text(session, points["email"])) == "a***@borrower.example"
