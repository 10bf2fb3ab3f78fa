"""`duecourse deploy` keeps house and journeys apart, and schedules what no worker does by itself."""

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.responses import DeploymentResponse

from deployments.house import HOUSE
from deployments.prefect_server import PrefectServer
from deployments.register import register, schedules_of
from deployments.schedules import DEPLOYMENTS

JOURNEY = "loan_journey/journey"


@pytest.mark.slow
class TestTheQueues:
    """Of a pool whose flows are registered."""

    def test_are_one_for_the_journeys_and_one_for_all_the_rest(self, server: PrefectServer) -> None:
        """The house comes first for a worker that serves both."""
        del server
        queues = {name: found.work_queue_name for name, found in _registered().items()}
        assert queues.pop(JOURNEY) == "default"
        assert set(queues.values()) == {HOUSE}
        assert (_priority("journeys", HOUSE), _priority("journeys", "default")) == (1, 2)

    def test_keep_what_somebody_set_and_move_no_journey(self, server: PrefectServer) -> None:
        """A priority that was changed in Prefect stands after the next deploy."""
        del server
        with get_client(sync_client=True) as client:
            queue = client.read_work_queue_by_name(HOUSE, work_pool_name="journeys")
            client.request("PATCH", f"/work_queues/{queue.id}", json={"priority": 7})  # type: ignore[arg-type]
            register(pool="journeys", pool_type="journey", portfolios=[], with_schedules="no")
            assert _priority("journeys", HOUSE) == 7
            client.request("PATCH", f"/work_queues/{queue.id}", json={"priority": 1})  # type: ignore[arg-type]
        assert _registered()[JOURNEY].work_queue_name == "default"

    def test_are_the_same_on_a_pool_of_stock_workers(self, server: PrefectServer) -> None:
        """What the pool is counts, not what is said of it afterwards: only stock workers need the waking scheduled."""
        del server
        register(pool="plain", pool_type="process", portfolios=["cards"])
        register(pool="plain", pool_type="journey", portfolios=["cards"])
        try:
            found = _registered()
            assert (_priority("plain", HOUSE), _priority("plain", "default")) == (1, 2)
            assert found["wake_journeys/wake"].work_queue_name == HOUSE
            assert len(found["wake_journeys/wake"].schedules) == 1
        finally:
            register(pool="journeys", pool_type="journey", portfolios=["cards"])
        found = _registered()
        assert [name for name, each in found.items() if not each.schedules] == [JOURNEY, "wake_journeys/wake"]
        register(pool="journeys", pool_type="journey", portfolios=[], with_schedules="no")
        assert not any(each.schedules for each in _registered().values())


@pytest.mark.parametrize(("kind", "count"), [("journey", 0), ("process", 1)])
def test_waking_is_scheduled_where_the_workers_do_not_do_it(kind: str, count: int) -> None:
    """A journey worker wakes between two looks."""
    (planned,) = [each for each in DEPLOYMENTS if each.flow == "wake_journeys"]
    assert len(schedules_of(planned, [], kind=kind, purges="no")) == count


def _registered() -> dict[str, DeploymentResponse]:
    with get_client(sync_client=True) as client:
        names = [f"{planned.flow}/{planned.name}" for planned in DEPLOYMENTS]
        return {name: client.read_deployment_by_name(name) for name in names}


def _priority(pool: str, queue: str) -> int | None:
    with get_client(sync_client=True) as client:
        return client.read_work_queue_by_name(queue, work_pool_name=pool).priority
