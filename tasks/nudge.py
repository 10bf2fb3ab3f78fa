"""Moving the runs of woken journeys to now: the outbox's other end."""

from prefect.client.orchestration import SyncPrefectClient, get_client

from ledger.carriage import open_journeys_carried
from ledger.waking import sleepers
from tasks.runs import planned_at, reschedule, runs_by_id
from tasks.surroundings import surroundings


def nudge() -> int:
    """Schedule the waiting runs of woken journeys for now; returns how many.

    A run that is being carried out needs no nudge: it looks at the ledger once more before it leaves. Nor does one
    that is due and stands in the queue: after a thousand wake-ups at once, to move those again would cost the server
    more than to carry them out. A run that is missing or dead is the repair flow's business. What is not seen by a
    turn soon is nudged again.
    """
    around = surroundings()
    with around.ledger.transaction() as session:
        woken = [s.journey_id for s in sleepers(session, machine_now=around.machine_clock())]
    if not woken:
        return 0
    with get_client(sync_client=True) as client:
        return _schedule_now(client, woken)


def _schedule_now(client: SyncPrefectClient, journey_ids: list[str]) -> int:
    around = surroundings()
    with around.ledger.reading() as session:
        carried = [c for c in open_journeys_carried(session, only=journey_ids) if c.flow_run_id is not None]
    runs = runs_by_id(client, [c.flow_run_id for c in carried if c.flow_run_id is not None])
    nudged = 0
    for journey in carried:
        run = runs.get(journey.flow_run_id or "")
        planned = planned_at(run) if run is not None else None
        if planned is not None and planned > (now := around.machine_clock()):
            reschedule(client, journey, at=now)
            nudged += 1
    return nudged
