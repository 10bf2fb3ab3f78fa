"""One step: give every open journey that has none the flow run that carries it."""

from prefect import task
from prefect.client.orchestration import get_client

from ledger.carriage import next_journeys_without_run
from tasks.repeatable import REPEATABLE
from tasks.runs import PAGE, RunStarter
from tasks.surroundings import surroundings


@task(task_run_name="start journeys", **REPEATABLE)
def start_runs(portfolio: str) -> int:
    """Create flow runs, due at once, for a portfolio's open journeys without one; returns how many."""
    around = surroundings()
    started, after = 0, ""
    with get_client(sync_client=True) as client:
        starter = RunStarter(client)
        while True:
            with around.ledger.reading() as session:
                page = next_journeys_without_run(session, portfolio, after=after, at_most=PAGE)
            if not page:
                return started
            for carried in page:
                starter.start(carried, at=around.machine_clock(), is_new=True)
            started, after = started + len(page), page[-1].loan_number
