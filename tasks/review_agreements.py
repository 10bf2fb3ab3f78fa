"""One step: promises and arrangements whose time is up are judged, and their journeys woken."""

from prefect import task

from ledger.agreements import judge_agreements
from tasks.repeatable import REPEATABLE
from tasks.surroundings import surroundings


@task(task_run_name="judge promises and arrangements", **REPEATABLE)
def review_agreements() -> int:
    """Judge what is due; returns how many promises and arrangements were kept or broken."""
    around = surroundings()
    with around.ledger.transaction() as session:
        return judge_agreements(session, now=around.clock())
