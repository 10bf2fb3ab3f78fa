"""Prefect's flow runs of journeys: finding, starting, waking and mending them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID, uuid4

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, State
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Scheduled

from ledger.carriage import Carried, carried_by
from tasks.surroundings import surroundings

DEPLOYMENT = "loan_journey/journey"
PAGE = 150


def runs_by_id(client: SyncPrefectClient, ids: Iterable[str]) -> dict[str, FlowRun]:
    """The flow runs of these ids that Prefect still knows."""
    found: dict[str, FlowRun] = {}
    for page in _pages([UUID(i) for i in ids]):
        runs = client.read_flow_runs(
            flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=page)), sort=FlowRunSort.ID_DESC, limit=PAGE
        )
        found.update({str(run.id): run for run in runs})
    return found


@dataclass(frozen=True)
class RunStarter:
    """Creates flow runs; their deployment is asked for once, and not for each of thousands of runs."""

    client: SyncPrefectClient

    def start(self, carried: Carried, *, at: datetime, is_new: bool) -> str:
        """Create the flow run that carries a journey from now on, and note it in the ledger; returns its id.

        A first run is created under the journey's own key, so that two intakes create one; a repair needs a fresh key.
        """
        key = carried.journey_id if is_new else f"{carried.journey_id}/{uuid4().hex[:8]}"
        run = self.client.create_flow_run_from_deployment(
            self._deployment_id,
            parameters={"loan": carried.loan_number, "journey": carried.journey_id},
            name=carried.loan_number,
            tags=carried.tags,
            idempotency_key=key,
            state=scheduled(carried, at=at),
        )
        with surroundings().ledger.transaction() as session:
            carried_by(session, carried.journey_id, flow_run_id=str(run.id))
        return str(run.id)

    @cached_property
    def _deployment_id(self) -> UUID:
        return self.client.read_deployment_by_name(DEPLOYMENT).id


def planned_at(run: FlowRun) -> datetime | None:
    """For when Prefect has scheduled a run; None when it is being carried out or over."""
    return run.state.state_details.scheduled_time if run.state is not None and run.state.is_scheduled() else None


def reschedule(client: SyncPrefectClient, carried: Carried, *, at: datetime) -> None:
    """Set a run's schedule, whatever state it is in."""
    if carried.flow_run_id is not None:
        client.set_flow_run_state(UUID(carried.flow_run_id), scheduled(carried, at=at), force=True)


def scheduled(carried: Carried, *, at: datetime) -> State[None]:
    """The state of a waiting run: when, and why."""
    return Scheduled(scheduled_time=at, name=carried.waiting_for.value, message=carried.waiting_reason or None)


def _pages(ids: list[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(ids), PAGE):
        yield ids[start : start + PAGE]
