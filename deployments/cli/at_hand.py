"""What nearly every command needs: the settings, the open ledger, and what time it is in the business."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from deployments.cli.failing import CommandFailed
from deployments.clock import business_now
from deployments.settings import Settings
from deployments.wiring import ledger_of
from ledger.database import Ledger, open_ledger
from ledger.keyring import KeyIsMissing, Keyring
from ledger.migrating import migrate
from ledger.portfolios import portfolio_names
from ledger.standing import LedgerStanding, Standing, sqlite_file, standing_of


@dataclass(frozen=True, slots=True)
class AtHand:
    """An open ledger with its settings; `now` is the business's time when the command began."""

    settings: Settings
    ledger: Ledger
    now: datetime


@contextmanager
def at_hand() -> Iterator[AtHand]:
    """Open the ledger that is there.

    Raises:
        CommandFailed: there is none, it is not migrated, or it cannot be reached.
        KeyIsMissing, KeyIsExposed, KeyIsMalformed: its names cannot be read.
    """
    settings = Settings()
    standing = standing_of(settings.ledger_url)
    if standing.standing is not Standing.READY:
        raise _not_ready(standing)
    _refuse_a_second_key(settings)
    ledger = ledger_of(settings)
    try:
        yield AtHand(settings, ledger, business_now(ledger))
    finally:
        ledger.close()


def make_ready(settings: Settings) -> LedgerStanding:
    """Bring the ledger to the newest shape, made on first use where it is a file; returns how it stood before."""
    before = standing_of(settings.ledger_url)
    match before.standing:
        case Standing.UNREACHABLE:
            raise _not_ready(before)
        case Standing.ABSENT | Standing.NOT_MIGRATED:
            file = sqlite_file(settings.ledger_url)
            if file is not None:
                file.parent.mkdir(parents=True, exist_ok=True)
            migrate(settings.ledger_url)
        case Standing.READY:
            pass
    return before


def _not_ready(standing: LedgerStanding) -> CommandFailed:
    match standing.standing:
        case Standing.ABSENT:
            remedy = "`duecourse import loans` makes it on first use; DUECOURSE_LEDGER_URL says where it is."
            return CommandFailed(f"there is no ledger at {standing.place}", remedy=remedy)
        case Standing.NOT_MIGRATED:
            return CommandFailed(
                f"the ledger at {standing.place} is not in the shape that this version needs",
                remedy="Run `duecourse migrate`.",
            )
        case _:
            return CommandFailed(
                f"the ledger at {standing.place or 'DUECOURSE_LEDGER_URL'} cannot be reached: {standing.why}",
                remedy="Check DUECOURSE_LEDGER_URL, and that the database is up.",
            )


def _refuse_a_second_key(settings: Settings) -> None:
    """A first key is made by itself; a second one beside names that were sealed under the first would hide its loss."""
    if settings.key is not None or settings.key_file.exists():
        return
    ledger = open_ledger(settings.ledger_url, keyring=Keyring(b""))
    with ledger.reading() as session:
        is_in_use = bool(portfolio_names(session))
    ledger.close()
    if is_in_use:
        raise KeyIsMissing(
            f"{settings.key_file} is not there, and the names in this ledger are sealed under it.\n"
            "Bring it back from its backup, or set DUECOURSE_KEY_FILE to where it is."
        )
