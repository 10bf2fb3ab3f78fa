"""One step: sign every day that is over, and put the roots away."""

from prefect import task

from ledger.evidence import roots
from tasks.repeatable import REPEATABLE
from tasks.surroundings import surroundings


class NobodySigns(RuntimeError):
    """These surroundings name nobody who signs the daily roots."""


@task(task_run_name="sign the days that are over", **REPEATABLE)
def close_days() -> list[str]:
    """The days that were closed, in ISO form. A repeat finds what is left."""
    around = surroundings()
    if around.custody is None:
        raise NobodySigns(NobodySigns.__doc__)
    return [day.isoformat() for day in roots.close_days(around.ledger, around.custody, now=around.clock())]
