"""One step: have a person verify how the borrower can be found, before anything goes to a door."""

from prefect import task

from domain.work_item import WorkKind
from ledger.turns import Turn
from ledger.work import assign
from policy.next_step import Act
from tasks.repeatable import REPEATABLE
from tasks.surroundings import surroundings


@task(task_run_name="verify contacts: {act.rung.name}", **REPEATABLE)
def verify_contacts(turn: Turn, act: Act) -> str:
    """Put the check on people's list; returns the work item's id, or `overtaken` where none is needed."""
    around = surroundings()
    with around.ledger.transaction() as session:
        return assign(session, turn, kind=WorkKind(act.action.value), now=around.clock())
