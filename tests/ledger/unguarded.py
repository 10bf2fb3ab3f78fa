"""Taking the triggers off, as somebody with access to the database would before changing what was written."""

from sqlalchemy import text

from ledger.append_only import guards
from ledger.database import Ledger


def unguard(ledger: Ledger) -> None:
    """Let the rows of append-only tables be changed and deleted, so that a test can damage them."""
    with ledger.engine.begin() as connection:
        for name in guards(connection):
            table = name.removeprefix("refuse_").rsplit("_", 1)[0]
            on = f" ON {table}" if connection.dialect.name == "postgresql" else ""
            connection.execute(text(f"DROP TRIGGER {name}{on}"))
