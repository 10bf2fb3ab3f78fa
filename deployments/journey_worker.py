"""The Prefect worker type `journey`: it carries flow runs out inside its own process instead of starting one for each.

`prefect worker start --type journey --pool journeys` finds it through the entry point in pyproject.toml. A turn of a
journey takes milliseconds, the start of a process seconds; `python -m benchmarks.live` measures the difference on your
machine. Runs of the same deployments go through the stock process worker too, only slower. The house's flows have a
lane of their own: an intake of an hour holds no journey up, and a morning's journeys no intake.
"""

import asyncio
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any, assert_never
from uuid import UUID

import anyio
import anyio.abc
from prefect.client.schemas.filters import WorkQueueFilter
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import WorkerFlowRunResponse
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound, PrefectHTTPStatusError
from prefect.logging import get_logger
from prefect.workers.base import BaseJobConfiguration, BaseVariables, BaseWorker, BaseWorkerResult

from deployments.aside import Aside, in_short
from deployments.clock import machine_now
from deployments.flow_shelf import FlowShelf
from deployments.house import DESCRIPTION, FIRST, HOUSE
from deployments.line import Line, lines_for
from deployments.pick_up import Ended, Left, Lost, NotTaken, Outcome, carry_out, taken_up_again
from deployments.prefect_private import LaneClient
from deployments.worker_settings import WorkerSettings

_log = get_logger("worker.journey")

# One look may take this long, Prefect's own retries included; the next one follows after the usual pause.
_LOOK_WITHIN_SECONDS = 5.0
# Prefect's health check calls a worker dead after this many of its query intervals without a look.
_LOOKS_MISSED = 30
# With `--run-once` there is no second look: more than a full set of the house's flows is taken at the only one.
_HOUSE_RUNS_IN_ONE_ROUND = 20
_MOST_QUEUES = 200
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

    `--limit` is how many runs it carries out at a time, `DUECOURSE_WORKER_...` the rest (see `worker_settings.py`). One
    lane is for the runs of the queue `house`, and the others are for those of all other queues; `--work-queue` leaves
    out the queues that it does not name. Only what is due is fetched, so `--prefetch-seconds` has no effect; nor have
    job variables, since there is no process to give them to.
    """

    type = "journey"
    job_configuration = BaseJobConfiguration

    def __init__(self, work_pool_name: str, work_queues: list[str] | None = None, **options: Any) -> None:
        super().__init__(work_pool_name, work_queues, **options)
        self._settings = WorkerSettings()
        self._pool = work_pool_name
        self._serves_all = not work_queues
        self._lines = lines_for(work_queues or [], limit=options.get("limit"), lanes=self._settings.lanes)
        self._aside = Aside(self._settings.wake, on_woken=self._have_woken)
        self._shelf = FlowShelf()
        self._one_round = False
        self._stopping = False
        self._room = asyncio.Event()
        self._looked_at = time.monotonic()
        self._finished = 0
        self._failed = 0
        self._last_polled_at: datetime | None = None

    def health(self) -> WorkerHealth:
        """What this worker is doing now."""
        return WorkerHealth(
            running=len(self._lines.held),
            finished=self._finished,
            failed=self._failed,
            last_polled_at=self._last_polled_at,
        )

    def get_status(self) -> dict[str, Any]:
        return {**super().get_status(), "health": asdict(self.health())}

    def is_worker_still_polling(self, query_interval_seconds: float) -> bool:
        # Behind `prefect worker start --with-healthcheck`.
        within = query_interval_seconds * _LOOKS_MISSED
        return time.monotonic() - self._looked_at <= within and not self._lines.hang(after_seconds=within)

    async def start(self, run_once: bool = False, *args: Any, **options: Any) -> None:  # noqa: FBT001, FBT002 - as Prefect has it
        self._one_round = run_once
        if run_once and self._lines.house is not None:
            self._lines.house.most = _HOUSE_RUNS_IN_ONE_ROUND
        await super().start(run_once, *args, **options)

    async def sync_with_backend(self) -> None:
        try:
            await super().sync_with_backend()
            await self._learn_queues()
        except Exception as error:
            # At the start a wrong address or key must be heard; later, a server that is away must not end the worker.
            if not self.is_setup:
                raise
            _log.warning("Prefect did not take the worker's heartbeat: %s", in_short(error))

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """Look for due runs for as long as the worker lives; with `--run-once`, one round until its runs have left.

        Prefect's loop around this method gives up after a dozen failures. This one does not: a server that is away for
        the night finds its worker in the morning.
        """
        while True:
            self._room.clear()
            self._aside.wake_early()
            if self._one_round and self._aside.waking is not None:
                await asyncio.wait([self._aside.waking])
            looks = [(line, await self._look(line)) for line in self._lines.all if self._is_due(line)]
            if all(new is not None for _, new in looks):
                self._looked_at = time.monotonic()
            if self._one_round:
                if held := self._lines.held:
                    await asyncio.wait(held.values())
                return [run for _, new in looks for run in new or ()]
            await self._pause(more=any(new and line.look_soon and line.has_room for line, new in looks))

    async def run(
        self,
        flow_run: FlowRun,
        configuration: BaseJobConfiguration,
        task_status: anyio.abc.TaskStatus[int] | None = None,
    ) -> JourneyResult:
        """Carry out one run and say how its pick-up ended. The polling loop does not pass through here."""
        taken = self._take(flow_run, self._lines.line_for(flow_run.work_queue_name))
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

    async def _learn_queues(self) -> None:
        """Ask which queues the pool has, where this worker serves them all; the house's is made where it is missing."""
        if not self._serves_all or self._lines.journeys is None:
            return
        try:
            # The server asks for a filter and both numbers, which the client would leave empty.
            queues = await self.client.read_work_queues(self._pool, WorkQueueFilter(), limit=_MOST_QUEUES, offset=0)
            names = {queue.name for queue in queues}
            if HOUSE not in names:
                with suppress(ObjectAlreadyExists):  # `duecourse deploy` or another worker was quicker
                    await self.client.create_work_queue(
                        name=HOUSE, description=DESCRIPTION, priority=FIRST, work_pool_name=self._pool
                    )
        except ObjectNotFound:  # there is no such pool yet
            return
        self._lines.journeys.queues = tuple(sorted(names - {HOUSE}))

    def _is_due(self, line: Line) -> bool:
        # Journeys are looked for again and again while they are many; each time the house's flows, of which there are
        # few, would be half of the server's work.
        waited = time.monotonic() - line.looked_at
        return line is not self._lines.house or line.look_soon or waited >= self._settings.poll_seconds

    async def _look(self, line: Line) -> list[FlowRun] | None:
        """Fetch due runs for a line with room and take those that are new; None when Prefect does not answer."""
        if not line.has_room:
            return []
        line.looked_at = time.monotonic()
        wanted = line.most - len(line.held)
        try:
            with anyio.fail_after(_LOOK_WITHIN_SECONDS):
                fetched = await self._due_runs(line.queues, limit=wanted)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next look may succeed
            _log.warning("Could not ask Prefect for due runs, asking again: %s", in_short(error))
            if isinstance(error, PrefectHTTPStatusError) and error.response.status_code == _HTTP_NOT_FOUND:
                # The pool or a queue is gone, and perhaps all of Prefect's database: the heartbeat makes them again.
                await self.sync_with_backend()
            return None
        self._last_polled_at = machine_now()
        self._aside.put_right_what_broke_off()
        new = [run for run in fetched if run.id not in line.held]
        # A run that we still hold was scheduled again already: it is taken at the look after it has been let go.
        line.look_soon = len(new) < len(fetched) or len(fetched) == wanted
        for run in new:
            self._take(run, line)
        return new

    async def _due_runs(self, queues: tuple[str, ...] | None, *, limit: int) -> list[FlowRun]:
        # The client's own method has no limit: up to 1,000 whole runs would come at every look.
        body: dict[str, Any] = {"scheduled_before": machine_now().isoformat(), "limit": limit}
        if queues is not None:
            body["work_queue_names"] = queues
        response = await self.client.request(
            "POST", "/work_pools/{name}/get_scheduled_flow_runs", path_params={"name": self._pool}, json=body
        )
        return [entry.flow_run for entry in WorkerFlowRunResponse.model_validate_list(response.json())]

    def _take(self, flow_run: FlowRun, line: Line) -> "asyncio.Future[Outcome]":
        taken = asyncio.wrap_future(line.lanes.give(partial(self._carry_out, flow_run)))
        line.held[flow_run.id] = taken
        taken.add_done_callback(partial(self._let_go, flow_run.id, line))
        return taken

    def _carry_out(self, flow_run: FlowRun, client: LaneClient) -> Outcome:
        # In a lane. What still stands in the queue when the worker stops is left to others, unclaimed.
        if self._stopping:
            return NotTaken("the worker is stopping")
        return carry_out(flow_run, client=client, shelf=self._shelf)

    def _let_go(self, flow_run_id: UUID, line: Line, taken: "asyncio.Future[Outcome]") -> None:
        del line.held[flow_run_id]
        # An error here means that the lane got no client, so the run was not even claimed.
        unclaimed = taken.cancelled() or taken.exception() is not None
        outcome = NotTaken("Prefect did not answer") if unclaimed else taken.result()
        match outcome:
            case Left(due_at=due_at):
                self._finished += 1
                line.look_soon |= due_at <= machine_now()
            case Ended(well=well):
                self._finished += well
                self._failed += not well
            case Lost():
                self._failed += 1
                self._aside.note_broken_off(flow_run_id)
            case NotTaken(reason=reason):
                _log.debug("Flow run %s was not taken: %s", flow_run_id, reason)
            case never:
                assert_never(never)
        # A look for what somebody else has just taken would find it once more, and again, until they are quick enough.
        is_idle = not line.held and isinstance(outcome, NotTaken)
        if line.look_soon and line.has_room and not is_idle:
            self._room.set()

    def _have_woken(self) -> None:
        for line in self._lines.all:
            line.look_soon = True
        if self._lines.has_room:
            self._room.set()

    async def _pause(self, *, more: bool) -> None:
        """Wait for the next look: not at all while there is more to do and room for it, else for room or for time."""
        if more:
            await asyncio.sleep(0)
            return
        with anyio.move_on_after(self._settings.poll_seconds):
            await self._room.wait()

    async def _drain(self) -> None:
        """Let the runs at work go on to their next wait; those that do not get there in time are handed on."""
        self._stopping = True
        for line in self._lines.all:
            line.lanes.close()
        if held := self._lines.held:
            _log.info("Stopping: %d flow runs go on to their next wait", len(held))
        at_work: list[asyncio.Future[Any]] = [*held.values(), *self._aside.close()]
        if at_work:
            await asyncio.wait(at_work, timeout=self._settings.grace_seconds)
        for flow_run_id in self._lines.held:
            _log.warning("Flow run %s did not reach a wait in time and is handed on", flow_run_id)
            try:
                with anyio.fail_after(_LOOK_WITHIN_SECONDS):
                    handed_on = taken_up_again("its worker was stopped during a step")
                    await self.client.set_flow_run_state(flow_run_id, handed_on)
            except Exception as error:  # noqa: BLE001 - stopping goes on; the repair flow finds the run
                _log.warning("Could not hand flow run %s on: %s", flow_run_id, in_short(error))
        _log.info("Stopped after %d pick-ups that ended well and %d that failed", self._finished, self._failed)
