"""Proving the evidence: every chain, every row that it tells of, every signed root, a batch of loans at a time."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path as FilePath
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from ledger.append_only import guards, wanted_guards
from ledger.database import Ledger
from ledger.evidence.canonical import document
from ledger.evidence.flaw import Flaw, What
from ledger.evidence.links import Chain, read_chain
from ledger.evidence.proof import Proof
from ledger.evidence.records import KINDS, Path
from ledger.evidence.root_checking import check_roots
from ledger.evidence.signing import PublicKeys
from ledger.evidence.spans import spans
from ledger.evidence.stored import Span, StoredEvent, as_it_lies, events_in, rows_in
from ledger.evidence.texts import changed_texts
from ledger.evidence.told import contradicted
from ledger.keyring import Keyring


def check(
    ledger: Ledger,
    *,
    loan_id: str | None = None,
    keys: PublicKeys,
    exported: FilePath | None = None,
    on_loans: Callable[[int], None] = lambda _count: None,
) -> Proof:
    """Look at all chains, or at one loan's; never raises for what is wrong with the data.

    keys: whose signatures count. exported: the folder in which roots were put away.
    """
    try:
        with _snapshot(ledger) as connection:
            return check_on(
                connection, ledger.keyring, loan_id=loan_id, keys=keys, exported=exported, on_loans=on_loans
            )
    except DBAPIError as error:
        return Proof(flaws=[Flaw(What.DATABASE_DAMAGED, f"the database says: {error.orig}")])


def check_on(
    connection: Connection,
    keyring: Keyring,
    *,
    loan_id: str | None = None,
    keys: PublicKeys,
    exported: FilePath | None = None,
    on_loans: Callable[[int], None] = lambda _count: None,
) -> Proof:
    """The same, on what one transaction sees."""
    proof = Proof()
    with as_it_lies(connection):
        try:
            _guards(connection, proof)
            if loan_id is None:
                _damage(connection, proof)
            for span, loans in [(Span.of(loan_id), 1)] if loan_id is not None else spans(connection):
                _check_span(connection, keyring, span, proof)
                proof.loans += loans
                on_loans(loans)
            check_roots(connection, proof, keys=keys, exported=exported)
        except DBAPIError as error:
            proof.flaws.append(Flaw(What.DATABASE_DAMAGED, f"the database says: {error.orig}"))
        _name_loans(connection, proof)
    return proof


@contextmanager
def _snapshot(ledger: Ledger) -> Iterator[Connection]:
    """One state of the ledger, however long it takes and whatever is appended meanwhile."""
    engine = ledger.engine
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        yield connection


def _guards(connection: Connection, proof: Proof) -> None:
    missing = wanted_guards(connection) - guards(connection)
    for name in sorted(missing):
        proof.flaws.append(Flaw(What.GUARD_MISSING, f"the trigger {name} is not there: rows can be changed"))


def _damage(connection: Connection, proof: Proof) -> None:
    """What SQLite itself finds wrong with its file; PostgreSQL has its own tools for that."""
    if connection.dialect.name == "sqlite":
        for (says,) in connection.execute(text("PRAGMA integrity_check(20)")):
            if says != "ok":
                proof.flaws.append(Flaw(What.DATABASE_DAMAGED, str(says)))


def _check_span(connection: Connection, keyring: Keyring, span: Span, proof: Proof) -> None:
    chains = _chains(connection, span, proof)
    _check_heads(connection, span, chains, proof)
    _check_records(connection, span, chains, proof)
    proof.flaws.extend(contradicted(connection, chains))
    with Session(connection) as session:
        session.info["keyring"] = keyring
        proof.flaws.extend(changed_texts(session, span, chains))


def _chains(connection: Connection, span: Span, proof: Proof) -> dict[Any, Chain]:
    grouped: dict[Any, list[StoredEvent]] = defaultdict(list)
    for event in events_in(connection, span):
        grouped[event.loan_id].append(event)
        proof.events += 1
    chains = {loan: read_chain(str(loan), events) for loan, events in grouped.items()}
    for chain in chains.values():
        proof.flaws.extend(chain.flaws)
    return chains


def _check_heads(connection: Connection, span: Span, chains: dict[Any, Chain], proof: Proof) -> None:
    where, bound = span.within("loan_id")
    heads = {
        row.loan_id: (row.seq, row.hash)
        for row in connection.execute(text(f"SELECT loan_id, seq, hash FROM chain_heads WHERE {where}"), bound)  # noqa: S608
    }
    for loan in sorted({*heads, *chains}, key=str):
        chain = chains.get(loan) or Chain(str(loan))
        seq, hashed = heads.get(loan, (None, None))
        if isinstance(seq, int) and seq > chain.seq:
            says = f"events {chain.seq + 1} to {seq} were appended and are missing"
            proof.flaws.append(Flaw(What.TAIL_MISSING, says, str(loan), chain.seq + 1))
        elif (seq, hashed) != (chain.seq, chain.hash):
            says = f"the ledger noted {seq} as the last event, and the last one is {chain.seq} with another hash"
            proof.flaws.append(Flaw(What.HEAD_DIFFERS, says, str(loan), chain.seq))
    where, bound = span.within("id")
    without = text(f"SELECT id FROM loans WHERE {where} AND id NOT IN (SELECT loan_id FROM chain_heads)")  # noqa: S608
    for loan in connection.execute(without, bound).scalars():
        if loan not in chains:
            proof.flaws.append(Flaw(What.TAIL_MISSING, "the loan has no event at all", str(loan), 1))


def _check_records(connection: Connection, span: Span, chains: dict[Any, Chain], proof: Proof) -> None:
    left = {loan: dict(chain.bound) for loan, chain in chains.items()}
    for kind in KINDS:
        grouped: dict[tuple[Any, Any], list[dict[str, Any]]] = defaultdict(list)
        for row in rows_in(connection, kind, span):
            grouped[row.loan_id, row.key].append(row.values)
        for (loan, key), rows in grouped.items():
            record = kind.record(str(key))
            bound = left.get(loan, {}).pop(record, None)
            proof.records += bound is not None
            if bound is None:
                if kind.path is Path.BORROWER and _is_told_elsewhere(connection, loan, record):
                    continue
                says = "no event tells of this row: it was put there, or the event that told of it is gone"
                last = chains[loan].seq if loan in chains else None
                proof.flaws.append(Flaw(What.RECORD_UNTOLD, says, str(loan), last, record))
            elif bound[0] != kind.digest(rows):
                says = "the row is not what it was when this event told of it last"
                proof.flaws.append(Flaw(What.RECORD_CHANGED, says, str(loan), bound[1], record))
    for loan, records in left.items():
        for record, (_, seq) in records.items():
            says = "the row that this event tells of is not there"
            proof.flaws.append(Flaw(What.RECORD_MISSING, says, str(loan), seq, record))


def _is_told_elsewhere(connection: Connection, loan: str, record: str) -> bool:
    """A row of a borrower is bound to one of their loans; the others do not tell of it."""
    find = "strpos" if connection.dialect.name == "postgresql" else "instr"
    query = text(
        "SELECT 1 FROM events WHERE loan_id IN (SELECT other.id FROM loans AS this JOIN loans AS other"  # noqa: S608 - our own names
        f" ON other.borrower_id = this.borrower_id WHERE this.id = :loan) AND {find}(CAST(records AS text), :told) > 0"
        " LIMIT 1"
    )
    # Spelled as JSON spells it, so that a quotation mark in an id does not end it.
    return connection.execute(query, {"loan": loan, "told": document(record)}).first() is not None


def _name_loans(connection: Connection, proof: Proof) -> None:
    """Put the lender's numbers in the place of ids, where they can be had."""
    try:
        query = text("SELECT number FROM loans WHERE id = :id")
        names = {
            flaw.loan: connection.execute(query, {"id": flaw.loan}).scalar()
            for flaw in proof.flaws
            if flaw.loan is not None
        }
    except DBAPIError:
        return
    proof.flaws[:] = [
        Flaw(flaw.what, flaw.says, str(names.get(flaw.loan) or flaw.loan) if flaw.loan else None, flaw.seq, flaw.record)
        for flaw in proof.flaws
    ]
