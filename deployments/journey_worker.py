"""The Prefect worker type `journey`: it carries flow runs out inside its own process instead of starting one for each.

`prefect worker start --type journey --pool journeys` finds it through the entry point in pyproject.toml. A turn of a
journey takes milliseconds, the start of a process seconds; `python -m benchmarks.live` measures the difference on your
machine. Runs of the same deployments go through the stock process worker too, only slower.
"""

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pkgutil import resolve_name
from typing import Any, assert_never
from uuid import UUID

import anyio
import anyio.abc
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import WorkerFlowRunResponse
from prefect.exceptions import PrefectHTTPStatusError
from prefect.logging import get_logger
from prefect.workers.base import BaseJobConfiguration, BaseVariables, BaseWorker, BaseWorkerResult

from deployments.clock import machine_now
from deployments.flow_shelf import FlowShelf
from deployments.lane import Lanes
from deployments.pick_up import Ended, Left, Lost, NotTaken, Outcome, carry_out, put_right, taken_up_again
from deployments.prefect_private import LaneClient
from deployments.worker_settings import WorkerSettings

_log = get_logger("worker.journey")

# Runs held per lane: enough to spare the server a query for each, few enough to leave work for other workers.
_HELD_PER_LANE = 4
# One look may take this long, Prefect's own retries included; the next one follows after the usual pause.
_LOOK_WITHIN_SECONDS = 5.0
# Prefect's health check calls a worker dead after this many of its query intervals without a look.
_LOOKS_MISSED = 30
_HTTP_NOT_FOUND = 404


class JourneyResult(BaseWorkerResult):
    """How one pick-up of a flow run ended; `status_code` is 0 unless it failed."""


@dataclass(frozen=True)
class WorkerHealth:
    """What a worker does: runs held now, pick-ups that ended well and badly since it started, its last good look."""

    running: int
    finished: int
    failed: int
    last_polled_at: datetime | None


class JourneyWorker(BaseWorker[BaseJobConfiguration, BaseVariables, JourneyResult]):
    """Carries journeys out in this process: claims due runs, runs them in lanes, and stops between two waits.

    `--limit` sets the number of lanes, `DUECOURSE_WORKER_...` the rest (see `worker_settings.py`). Only what is due is
    fetched, so `--prefetch-seconds` has no effect; nor have job variables, since there is no process to give them to.
    """

    type = "journey"
    job_configuration = BaseJobConfiguration

    def __init__(self, work_pool_name: str, work_queues: list[str] | None = None, **options: Any) -> None:
        super().__init__(work_pool_name, work_queues, **options)
        self._settings = WorkerSettings()
        self._pool = work_pool_name
        self._queues = sorted(work_queues or [])
        self._lanes = Lanes(count=options.get("limit") or self._settings.lanes, name="journey")
        self._wake_lane = Lanes(count=1, name="journey-wake")
        self._shelf = FlowShelf()
        self._held: dict[UUID, asyncio.Future[Outcome]] = {}
        self._broken_off: set[UUID] = set()
        self._one_round = False
        self._stopping = False
        self._look_soon = False
        self._room = asyncio.Event()
        self._looked_at = time.monotonic()
        self._finished = 0
        self._failed = 0
        self._last_polled_at: datetime | None = None

    def health(self) -> WorkerHealth:
        """What this worker is doing now."""
        return WorkerHealth(
            running=len(self._held), finished=self._finished, failed=self._failed, last_polled_at=self._last_polled_at
        )

    def get_status(self) -> dict[str, Any]:
        return {**super().get_status(), "health": asdict(self.health())}

    def is_worker_still_polling(self, query_interval_seconds: float) -> bool:
        # Behind `prefect worker start --with-healthcheck`.
        return time.monotonic() - self._looked_at <= query_interval_seconds * _LOOKS_MISSED

    async def start(self, run_once: bool = False, *args: Any, **options: Any) -> None:  # noqa: FBT001, FBT002 - as Prefect has it
        self._one_round = run_once
        await super().start(run_once, *args, **options)

    async def sync_with_backend(self) -> None:
        try:
            await super().sync_with_backend()
        except Exception as error:
            # At the start a wrong address or key must be heard; later, a server that is away must not end the worker.
            if not self.is_setup:
                raise
            _log.warning("Prefect did not take the worker's heartbeat: %s", _in_short(error))

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """Look for due runs for as long as the worker lives; with `--run-once`, one round until its runs have left.

        Prefect's loop around this method gives up after a dozen failures. This one does not: a server that is away for
        the night finds its worker in the morning.
        """
        while True:
            woken = await self._wake_early()
            taken = await self._look()
            if self._one_round:
                if taken:
                    await asyncio.wait(self._held.values())
                return taken
            await self._pause(more=woken > 0 or (self._look_soon and bool(taken)))

    async def run(
        self,
        flow_run: FlowRun,
        configuration: BaseJobConfiguration,
        task_status: anyio.abc.TaskStatus[int] | None = None,
    ) -> JourneyResult:
        """Carry out one run and say how its pick-up ended. The polling loop does not pass through here."""
        taken = self._take(flow_run)
        if task_status is not None:
            task_status.started(os.getpid())
        match await taken:
            case Lost() | Ended(well=False):
                return JourneyResult(identifier=str(flow_run.id), status_code=1)
            case _:
                return JourneyResult(identifier=str(flow_run.id), status_code=0)

    async def teardown(self, *exc_info: Any) -> None:
        await self._drain()
        await super().teardown(*exc_info)

    async def _look(self) -> list[FlowRun]:
        """Fetch due runs and take those that are new; none when Prefect does not answer."""
        if not self._has_room():
            return []
        wanted = self._lanes.count * _HELD_PER_LANE - len(self._held)
        try:
            with anyio.fail_after(_LOOK_WITHIN_SECONDS):
                fetched = await self._due_runs(limit=wanted)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next look may succeed
            _log.warning("Could not ask Prefect for due runs, asking again: %s", _in_short(error))
            if isinstance(error, PrefectHTTPStatusError) and error.response.status_code == _HTTP_NOT_FOUND:
                # The work pool is gone, and perhaps all of Prefect's database: the heartbeat makes the pool again.
                await self.sync_with_backend()
            return []
        self._looked_at = time.monotonic()
        self._last_polled_at = machine_now()
        await self._put_right_what_broke_off()
        new = [run for run in fetched if run.id not in self._held]
        # A run that we still hold was scheduled again already: it is taken at the look after it has been let go.
        self._look_soon = len(new) < len(fetched) or len(fetched) == wanted
        for run in new:
            self._take(run)
        return new

    async def _due_runs(self, *, limit: int) -> list[FlowRun]:
        # The client's own method has no limit: up to 1,000 whole runs would come at every look.
        body: dict[str, Any] = {"scheduled_before": machine_now().isoformat(), "limit": limit}
        if self._queues:
            body["work_queue_names"] = self._queues
        response = await self.client.request(
            "POST", "/work_pools/{name}/get_scheduled_flow_runs", path_params={"name": self._pool}, json=body
        )
        return [entry.flow_run for entry in WorkerFlowRunResponse.model_validate_list(response.json())]

    def _take(self, flow_run: FlowRun) -> "asyncio.Future[Outcome]":
        taken = asyncio.wrap_future(self._lanes.give(partial(self._carry_out, flow_run)))
        self._held[flow_run.id] = taken
        taken.add_done_callback(partial(self._let_go, flow_run.id))
        return taken

    def _carry_out(self, flow_run: FlowRun, client: LaneClient) -> Outcome:
        # In a lane. What still stands in the queue when the worker stops is left to others, unclaimed.
        if self._stopping:
            return NotTaken("the worker is stopping")
        return carry_out(flow_run, client=client, shelf=self._shelf)

    def _let_go(self, flow_run_id: UUID, taken: "asyncio.Future[Outcome]") -> None:
        del self._held[flow_run_id]
        # An error here means that the lane got no client, so the run was not even claimed.
        unclaimed = taken.cancelled() or taken.exception() is not None
        outcome = NotTaken("Prefect did not answer") if unclaimed else taken.result()
        match outcome:
            case Left(due_at=due_at):
                self._finished += 1
                self._look_soon |= due_at <= machine_now()
            case Ended(well=well):
                self._finished += well
                self._failed += not well
            case Lost():
                self._failed += 1
                self._broken_off.add(flow_run_id)
            case NotTaken(reason=reason):
                _log.debug("Flow run %s was not taken: %s", flow_run_id, reason)
            case never:
                assert_never(never)
        if self._look_soon and self._has_room():
            self._room.set()

    async def _put_right_what_broke_off(self) -> None:
        for flow_run_id in tuple(self._broken_off):
            try:
                await asyncio.wrap_future(self._lanes.give(partial(put_right, flow_run_id)))
            except Exception as error:  # noqa: BLE001 - Prefect went away again; the next look tries again
                _log.warning("Could not put flow run %s right yet: %s", flow_run_id, _in_short(error))
                return
            self._broken_off.discard(flow_run_id)

    async def _wake_early(self) -> int:
        """Call the product's wake-up function, in a lane of its own; its errors are logged and count as none woken."""
        if self._settings.wake is None:
            return 0
        try:
            wake: Callable[[], int] = resolve_name(self._settings.wake)
            return await asyncio.wrap_future(self._wake_lane.give(lambda _client: wake()))
        except Exception as error:  # noqa: BLE001 - the function is the product's; the worker outlives its mistakes
            _log.exception("Waking runs early failed: %s", _in_short(error))
            return 0

    def _has_room(self) -> bool:
        # A look costs the server as much as two changes of state: one for each handful of runs, never one for each run.
        return len(self._held) <= self._lanes.count

    async def _pause(self, *, more: bool) -> None:
        """Wait for the next look: not at all while there is more to do and room for it, else for room or for time."""
        self._room.clear()
        if more and self._has_room():
            await asyncio.sleep(0)
            return
        self._look_soon |= more
        with anyio.move_on_after(self._settings.poll_seconds):
            await self._room.wait()

    async def _drain(self) -> None:
        """Let the runs at work go on to their next wait; those that do not get there in time are handed on."""
        self._stopping = True
        self._lanes.close()
        self._wake_lane.close()
        if self._held:
            _log.info("Stopping: %d flow runs go on to their next wait", len(self._held))
            await asyncio.wait(self._held.values(), timeout=self._settings.grace_seconds)
        for flow_run_id in tuple(self._held):
            _log.warning("Flow run %s did not reach a wait in time and is handed on", flow_run_id)
            try:
                with anyio.fail_after(_LOOK_WITHIN_SECONDS):
                    handed_on = taken_up_again("its worker was stopped during a step")
                    await self.client.set_flow_run_state(flow_run_id, handed_on)
            except Exception as error:  # noqa: BLE001 - stopping goes on; the repair flow finds the run
                _log.warning("Could not hand flow run %s on: %s", flow_run_id, _in_short(error))
        _log.info("Stopped after %d pick-ups that ended well and %d that failed", self._finished, self._failed)


def _in_short(error: BaseException) -> str:
    first_line = (str(error).splitlines() or [""])[0]
    return f"{type(error).__name__}: {first_line}"
