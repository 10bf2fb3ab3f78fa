"""One step: send the rung's wording as a text message."""

from prefect import task

from domain.step import Outcome
from ledger.turns import Turn
from policy.next_step import Act
from tasks.exchange import exchange
from tasks.repeatable import REPEATABLE


@task(task_run_name="sms: {act.rung.name}", **REPEATABLE)
def send_sms(turn: Turn, act: Act) -> Outcome:
    """Send the rung's wording as a text message."""
    return exchange(turn, act)
