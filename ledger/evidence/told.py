"""Whether rows that no event binds still say what the chains tell of them: opt-outs, and legal holds."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, text

from domain.borrower import ContactState
from domain.event import EventKind
from ledger.evidence.flaw import Flaw, What
from ledger.evidence.links import Chain

AT_ONCE = 500
POINTS = "SELECT id, state FROM contact_points WHERE id IN :ids"
HOLDS = "SELECT id, borrower_id, lifted_at IS NOT NULL FROM legal_holds WHERE id IN :ids"


def contradicted(connection: Connection, chains: Mapping[Any, Chain]) -> Iterator[Flaw]:
    """What the chains of these loans tell, and contact points and legal holds say otherwise."""
    yield from _opt_outs(connection, chains)
    yield from _legal_holds(connection, chains)


def _opt_outs(connection: Connection, chains: Mapping[Any, Chain]) -> Iterator[Flaw]:
    """Nothing lifts an opt-out. Each contact point has its own event, also where several people share a number."""
    found = _rows(connection, POINTS, [point for chain in chains.values() for point in chain.opted_out])
    for chain in chains.values():
        for point, seq in chain.opted_out.items():
            where: dict[str, Any] = {"loan": chain.loan, "seq": seq, "record": f"contact_points/{point}"}
            if point not in found:
                yield Flaw(What.RECORD_MISSING, "the contact point that opted out here is not there", **where)
            elif found[point] != (ContactState.OPTED_OUT.value,):
                says = f"the contact point opted out here, and is said to be {found[point][0]}"
                yield Flaw(What.RECORD_CHANGED, says, **where)


def _legal_holds(connection: Connection, chains: Mapping[Any, Chain]) -> Iterator[Flaw]:
    """In force until an event lifts it, and of the person of whom it was placed."""
    found = _rows(connection, HOLDS, [hold for chain in chains.values() for hold in chain.legal_holds])
    for chain in chains.values():
        for hold, told in chain.legal_holds.items():
            where: dict[str, Any] = {"loan": chain.loan, "seq": told.seq, "record": f"legal_holds/{hold}"}
            if hold not in found:
                yield Flaw(What.RECORD_MISSING, "the legal hold that this event tells of is not there", **where)
                continue
            borrower_id, is_lifted = found[hold]
            if told.borrower_id is not None and borrower_id != told.borrower_id:
                yield Flaw(What.RECORD_CHANGED, "the legal hold is said to be another person's", **where)
            if is_lifted and not told.is_lifted and not _is_lifted_elsewhere(connection, hold):
                yield Flaw(What.RECORD_CHANGED, "the legal hold is lifted, and no event tells of it", **where)
            if told.is_lifted and not is_lifted:
                yield Flaw(What.RECORD_CHANGED, "the legal hold was lifted here, and is said to be in force", **where)


def _is_lifted_elsewhere(connection: Connection, hold: str) -> bool:
    """Told on other loans of the person: this one became another's in between."""
    find = "strpos" if connection.dialect.name == "postgresql" else "instr"
    query = text(f"SELECT 1 FROM events WHERE kind = :kind AND {find}(CAST(facts AS text), :hold) > 0 LIMIT 1")  # noqa: S608
    told = {"kind": EventKind.LEGAL_HOLD_LIFTED.value, "hold": f'"{hold}"'}
    return connection.execute(query, told).first() is not None


def _rows(connection: Connection, query: str, ids: Sequence[str]) -> dict[Any, tuple[Any, ...]]:
    """The rows of these ids, without the id."""
    found: dict[Any, tuple[Any, ...]] = {}
    bound = text(query).bindparams(bindparam("ids", expanding=True))
    for start in range(0, len(ids), AT_ONCE):
        for row_id, *values in connection.execute(bound, {"ids": ids[start : start + AT_ONCE]}):
            found[row_id] = tuple(values)
    return found
