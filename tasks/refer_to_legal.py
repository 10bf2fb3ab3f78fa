"""One step: refer the loan to the legal desk and put it on the lawyers' list."""

from prefect import task

from domain.step import Outcome
from ledger.turns import Turn
from policy.next_step import Act
from tasks.exchange import exchange
from tasks.repeatable import REPEATABLE


@task(task_run_name="legal referral: {act.rung.name}", **REPEATABLE)
def refer_to_legal(turn: Turn, act: Act) -> Outcome:
    """Refer the loan to the legal desk and put it on the lawyers' list."""
    return exchange(turn, act)
