"""A byte that is flipped in the database file itself, past SQLite, is found."""

import random
import re
from pathlib import Path

import pytest
from sqlalchemy import text

from ledger.database import open_ledger
from ledger.evidence.checking import check, check_on
from ledger.evidence.flaw import What
from ledger.tables.journey import EventRow
from tests.evidence.archive import Archive

EVIDENT = {What.EVENT_CHANGED, What.EVENT_DOES_NOT_FOLLOW, What.RECORD_CHANGED, What.RECORD_MISSING}


def _settled(archive: Archive) -> Path:
    """The file of the ledger, with nothing left in its log."""
    with archive.ledger.engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    archive.ledger.close()
    return Path(str(archive.ledger.engine.url.database))


def _found_after(archive: Archive, file: Path, at: int, byte: int) -> set[What]:
    """What is found when one byte of the file is another one; the file is put right again."""
    whole = file.read_bytes()
    file.write_bytes(whole[:at] + bytes([byte]) + whole[at + 1 :])
    ledger = open_ledger(f"sqlite:///{file}", keyring=archive.ledger.keyring)
    try:
        return {flaw.what for flaw in check(ledger, keys=archive.keys, exported=archive.folder).flaws}
    finally:
        ledger.close()
        for beside in (file.with_name(file.name + "-wal"), file.with_name(file.name + "-shm")):
            beside.unlink(missing_ok=True)
        file.write_bytes(whole)


@pytest.mark.usefixtures("sqlite_only")
def test_one_byte_of_a_known_event_is_missed_nowhere(archive: Archive) -> None:
    """Every byte of an event's text on disk, one after another."""
    event = next(row for row in archive.lender.rows(EventRow) if row.kind == "attempt_accepted")
    file = _settled(archive)
    whole = file.read_bytes()
    needle = f'{{"attempt": "{event.facts["attempt"]}", "vendor": "vendor"}}'.encode()
    start = whole.index(needle)
    for offset in range(0, len(needle), 3):
        for byte in (whole[start + offset] ^ 1, 9, 0, 255):
            if byte != whole[start + offset]:
                assert _found_after(archive, file, start + offset, byte) & EVIDENT


@pytest.mark.usefixtures("sqlite_only")
@pytest.mark.parametrize("about", ["citation", "text_digest", "external_id", "received_at", "hash"])
def test_one_byte_of_what_an_event_tells_of_is_found(archive: Archive, about: str) -> None:
    """A verdict's citation, the digest of a message, a payment's id and instant, a link's own hash."""
    table = {"citation": "verdicts", "text_digest": "attempts", "hash": "events"}.get(about, "payments")
    with archive.ledger.engine.connect() as connection:
        told = connection.execute(text(f"SELECT {about}, id FROM {table} ORDER BY id LIMIT 1")).one()
    file = _settled(archive)
    whole = file.read_bytes()
    needle = str(told[0]).encode()
    places = [place.start() for place in re.finditer(re.escape(needle), whole)]
    if table == "payments":  # the same id or instant stands in other places too
        places = [at for at in places if b"bank" in whole[at - 24 : at]]
    chance = random.Random(about)
    for start in places:
        at = start + chance.randrange(len(needle))
        assert _found_after(archive, file, at, whole[at] ^ 1)


@pytest.mark.usefixtures("sqlite_only")
def test_a_file_that_is_no_database_any_more_is_told_and_no_traceback(archive: Archive) -> None:
    """Damage at random places never stops the check: it is sound, or it is told."""
    file = _settled(archive)
    whole, chance = file.read_bytes(), random.Random(7)
    for _ in range(25):
        at = chance.randrange(4096, len(whole))
        _found_after(archive, file, at, whole[at] ^ (1 << chance.randrange(8)))


def test_a_table_that_is_gone_is_told_and_no_traceback(archive: Archive) -> None:
    """On both databases; it is there again afterwards."""
    with archive.ledger.engine.connect() as connection:
        connection.execute(text("DROP TABLE verdicts"))
        found = check_on(connection, archive.ledger.keyring, keys=archive.keys, exported=archive.folder).flaws
        connection.rollback()
    assert [flaw.what for flaw in found if "verdicts" in flaw.says][-1] is What.DATABASE_DAMAGED
    assert archive.flaws() == []
