"""A ledger from before the chain: its events are linked, its rows bound as they stand, and then it is proved."""

from pathlib import Path

from alembic import command
from sqlalchemy import text

from ledger.database import Ledger
from ledger.evidence.flaw import What
from ledger.migrating import _config, migrate
from ledger.tables.journey import EventRow
from tests.evidence.archive import an_archive
from tests.ledger.unguarded import unguard


def test_is_chained_by_its_migration(ledger_url: str, ledger: Ledger, tmp_path: Path) -> None:
    """What lay there is bound with a word that says so, and a change after it is found."""
    from ledger.database import Ledger  # noqa: PLC0415

    assert isinstance(ledger, Ledger)
    archive = an_archive(ledger, tmp_path)
    before = sorted(archive.lender.rows(EventRow), key=lambda row: row.id or 0)
    unguard(ledger)
    command.downgrade(_config(ledger_url), "0002")
    with ledger.engine.begin() as connection:
        for statement in (
            "DELETE FROM events WHERE kind = 'records_kept'",
            "UPDATE events SET seq = 0, records = '{}', prev_hash = '', hash = ''",
            "DELETE FROM chain_heads",
            "DELETE FROM evidence_roots",
        ):
            connection.execute(text(statement))
    for path in archive.folder.glob("root-*"):
        path.unlink()
    migrate(ledger_url)
    assert archive.flaws() == []
    after = sorted(archive.lender.rows(EventRow), key=lambda row: row.id or 0)
    told = [(row.loan_id, row.kind, row.at, row.facts) for row in before if row.kind != "records_kept"]
    assert [(row.loan_id, row.kind, row.at, row.facts) for row in after if row.kind != "records_kept"] == told
    assert [row.facts for row in after if row.kind == "records_kept"] == [{"before": "0003"}] * 3
    archive.lender.receives(500)
    assert archive.closes_days()
    assert archive.flaws() == []
    unguard(ledger)
    with ledger.engine.begin() as connection:
        connection.execute(text("UPDATE payments SET amount_minor = amount_minor + 1"))
    assert archive.kinds() == {What.RECORD_CHANGED}
