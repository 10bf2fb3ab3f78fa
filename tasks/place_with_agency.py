"""One step: place the loan with the agency desk and put it on the agency's list."""

from prefect import task

from domain.step import Outcome
from ledger.turns import Turn
from policy.next_step import Act
from tasks.exchange import exchange
from tasks.repeatable import REPEATABLE


@task(task_run_name="agency placement: {act.rung.name}", **REPEATABLE)
def place_with_agency(turn: Turn, act: Act) -> Outcome:
    """Place the loan with the agency desk and put it on the agency's list."""
    return exchange(turn, act)
