"""Every name of Prefect's that is not promised to stay, and what the journey worker does with it.

Nothing else in this project touches them. `tests/worker/test_prefect_private.py` fails when a new Prefect changes one,
and this page is then the only one to mend. What it buys is written beside each name; the figures are in
`benchmarks/live.py`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from prefect import Flow, State
from prefect._flow_run_suspension import FlowRunSuspensionRequest, register_flow_run_suspension_request
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun, FlowRunPolicy
from prefect.context import SyncClientContext
from prefect.exceptions import Abort, Pause
from prefect.flow_engine import FlowRunEngine, _flow_parameters
from prefect.results import _get_default_persist_result, _get_default_result_storage
from prefect.settings import get_current_settings
from prefect.states import Pending
from prefect.utilities.engine import propose_state_sync


def propose_pending(client: SyncPrefectClient, flow_run_id: UUID) -> State[Any]:
    """Claim a scheduled run; of two workers that ask, the server lets one have it.

    Returns the state that the run now has: pending when it is ours. Raises `prefect.exceptions.Abort`.
    """
    return propose_state_sync(client, Pending(), flow_run_id=flow_run_id)


def settle_results(flow: Flow[..., Any]) -> Flow[..., Any]:
    """The flow with its result settings resolved, so that the server is asked for its defaults once and not per run."""
    settled = flow.with_options()
    if settled.result_storage is None:
        settled.result_storage = _get_default_result_storage().storage
    if settled.persist_result is None:
        settled.persist_result = _get_default_persist_result()
    return settled


class LeanFlowRunEngine(FlowRunEngine[..., Any]):
    """Prefect's engine without two threads per run, which cost more than a turn of a journey does."""

    @property
    def heartbeat_seconds(self) -> int | None:
        # The ledger's lease tells a dead process from a slow one; see flows/repair_journeys.py.
        return None

    @contextmanager
    def setup_flow_run_suspension_request(self) -> Iterator[FlowRunSuspensionRequest]:
        # The original also opens a websocket in a thread of its own to hear of a suspension from outside. A journey's
        # run lasts for moments and waits as a scheduled run, which a person can cancel without anybody listening.
        if self.flow_run is None:
            raise ValueError("Flow run not set")
        request = self._get_flow_run_suspension_request()
        with register_flow_run_suspension_request(self.flow_run.id, request):
            request.raise_if_requested()
            yield request


class LaneClient(SyncPrefectClient):
    """A client that leaves out the two requests of every run whose answer the worker already has."""

    def __init__(self) -> None:
        settings = get_current_settings().api
        super().__init__(
            settings.url or "",
            auth_string=settings.auth_string.get_secret_value() if settings.auth_string else None,
            api_key=settings.key.get_secret_value() if settings.key else None,
        )
        self._carried: FlowRun | None = None
        self._known_policy: FlowRunPolicy | None = None

    @contextmanager
    def carrying(self, flow_run: FlowRun) -> Iterator[None]:
        """For the length of the block, `flow_run` is what the server has just told us about that run."""
        self._carried = flow_run
        self._known_policy = flow_run.empirical_policy.model_copy(deep=True)
        try:
            yield
        finally:
            self._carried = self._known_policy = None

    def update_flow_run(self, flow_run_id: UUID, *args: Any, **changes: Any) -> Any:
        # The engine reports the flow's version and retry policy at every start; from the second one on, nothing is new.
        carried = self._carried
        if (
            carried is not None
            and carried.id == flow_run_id
            and not args
            and changes.keys() == {"flow_version", "empirical_policy"}
            and changes["flow_version"] in {None, carried.flow_version}
            and changes["empirical_policy"] == self._known_policy
        ):
            return None
        return super().update_flow_run(flow_run_id, *args, **changes)

    def read_flow_run(self, flow_run_id: UUID) -> FlowRun:
        # The engine reads the run once more after starting it; the worker has read it a moment ago.
        carried = self._carried
        if (
            carried is not None
            and carried.id == flow_run_id
            and carried.state is not None
            and carried.state.is_running()
        ):
            self._carried = None
            carried.run_count += 1
            return carried
        return super().read_flow_run(flow_run_id)


class _LaneClientContext(SyncClientContext):
    def __init__(self) -> None:
        super(SyncClientContext, self).__init__(client=LaneClient())


@contextmanager
def open_lane_client() -> Iterator[LaneClient]:
    """A client that Prefect finds when code in this thread asks it for one; opened once, since opening takes 25 ms."""
    with _LaneClientContext():
        client = lane_client()
        if client is None:
            raise RuntimeError("Prefect looks for its open client elsewhere")
        yield client


def lane_client() -> LaneClient | None:
    """The open client of this thread; None outside `open_lane_client`."""
    context = SyncClientContext.get()
    return context.client if context is not None and isinstance(context.client, LaneClient) else None


def run_leanly(flow: Flow[..., Any], flow_run: FlowRun) -> State[Any] | None:
    """Run a sync flow for a claimed run in this thread and return the state that it ended in.

    Returns None when the run broke off without Prefect hearing how it ended. An exception of the flow is Prefect's to
    record and is not raised again. Raises `prefect.exceptions.Pause` when the run left until later and
    `prefect.exceptions.Abort` when the server would not have it run.
    """
    engine = LeanFlowRunEngine(
        flow=flow, flow_run=flow_run, parameters=_flow_parameters(flow=flow, flow_run=flow_run, parameters=None)
    )
    try:
        with engine.start():
            while engine.is_running():
                with engine.run_context():
                    engine.call_flow_fn()
    except (Abort, Pause):
        raise
    except BaseException as error:  # noqa: BLE001 - also SystemExit: a flow must not end the worker
        # The engine has recorded it, or could not; the state below tells which.
        engine.logger.debug("The flow raised %r", error)
    state = engine.state
    return state if state.is_final() else None
