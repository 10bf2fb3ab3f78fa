"""Whether a ledger's database is there and in the newest shape, told in words instead of a database driver's errors."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from alembic.util.exc import CommandError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from ledger.migrating import is_current

IN_MEMORY = frozenset({None, "", ":memory:"})


class Standing(StrEnum):
    """How a ledger's database stands."""

    READY = "ready"
    ABSENT = "absent"
    NOT_MIGRATED = "not migrated"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class LedgerStanding:
    """Where the ledger is (no password in it), how it stands, and why where it cannot be reached."""

    place: str
    standing: Standing
    why: str = ""


def standing_of(url: str) -> LedgerStanding:
    """Look at a ledger's database; nothing is made or changed, and no error is raised."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return LedgerStanding("", Standing.UNREACHABLE, "the address is not one of a database")
    place = parsed.render_as_string(hide_password=True)
    file = sqlite_file(url)
    if file is not None and not file.exists():
        return LedgerStanding(place, Standing.ABSENT)
    try:
        standing = Standing.READY if is_current(url) else Standing.NOT_MIGRATED
    except (SQLAlchemyError, CommandError, ImportError) as error:
        return LedgerStanding(place, Standing.UNREACHABLE, trouble_of(error))
    return LedgerStanding(place, standing)


def sqlite_file(url: str) -> Path | None:
    """The file of a ledger on SQLite; None for any other ledger, and where the address is not one of a database."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return None
    if parsed.get_backend_name() != "sqlite" or parsed.database in IN_MEMORY:
        return None
    return Path(parsed.database or "")


def trouble_of(error: Exception) -> str:
    """What a database's error says, on one line and without the statement (which may hold people's data).

    Empty when the error is not one of the database.
    """
    if isinstance(error, DBAPIError):
        return " ".join(str(error.orig).split())
    if isinstance(error, NoSuchModuleError):
        return "the address names a kind of database that is not supported"
    if isinstance(error, SQLAlchemyError | CommandError | ImportError):
        return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
    return ""
