"""Appending: nobody changes what was written, and many at once make one chain."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from domain.event import EventKind
from ledger import events
from ledger.append_only import APPEND_ONLY
from ledger.database import Ledger
from ledger.evidence.records import KINDS
from ledger.tables.journey import EventRow
from ledger.tables.loan import LoanRow
from tests.evidence.archive import Archive
from tests.ledger.lender import Lender, a_loan

NOT_BOUND = {
    "portfolios": "what the lender is called and by which packs it is judged; every decision names its packs",
    "borrowers": "sealed names, and what is read with them",
    "contact_points": "sealed, may be removed; what becomes of them is an event",
    "imports": "which file was read; no loan's",
    "unit_costs": "no loan's, and never changed; a cost has its own price",
    "ladders": "named by their own digest",
    "packs": "named by their own digest",
    "statements": "what the lender's book said; a newer one is a new row, and each decision names what it was taken on",
    "legal_holds": "sealed reasons; placing and lifting are events",
    "events": "the chain itself",
    "chain_heads": "its ends",
    "evidence_roots": "signed",
    "wake_ups": "an outbox",
    "simulated_clock": "what time it is",
    "key_marks": "under which key names are sealed; no loan's",
}


class Undone(Exception):
    """Something went wrong in the middle of it."""


def test_every_table_is_bound_or_said_not_to_be() -> None:
    """Classify or fail."""
    bound = {kind.name for kind in KINDS}
    open_ones = set(SQLModel.metadata.tables) - bound - set(NOT_BOUND)
    assert {name for name in open_ones if "loan_id" in SQLModel.metadata.tables[name].columns} == set()
    assert not bound & set(NOT_BOUND)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_was_written_is_neither_changed_nor_deleted(archive: Archive, table: str) -> None:
    """The database itself refuses, whoever asks."""
    with archive.ledger.engine.connect() as connection:
        there = connection.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one()
    column = {"evidence_roots": "signature", "ladders": "name", "packs": "name"}.get(table, "id")
    for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
        with archive.ledger.engine.connect() as connection:
            if there:
                with pytest.raises(DBAPIError, match="never changed"):
                    connection.execute(text(statement))
    if archive.ledger.engine.dialect.name == "postgresql":
        with archive.ledger.engine.connect() as connection, pytest.raises(DBAPIError, match="never changed"):
            connection.execute(text(f"TRUNCATE {table} CASCADE"))


def test_many_at_once_make_one_chain(ledger: Ledger) -> None:
    """Eight at a time append to the same two loans, in both orders: no fork, no gap, nothing lost, nobody stuck."""
    lender = Lender(ledger)
    lender.takes_in(a_loan("L-1"), a_loan("L-2", borrower="B-2"))
    ids = sorted(row.id for row in lender.rows(LoanRow))

    def append(number: int) -> None:
        with ledger.transaction() as session:
            for loan_id in ids if number % 2 else reversed(ids):
                at = lender.now + timedelta(seconds=number)
                events.append(session, EventKind.COST_UNPRICED, loan_id=loan_id, journey_id=None, at=at, number=number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(append, range(64)))
    for loan_id in ids:
        chain = sorted((row for row in lender.rows(EventRow) if row.loan_id == loan_id), key=lambda row: row.seq)
        assert [row.seq for row in chain] == list(range(1, 66))
        assert {row.facts["number"] for row in chain[1:]} == set(range(64))


def test_a_transaction_that_is_undone_leaves_no_link(ledger: Ledger) -> None:
    """The chain goes on where it was."""
    lender = Lender(ledger)
    lender.takes_in(a_loan("L-1"))
    loan = lender.loan()

    def fails() -> None:
        with ledger.transaction() as session:
            events.append(session, EventKind.COST_UNPRICED, loan_id=loan.id, journey_id=None, at=lender.now)
            raise Undone

    with pytest.raises(Undone):
        fails()
    assert [row.seq for row in lender.rows(EventRow)] == [1]


def test_no_name_and_no_number_is_in_an_event(archive: Archive) -> None:
    """Neither in its facts nor anywhere else in the tables of the chain."""
    with archive.ledger.engine.connect() as connection:
        for table in ("events", "chain_heads", "evidence_roots"):
            told = " ".join(str(row) for row in connection.execute(text(f"SELECT * FROM {table}"))).lower()
            for canary in (r"\bada\b", "canary", "7400123456", "borrower.example", "row, london"):
                assert not re.search(canary, told)
