"""The chain itself: any single change to it is found, on both databases, and named by loan and event."""

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from domain.receipt import Receipt, ReceiptKind
from ledger.evidence.canonical import GENESIS, link
from ledger.evidence.checking import check_on
from ledger.evidence.flaw import Flaw, What
from ledger.legal_holds import lift_legal_hold, place_legal_hold
from ledger.receipts import take_in
from ledger.removed import Removed
from tests.evidence.archive import Archive
from tests.ledger.lender import MOBILE, a_loan
from tests.ledger.unguarded import unguard

TEXTS = ("kind", "facts", "records", "prev_hash", "hash", "journey_id")
TABLES = (
    *("loans", "journeys", "assignments", "turns", "steps", "attempts", "verdicts", "decisions", "work_items", "calls"),
    *("promises", "payments", "reversals", "costs"),
)
"""Those of which the archive has rows."""

Doubt = Callable[[Callable[[Connection], None]], list[Flaw]]


@pytest.fixture
def doubt(archive: Archive) -> Iterator[Doubt]:
    """Damage the ledger, see what is found, and leave it as it was."""
    unguard(archive.ledger)

    def damaged(damage: Callable[[Connection], None]) -> list[Flaw]:
        with archive.ledger.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.execute(text("PRAGMA defer_foreign_keys = ON"))
            else:
                connection.execute(text("SET session_replication_role = replica"))
            damage(connection)
            proof = check_on(connection, archive.ledger.keyring, keys=archive.keys, exported=archive.folder)
            connection.rollback()
        return [flaw for flaw in proof.flaws if flaw.what is not What.GUARD_MISSING]

    yield damaged
    assert archive.flaws() == []


def _events(connection: Connection, loan: str = "L-1") -> list[Any]:
    query = text("SELECT e.* FROM events e JOIN loans l ON l.id = e.loan_id WHERE l.number = :loan ORDER BY e.seq")
    return list(connection.execute(query, {"loan": loan}))


def _run(connection: Connection, statement: str) -> None:
    connection.execute(text(statement))


def _json(told: Any) -> Any:
    return json.loads(told) if isinstance(told, str) else told


def _rewrite(connection: Connection, event_id: int, **columns: Any) -> None:
    is_postgres = connection.dialect.name == "postgresql"
    sets = ", ".join(
        f"{name} = CAST(:{name} AS json)" if is_postgres and name in {"facts", "records"} else f"{name} = :{name}"
        for name in columns
    )
    connection.execute(text(f"UPDATE events SET {sets} WHERE id = :id"), {"id": event_id, **columns})


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_single_change_to_a_chain_is_found(doubt: Doubt, data: st.DataObject) -> None:
    """One character, one event less, two in each other's place, one more, or a shorter tail: always found."""

    def damage(connection: Connection) -> None:
        events = _events(connection)
        how = data.draw(st.sampled_from(["flip", "delete", "swap", "insert", "truncate", "time"]))
        picked = data.draw(st.sampled_from(events))
        match how:
            case "flip":
                column = data.draw(st.sampled_from([c for c in TEXTS if getattr(picked, c) is not None]))
                raw = connection.execute(
                    text(f"SELECT CAST({column} AS text) FROM events WHERE id = :id"), {"id": picked.id}
                ).scalar_one()
                letters = [i for i, c in enumerate(raw) if c.isalnum()]
                if not letters:
                    _rewrite(connection, picked.id, **{column: '{"put": "in"}'})
                    return
                at = data.draw(st.sampled_from(letters))
                other = data.draw(st.sampled_from([c for c in "123abcdef" if c != raw[at]]))
                changed = raw[:at] + other + raw[at + 1 :]
                if column in {"facts", "records"}:
                    changed = raw.replace("{", '{"x": 1, ', 1) if raw != "{}" else '{"x": 1}'
                _rewrite(connection, picked.id, **{column: changed})
            case "delete":
                connection.execute(text("DELETE FROM events WHERE id = :id"), {"id": picked.id})
            case "swap":
                first, second = data.draw(st.sampled_from(list(pairwise(events))))
                _rewrite(connection, first.id, seq=-1)
                _rewrite(connection, second.id, seq=first.seq)
                _rewrite(connection, first.id, seq=second.seq)
            case "insert":
                connection.execute(
                    text(
                        "INSERT INTO events (loan_id, kind, at, facts, seq, records, prev_hash, hash)"
                        " SELECT loan_id, kind, at, facts, :seq, records, prev_hash, hash FROM events WHERE id = :id"
                    ),
                    {"id": picked.id, "seq": len(events) + 1},
                )
            case "truncate":
                connection.execute(
                    text("DELETE FROM events WHERE loan_id = :loan AND seq >= :seq"),
                    {"loan": picked.loan_id, "seq": picked.seq},
                )
            case _:
                other = data.draw(st.sampled_from([e for e in events if e.at != picked.at]))
                connection.execute(
                    text("UPDATE events SET at = (SELECT at FROM events WHERE id = :other) WHERE id = :id"),
                    {"id": picked.id, "other": other.id},
                )

    flaws = doubt(damage)
    assert flaws
    assert any(flaw.loan == "L-1" for flaw in flaws)


@pytest.mark.parametrize("table", TABLES)
def test_a_changed_row_that_an_event_tells_of_is_found(doubt: Doubt, table: str) -> None:
    """The loan, the event and the row are named; so is a row that is gone, and one that was put there."""
    key = "attempt_id" if table == "verdicts" else "id"
    column = {"verdicts": "message", "attempts": "text_digest", "work_items": "rung", "calls": "by"}.get(table, "id")
    column = {"payments": "external_id", "promises": "state", "decisions": "citation"}.get(table, column)

    def change(connection: Connection) -> None:
        row = connection.execute(text(f"SELECT {key} FROM {table} ORDER BY {key} LIMIT 1")).scalar_one()
        connection.execute(
            text(f"UPDATE {table} SET {column} = substr({column}, 2) || 'x' WHERE {key} = :row"), {"row": row}
        )

    changed = {flaw.what for flaw in doubt(change)}
    assert changed & {What.RECORD_CHANGED, What.RECORD_MISSING, What.TAIL_MISSING}

    def remove(connection: Connection) -> None:
        row = connection.execute(text(f"SELECT id FROM {table} ORDER BY id LIMIT 1")).scalar_one()
        connection.execute(text(f"DELETE FROM {table} WHERE id = :row"), {"row": row})

    if table != "loans":
        missing = {flaw.what for flaw in doubt(remove)}
        assert missing & {What.RECORD_MISSING, What.RECORD_CHANGED}


def test_a_row_that_nobody_told_of_is_found(doubt: Doubt) -> None:
    """A payment that was put there."""

    def put(connection: Connection) -> None:
        connection.execute(
            text(
                "INSERT INTO payments SELECT 'made-up', loan_id, source, 'made-up', amount_minor, currency,"
                " received_at, recorded_at FROM payments LIMIT 1"
            )
        )

    flaws = doubt(put)
    assert [(flaw.what, flaw.record) for flaw in flaws] == [(What.RECORD_UNTOLD, "payments/made-up")]


@pytest.mark.parametrize("key", ["%", "{any}", '{known}": "{digest}'])
def test_a_row_of_a_borrower_that_nobody_told_of_is_found_whatever_its_id(doubt: Doubt, key: str) -> None:
    """A call that never was, under an id that a careless search would take for any other."""

    def put(connection: Connection) -> None:
        call = dict(connection.execute(text("SELECT * FROM calls LIMIT 1")).one()._mapping)
        told = {name: digest for event in _events(connection) for name, digest in _json(event.records).items()}
        made_up = key.format(known=call["id"], any="_" * len(call["id"]), digest=told[f"calls/{call['id']}"])
        columns = ", ".join(name for name in call if name != "id")
        connection.execute(
            text(f"INSERT INTO calls (id, {columns}) SELECT :id, {columns} FROM calls LIMIT 1"), {"id": made_up}
        )

    assert {flaw.what for flaw in doubt(put)} == {What.RECORD_UNTOLD}


def test_a_message_that_was_made_to_look_removed_is_found(doubt: Doubt) -> None:
    """The words that stand in the place of a removed text count only where an event tells of a removal."""

    def overwrite(connection: Connection) -> None:
        attempt = connection.execute(text("SELECT id FROM attempts ORDER BY id LIMIT 1")).scalar_one()
        mark = Removed(date(2026, 1, 10), "GB-9").mark
        connection.execute(
            text("UPDATE attempts SET text_sealed = :mark WHERE id = :id"), {"mark": mark, "id": attempt}
        )

    assert {flaw.what for flaw in doubt(overwrite)} == {What.TEXT_CHANGED}


@pytest.mark.parametrize("damage", ["UPDATE contact_points SET state = 'verified'", "DELETE FROM contact_points"])
def test_a_stop_that_was_forgotten_is_found(archive: Archive, doubt: Doubt, damage: str) -> None:
    """Also one that came by text, and on loans that nobody works any more: every loan of the person tells of it."""
    archive.lender.receives(80_000, loan="L-2")
    with archive.ledger.transaction() as session:
        take_in(session, Receipt("vendor", "s", ReceiptKind.STOP, sender=MOBILE.text), now=archive.lender.now)

    def forget(connection: Connection) -> None:
        connection.execute(text("DELETE FROM inbox WHERE kind = 'stop'"))
        connection.execute(text(f"{damage} WHERE state = 'opted_out'"))

    assert {flaw.loan for flaw in doubt(forget)} == {"L-1", "L-2"}


def test_a_stop_that_binds_a_number_which_came_in_later_is_not_forgotten_either(archive: Archive, doubt: Doubt) -> None:
    """The next file names it under another borrower, or under a new one."""
    with archive.ledger.transaction() as session:
        take_in(session, Receipt("vendor", "s", ReceiptKind.STOP, sender=MOBILE.text), now=archive.lender.now)
    archive.lender.takes_in(a_loan("L-3", borrower="B-2"), a_loan("L-9", borrower="B-9"))

    def forget(connection: Connection) -> None:
        _run(connection, "UPDATE contact_points SET state = 'verified' WHERE state = 'opted_out'")

    assert {flaw.loan for flaw in doubt(forget)} == {"L-1", "L-2", "L-3", "L-9"}


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE legal_holds SET lifted_at = placed_at, lifted_by = 'nobody' WHERE lifted_at IS NULL",
        "UPDATE legal_holds SET lifted_at = NULL WHERE lifted_at IS NOT NULL",
        "UPDATE legal_holds SET borrower_id = (SELECT id FROM borrowers WHERE number = 'B-2') WHERE lifted_at IS NULL",
        "DELETE FROM legal_holds WHERE lifted_at IS NULL",
    ],
)
def test_a_legal_hold_that_was_lifted_past_its_event_is_found(archive: Archive, doubt: Doubt, damage: str) -> None:
    """Whoever wants something erased; so is one that was moved to somebody else, taken out, or brought back."""
    borrower_id, now = archive.lender.loan("L-1").borrower_id, archive.lender.now
    with archive.ledger.transaction() as session:
        place_legal_hold(session, borrower_id, reason="claim 7", by="Lena", now=now)
        over = place_legal_hold(session, borrower_id, reason="claim 6", by="Lena", now=now)
        lift_legal_hold(session, over, reason="settled", by="Lena", now=now)
    assert archive.flaws() == []
    assert {flaw.loan for flaw in doubt(lambda connection: _run(connection, damage))} == {"L-1", "L-2"}


def test_a_tail_is_missed_by_the_head_by_the_rows_and_by_the_signed_root(doubt: Doubt) -> None:
    """Whoever cuts off a chain has to change three places; the last one is signed."""

    def cut(connection: Connection) -> None:
        tail = _events(connection)[-3]
        connection.execute(
            text("DELETE FROM events WHERE loan_id = :loan AND seq >= :seq"), {"loan": tail.loan_id, "seq": tail.seq}
        )

    def cut_and_tidy(connection: Connection) -> None:
        cut(connection)
        left = _events(connection)[-1]
        connection.execute(
            text("UPDATE chain_heads SET seq = :seq, hash = :hash WHERE loan_id = :loan"),
            {"seq": left.seq, "hash": left.hash, "loan": left.loan_id},
        )

    missed = doubt(cut)
    assert {What.TAIL_MISSING, What.ROOT_DIFFERS} <= {flaw.what for flaw in missed}
    tidied = doubt(cut_and_tidy)
    assert What.TAIL_MISSING not in {flaw.what for flaw in tidied}
    assert What.ROOT_DIFFERS in {flaw.what for flaw in tidied}


def test_a_chain_that_was_written_anew_from_the_middle_is_found_by_its_root(doubt: Doubt) -> None:
    """With every hash made right again, only the signature is left to tell."""

    def rewrite(connection: Connection) -> None:
        before = GENESIS
        for event in _events(connection, "L-3"):
            facts, records = _json(event.facts), _json(event.records)
            facts = {**facts, "put": "in"}
            at = datetime.fromisoformat(f"{event.at}+00:00") if isinstance(event.at, str) else event.at
            before = link(
                before,
                loan=event.loan_id,
                seq=event.seq,
                kind=event.kind,
                at=at,
                journey=event.journey_id,
                facts=facts,
                records=records,
            )
            _rewrite(connection, event.id, facts=json.dumps(dict(sorted(facts.items()))), hash=before)
            connection.execute(
                text("UPDATE events SET prev_hash = :hash WHERE loan_id = :loan AND seq = :seq"),
                {"hash": before, "loan": event.loan_id, "seq": event.seq + 1},
            )
            connection.execute(
                text("UPDATE chain_heads SET hash = :hash WHERE loan_id = :loan"),
                {"hash": before, "loan": event.loan_id},
            )

    assert {flaw.what for flaw in doubt(rewrite)} == {What.ROOT_DIFFERS}
