"""What every step has in common as a Prefect task: it may be repeated, unless the journey is in other hands.

A repeat is safe because the ledger refuses to do a thing twice: a contact whose request may have left is declared
unknown and never made again.
"""

from typing import Any, TypedDict

from prefect import Task
from prefect.client.schemas.objects import State, TaskRun

from ledger.turns import LeaseWasLost


class Repeatable(TypedDict):
    """Prefect's options for a step."""

    retries: int
    retry_delay_seconds: int
    retry_condition_fn: Any
    persist_result: bool


def unless_lease_was_lost(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether Prefect should try the step again."""
    return LeaseWasLost.__name__ not in (state.message or "")


REPEATABLE = Repeatable(
    retries=2, retry_delay_seconds=5, retry_condition_fn=unless_lease_was_lost, persist_result=False
)
