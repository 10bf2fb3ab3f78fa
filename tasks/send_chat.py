"""One step: send the rung's wording as a chat message."""

from prefect import task

from domain.step import Outcome
from ledger.turns import Turn
from policy.next_step import Act
from tasks.exchange import exchange
from tasks.repeatable import REPEATABLE


@task(task_run_name="chat: {act.rung.name}", **REPEATABLE)
def send_chat(turn: Turn, act: Act) -> Outcome:
    """Send the rung's wording as a chat message."""
    return exchange(turn, act)
