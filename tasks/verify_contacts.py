"""One step: have a person verify where the borrower can be found, before anything goes to a door."""

from prefect import task

from connectors.enrichment_desk import EnrichmentDesk
from connectors.failure import ConnectorError
from domain.enrichment import Inquiry
from domain.step import Outcome
from domain.work_item import WorkKind
from ledger.enrichment import inquire, note_silence, take_candidates
from ledger.turns import Turn
from ledger.work import assign
from policy.next_step import Act
from tasks.repeatable import REPEATABLE
from tasks.surroundings import surroundings


@task(task_run_name="verify contacts: {act.rung.name}", **REPEATABLE)
def verify_contacts(turn: Turn, act: Act) -> str:
    """Put the check on people's list, and ask the enrichment desk where there is one and the packs allow it.

    Returns the work item's id, or `overtaken` where none is needed. The question is noted in the transaction that opens
    the work, so a step that is repeated puts it to nobody twice.
    """
    around = surroundings()
    desk, inquiry = around.enrichment, None
    with around.ledger.transaction() as session:
        item = assign(session, turn, kind=WorkKind(act.action.value), now=around.clock())
        if desk is not None and item != Outcome.OVERTAKEN:
            inquiry = inquire(session, item, desk=desk.vendor, now=around.clock())
    if desk is not None and inquiry is not None:
        _ask(desk, inquiry, item)
    return item


def _ask(desk: EnrichmentDesk, inquiry: Inquiry, item: str) -> None:
    around = surroundings()
    try:
        candidates = desk.ask(inquiry)
    except ConnectorError as error:
        with around.ledger.transaction() as session:
            note_silence(session, item, desk=desk.vendor, failure=error.failure.value, now=around.clock())
        return
    with around.ledger.transaction() as session:
        take_candidates(session, item, candidates, desk=desk.vendor, now=around.clock())
