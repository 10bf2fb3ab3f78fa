"""One step: order a visit at the field desk and put it on the visitors' list."""

from prefect import task

from domain.step import Outcome
from ledger.turns import Turn
from policy.next_step import Act
from tasks.exchange import exchange
from tasks.repeatable import REPEATABLE


@task(task_run_name="field visit: {act.rung.name}", **REPEATABLE)
def schedule_field_visit(turn: Turn, act: Act) -> Outcome:
    """Order a visit at the field desk and put it on the visitors' list."""
    return exchange(turn, act)
