"""The flow that `benchmarks/live.py` measures: a few steps, each a task run and a durable wait that is due at once."""

import os
from pathlib import Path

from prefect import flow, runtime, task

from tasks.durable_wait import leave_until

STEPS_PER_JOURNEY = 4
"""Steps of one journey; each ends in a durable wait, and a last pick-up finds nothing left and completes the run."""

LEDGER_VARIABLE = "DUECOURSE_BENCHMARK_LEDGER"
"""Environment variable with the directory that stands in for the ledger: one file per journey, a byte per step."""


@task(name="remind")
def remind(page: Path) -> None:
    """The step itself: written down, and nothing else."""
    with page.open("ab") as steps:
        steps.write(b".")


@flow(name="short-journey", persist_result=False)
def short_journey(journey: str) -> None:
    """Read where the journey stands, as a loan's is read from the ledger, take one step and wait."""
    page = Path(os.environ[LEDGER_VARIABLE]) / journey
    taken = page.stat().st_size if page.exists() else 0
    if taken == STEPS_PER_JOURNEY:
        return
    remind(page)
    leave_until(
        runtime.flow_run.scheduled_start_time,
        name="Waiting",
        message=f"step {taken + 1} is done; due at once",
        unless=lambda: False,
    )
