"""Flows for the worker's tests; each writes what it does into a page of its own, as a journey does into the ledger."""

import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from prefect import flow, runtime, task
from prefect.client.orchestration import get_client
from prefect.states import Scheduled

from tasks.durable_wait import leave_until

FAR_OFF = datetime(2199, 12, 1, 9, 0, tzinfo=UTC)


def write(page: str, word: str) -> None:
    """Add one word to a page."""
    with Path(page).open("a", encoding="utf-8") as words:
        words.write(f"{word}\n")


def read(page: Path) -> list[str]:
    """The words of a page so far."""
    return page.read_text(encoding="utf-8").split() if page.exists() else []


@task
def remind(page: str) -> None:
    """One step."""
    write(page, "reminded")


@flow
def two_waits(page: str) -> None:
    """Three steps with a wait of no length between them."""
    remind(page)
    if len(read(Path(page))) < 3:
        leave_until(
            runtime.flow_run.scheduled_start_time,
            name="Waiting",
            message="until the window opens",
            unless=lambda: False,
        )


@flow
def waits_for_years(page: str) -> None:
    """One step, then a wait whose end nobody here will see; woken, it finishes."""
    remind(page)
    if len(read(Path(page))) < 2:
        leave_until(
            FAR_OFF, name="AwaitingVisit", message="until 1 Dec 09:00: the visitor reports", unless=lambda: False
        )


@flow
def raises(page: str) -> None:
    """Fails as flows do."""
    raise LookupError(f"no such {Path(page).name}")


@flow
def exits(page: str) -> None:
    """Ends the process, or would."""
    write(page, "exiting")
    sys.exit(3)


@flow
async def is_async(page: str) -> None:
    """A kind of flow that the journey worker does not run."""
    write(page, "never")


@flow
def is_woken_while_at_work(page: str) -> None:
    """Its run is scheduled for now in the middle of a step, as an early wake-up may do."""
    write(page, "begins")
    if read(Path(page)).count("begins") == 1:
        with get_client(sync_client=True) as client:
            client.set_flow_run_state(runtime.flow_run.id, Scheduled(name="Woken"))
        threading.Event().wait(1.5)
    write(page, "ends")


@flow
def takes_its_time(page: str) -> None:
    """Works until its page says `go`, then waits for years; when it is picked up again, it finishes."""
    write(page, "begins")
    if read(Path(page)).count("begins") == 1:
        while "go" not in read(Path(page)):
            threading.Event().wait(0.05)
        leave_until(FAR_OFF, name="Waiting", message="a step came to its end", unless=lambda: False)
    write(page, "ends")
