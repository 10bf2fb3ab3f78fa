"""Appending to the chains at the end of a transaction: one lock per loan, taken last and in the order of their ids.

Because nothing else is locked after them, no two transactions wait for each other here.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, select

from domain.event import EventKind
from ledger.evidence.canonical import GENESIS, link
from ledger.evidence.pending import Pending, PendingEvent, pending_in
from ledger.evidence.records import KIND_OF, Kind, Path
from ledger.tables.attempt import AttemptRow, VerdictRow
from ledger.tables.call import CallRow
from ledger.tables.decision import DecisionRow
from ledger.tables.evidence import ChainHeadRow
from ledger.tables.journey import EventRow, JourneyRow
from ledger.tables.loan import LoanRow
from ledger.tables.work_item import WorkItemRow

AT_ONCE = 500
"""So many loans are named in one statement."""

# Made once, because every transaction uses them.
NEW_LINKS = insert(EventRow)
NEW_HEAD = (
    update(ChainHeadRow)
    .where(col(ChainHeadRow.loan_id) == bindparam("of_loan"))
    .values(seq=bindparam("to_seq"), hash=bindparam("to_hash"))
)
HEADS = (
    select(ChainHeadRow.loan_id, ChainHeadRow.seq, ChainHeadRow.hash)
    .where(col(ChainHeadRow.loan_id).in_(bindparam("loans", expanding=True)))
    .order_by(col(ChainHeadRow.loan_id))
    .with_for_update()
)


def append_pending(session: Session) -> None:
    """Bind what the transaction wrote to its events, and append these to their loans' chains.

    Rows of a loan to which nothing was said to happen are bound by an event of their own, `records_kept`.
    """
    session.flush()
    pending = pending_in(session)
    _bind(session, pending)
    if not pending.events:
        return
    heads = _locked_heads(session, {event.loan_id for event in pending.events})
    rows = []
    for event in pending.events:
        row = link_row(event, after=heads[event.loan_id])
        heads[event.loan_id] = (row["seq"], row["hash"])
        rows.append(row)
    connection = session.connection()
    connection.execute(NEW_LINKS, rows)
    connection.execute(
        NEW_HEAD,
        [{"of_loan": loan, "to_seq": seq, "to_hash": hashed} for loan, (seq, hashed) in sorted(heads.items())],
    )
    pending.events.clear()


def link_row(event: PendingEvent, *, after: tuple[int, str]) -> dict[str, Any]:
    """The row of an event that follows the one with that number and hash."""
    seq, prev_hash = after[0] + 1, after[1]
    records = dict(sorted(event.records.items()))
    return {
        "loan_id": event.loan_id,
        "journey_id": event.journey_id,
        "kind": event.kind,
        "at": event.at,
        "facts": event.facts,
        "seq": seq,
        "records": records,
        "prev_hash": prev_hash,
        "hash": link(
            prev_hash,
            loan=event.loan_id,
            seq=seq,
            kind=event.kind,
            at=event.at,
            journey=event.journey_id,
            facts=event.facts,
            records=records,
        ),
    }


def first_link(loan_id: str, kind: EventKind, *, at: datetime, facts: dict[str, Any], loan: dict[str, Any]) -> Any:
    """The rows (event, head) that begin the chain of a loan that is new in this transaction, for writing many at once.

    loan: the values of its row.
    """
    of_loan = KIND_OF[LoanRow]
    records = {of_loan.record(loan_id): of_loan.digest([of_loan.values(loan)])}
    event = PendingEvent(loan_id, None, kind.value, at, dict(sorted(facts.items())), records)
    row = link_row(event, after=(0, GENESIS))
    return row, {"loan_id": loan_id, "seq": row["seq"], "hash": row["hash"]}


def _bind(session: Session, pending: Pending) -> None:
    last: dict[str, PendingEvent] = {event.loan_id: event for event in pending.events}
    judged = [row for (kind, _), row in pending.rows.items() if kind.row is DecisionRow]
    for decision in judged:
        _note_verdicts(session, pending, decision)
    bound = [
        (loan_id, kind.record(key), kind.digest(_values(session, kind, key, row)))
        for (kind, key), row in pending.rows.items()
        if all(getattr(row, name) is not None for name in kind.only_with)
        and (loan_id := _loan_of(session, kind, row)) is not None
    ]
    missing = sorted({loan_id for loan_id, _, _ in bound} - set(last))
    if missing:
        at = max(_moments(pending))
        for loan_id in missing:
            last[loan_id] = PendingEvent(loan_id, None, EventKind.RECORDS_KEPT.value, at, {})
            pending.events.append(last[loan_id])
    for loan_id, record, digested in bound:
        last[loan_id].records[record] = digested
    pending.rows.clear()


def _note_verdicts(session: Session, pending: Pending, decision: Any) -> None:
    """An attempt's verdicts are written with its decision, many at once and past the session."""
    if decision.attempt_id is None:
        return
    any_of_them = session.exec(select(VerdictRow).where(VerdictRow.attempt_id == decision.attempt_id)).first()
    if any_of_them is not None:
        pending.rows[KIND_OF[VerdictRow], decision.attempt_id] = any_of_them


def _values(session: Session, kind: Kind, key: str, row: SQLModel) -> Iterable[dict[str, Any]]:
    if kind.row is not VerdictRow:
        return [kind.values(row)]
    # An attempt's verdicts are one record: they were given together and are read together.
    rows = session.exec(select(VerdictRow).where(VerdictRow.attempt_id == key)).all()
    return [kind.values(each) for each in rows]


def _loan_of(session: Session, kind: Kind, row: Any) -> str | None:
    match kind.path:
        case Path.ITSELF:
            found: str = row.id
        case Path.LOAN:
            found = row.loan_id
        case Path.JOURNEY:
            found = session.get_one(JourneyRow, row.journey_id).loan_id
        case Path.ATTEMPT:
            attempt = session.get(AttemptRow, row.attempt_id)
            return None if attempt is None else session.get_one(JourneyRow, attempt.journey_id).loan_id
        case Path.BORROWER:
            return loan_for(session, row)
    return found


def loan_for(session: Session, row: Any) -> str | None:
    """The loan to which a row of a borrower is bound: the one that it is about, else the borrower's first."""
    if isinstance(row, CallRow):
        item = None if row.work_item_id is None else session.get(WorkItemRow, row.work_item_id)
        about = [*([] if item is None else [item.loan_id]), *row.counted_to, *row.discussed]
        known = [loan_id for loan_id in about if session.get(LoanRow, loan_id) is not None]
        if known:
            return known[0]
    theirs = select(LoanRow.id).where(LoanRow.borrower_id == row.borrower_id)
    return session.exec(theirs.order_by(col(LoanRow.created_at), col(LoanRow.id))).first()


def _moments(pending: Pending) -> Iterator[datetime]:
    """When it is, as the transaction itself tells it."""
    yield from (event.at for event in pending.events)
    for (kind, _), row in pending.rows.items():
        yield from (at for name in kind.moments if (at := getattr(row, name)) is not None)


def _locked_heads(session: Session, loan_ids: set[str]) -> dict[str, tuple[int, str]]:
    found: dict[str, tuple[int, str]] = {}
    ordered = sorted(loan_ids)
    for start in range(0, len(ordered), AT_ONCE):
        chunk = ordered[start : start + AT_ONCE]
        found |= _heads(session, chunk)
        new = [loan_id for loan_id in chunk if loan_id not in found]
        if new:
            _begin(session, new)
            found |= _heads(session, new)
    return found


def _heads(session: Session, loan_ids: Sequence[str]) -> dict[str, tuple[int, str]]:
    locked = session.connection().execute(HEADS, {"loans": loan_ids})
    return {loan_id: (seq, hashed) for loan_id, seq, hashed in locked}


def _begin(session: Session, loan_ids: Sequence[str]) -> None:
    is_postgres = session.get_bind().dialect.name == "postgresql"
    statement = (postgresql.insert if is_postgres else sqlite.insert)(ChainHeadRow)
    rows = [{"loan_id": loan_id, "seq": 0, "hash": GENESIS} for loan_id in loan_ids]
    session.connection().execute(statement.on_conflict_do_nothing(), rows)
