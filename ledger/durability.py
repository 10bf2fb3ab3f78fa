"""Whether what the ledger's database has committed outlives a power loss: else a claim is forgotten, and made again."""

from sqlalchemy import text

from ledger.database import Ledger

MUST_BE_ON = ("fsync", "full_page_writes", "synchronous_commit")


def settings_that_forget(ledger: Ledger) -> list[str]:
    """PostgreSQL's settings that are off and must not be, by name; none on SQLite, where the ledger sets its own."""
    if ledger.engine.dialect.name != "postgresql":
        return []
    with ledger.engine.connect() as connection:
        return [name for name in MUST_BE_ON if connection.execute(text(f"SHOW {name}")).scalar_one() == "off"]
