"""The only place that reads the clock, and the only one that lets real time pass."""

import time
from datetime import UTC, datetime

from ledger.database import Ledger
from ledger.simulated_clock import simulated_now


def machine_now() -> datetime:
    """Real time in UTC: for leases and for Prefect."""
    return datetime.now(UTC)  # noqa: TID251 - this module is the one that may


def business_now(ledger: Ledger) -> datetime:
    """The time that borrowers and people live in: the ledger's simulated clock where it has one, else real time."""
    with ledger.reading() as session:
        return simulated_now(session) or machine_now()


def let_pass(seconds: float) -> None:
    """Let real time pass; for drivers that watch others work."""
    if seconds > 0:
        time.sleep(seconds)  # noqa: TID251 - this module is the one that may
