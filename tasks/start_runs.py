"""One step: give every open journey that has none the flow run that carries it."""

from prefect import task
from prefect.client.orchestration import get_client

from ledger.carriage import open_journeys_carried
from tasks.repeatable import REPEATABLE
from tasks.runs import RunStarter
from tasks.surroundings import surroundings


@task(task_run_name="start journeys", **REPEATABLE)
def start_runs(portfolio: str) -> int:
    """Create flow runs, due at once, for a portfolio's open journeys without one; returns how many."""
    around = surroundings()
    with around.ledger.reading() as session:
        waiting = [c for c in open_journeys_carried(session) if c.flow_run_id is None and c.portfolio == portfolio]
    with get_client(sync_client=True) as client:
        starter = RunStarter(client)
        for carried in waiting:
            starter.start(carried, at=around.machine_clock(), is_new=True)
    return len(waiting)
