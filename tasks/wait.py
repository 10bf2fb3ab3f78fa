"""One step: wait until a day, holding no process."""

from datetime import datetime
from typing import NoReturn
from zoneinfo import ZoneInfo

from prefect import task

from ledger.turns import JourneyIsBusy, Turn
from ledger.waking import was_woken_since
from policy.next_step import Wait
from tasks.durable_wait import leave_until
from tasks.repeatable import REPEATABLE
from tasks.surroundings import surroundings


@task(task_run_name="wait until {until}: {pause.reason}", **REPEATABLE)
def wait(turn: Turn, pause: Wait, until: str) -> str:
    """Say in a sentence until when the journey waits, and why; the turn has booked it in the ledger already."""
    return f"until {until} in {turn.timezone}: {pause.reason}"


def rest(turn: Turn, pause: Wait) -> NoReturn:
    """Wait, and leave. A journey that was woken since its turn was taken is picked up again at once."""
    message = wait(turn, pause, readable(pause.until, zone=turn.timezone))
    leave_until(pause.until, name=pause.waiting_for.value, message=message, unless=lambda: _was_woken(turn))


def stand_back(busy: JourneyIsBusy) -> NoReturn:
    """Leave until the run that holds the journey has let go of it, or its lease has run out."""
    leave_until(busy.until, name="Waiting", message=str(busy), unless=lambda: False)


def readable(instant: datetime, *, zone: str) -> str:
    """An instant as people say it: `1 Dec 09:00`, in the borrower's zone."""
    return f"{instant.astimezone(ZoneInfo(zone)):%-d %b %H:%M}"


def _was_woken(turn: Turn) -> bool:
    with surroundings().ledger.reading() as session:
        return was_woken_since(session, turn.journey_id, seen_wake_seq=turn.seen_wake_seq)
