"""The work queue of everything that is not a journey, so that no intake stands behind a morning's journeys."""

from contextlib import suppress

from prefect.client.orchestration import SyncPrefectClient
from prefect.exceptions import ObjectAlreadyExists

HOUSE = "house"
FIRST = 1
"""The priority of the house among the queues of its pool: a worker that serves them all takes it before the others."""
DESCRIPTION = "Intakes, reviews, repairs and reports: all but the journeys, and before them."


def ensure_house(client: SyncPrefectClient, pool: str) -> None:
    """Make sure of the house's queue in a pool that is there. One that somebody has changed is left as it is."""
    with suppress(ObjectAlreadyExists):
        client.create_work_queue(name=HOUSE, description=DESCRIPTION, priority=FIRST, work_pool_name=pool)
