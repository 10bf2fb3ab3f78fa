"""A Prefect server, work pools and workers as processes, and runs to give them."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import ObjectAlreadyExists
from prefect.states import Scheduled

from deployments.prefect_server import PrefectServer, client_settings, start_prefect_server

ROOT = Path(__file__).parents[2]
SAMPLES = "tests.worker.sample_flows"


def eventually(fact: Callable[[], bool], *, within: float = 30.0) -> bool:
    """Whether the fact comes true in time (seconds)."""
    until = time.monotonic() + within
    while not fact():
        if time.monotonic() > until:
            return False
        threading.Event().wait(0.1)
    return True


@dataclass
class Prefect:
    """A server that a test may stop and start again, and what tests ask of it."""

    server: PrefectServer
    folder: Path
    deployments: dict[tuple[str, str, str | None], UUID] = field(default_factory=dict)

    @property
    def client(self) -> SyncPrefectClient:
        """A client of its own for each question: the server may have been another one a moment ago."""
        return SyncPrefectClient(self.server.api_url)

    def lose_everything(self) -> Callable[[], None]:
        """Stop the server and delete its database; returns what starts an empty one at the same address."""
        self.server.stop()
        self.deployments.clear()
        for file in self.server.home.glob("prefect.db*"):
            file.unlink()

        def come_back() -> None:
            self.server = start_prefect_server(home=self.server.home, port=self.server.port)

        return come_back

    def run(self, flow: str, *, page: Path, pool: str, queue: str | None = None, entrypoint: str | None = None) -> UUID:
        """Have a sample flow run now on a pool, in one of its queues; its deployment is made on the way."""
        with self.client as client:
            deployment = self._deployment(client, entrypoint or f"{SAMPLES}.{flow}", flow=flow, pool=pool, queue=queue)
            run = client.create_flow_run_from_deployment(
                deployment, parameters={"page": str(page)}, name=page.name, state=Scheduled()
            )
            return run.id

    def _deployment(
        self, client: SyncPrefectClient, entrypoint: str, *, flow: str, pool: str, queue: str | None
    ) -> UUID:
        if (entrypoint, pool, queue) not in self.deployments:
            with suppress(ObjectAlreadyExists):
                client.create_work_pool(WorkPoolCreate(name=pool, type="process" if pool == "stock" else "journey"))
            self.deployments[entrypoint, pool, queue] = client.create_deployment(
                flow_id=client.create_flow_from_name(flow.replace("_", "-")),
                name=uuid4().hex,
                work_pool_name=pool,
                work_queue_name=queue,
                entrypoint=entrypoint,
            )
        return self.deployments[entrypoint, pool, queue]

    def read(self, run: UUID) -> FlowRun:
        with self.client as client:
            return client.read_flow_run(run)

    def state(self, run: UUID) -> str:
        """The name of a run's state."""
        return self.read(run).state_name or ""

    def message(self, run: UUID) -> str:
        """What a run's state says to people."""
        state = self.read(run).state
        return (state.message if state is not None else None) or ""

    @contextmanager
    def worker(self, *options: str, pool: str, kind: str = "journey", **settings: str) -> Iterator["Worker"]:
        """A worker process, started through Prefect's own command line, ended with the block."""
        log = self.folder / f"{pool}-{uuid4().hex[:6]}.log"
        environment = {
            **client_settings(api_url=self.server.api_url, home=self.folder / "worker"),
            "PYTHONPATH": str(ROOT),
            "PREFECT_WORKER_QUERY_SECONDS": "1",
            "DUECOURSE_WORKER_POLL_SECONDS": "0.4",
            "DUECOURSE_WORKER_WAKE": "",
            **settings,
        }
        command = [
            *(
                "env",
                "--default-signal=INT",
            ),  # what runs in the background is deaf to it, and Prefect passes TERM on as INT
            *(sys.executable, "-m", "prefect", "worker", "start", "--type", kind, "--pool", pool, *options),
        ]
        with log.open("wb") as output:
            process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
        worker = Worker(process=process, log=log)
        try:
            assert eventually(lambda: "started!" in worker.said or process.poll() is not None), worker.said
            yield worker
        finally:
            process.kill()
            process.wait()


@dataclass
class Worker:
    """A worker process and what it has said so far."""

    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def asked_to_stop(self, *, within: float = 60.0) -> int:
        """SIGTERM, then its exit status."""
        os.kill(self.process.pid, signal.SIGTERM)
        return self.process.wait(timeout=within)


@pytest.fixture(scope="module")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prefect]:
    """A server of this module's own, on an empty SQLite database."""
    folder = tmp_path_factory.mktemp("prefect")
    there = Prefect(server=start_prefect_server(home=folder / "server"), folder=folder)
    yield there
    there.server.stop()


@pytest.fixture(scope="module")
def worker(prefect: Prefect) -> Iterator[Worker]:
    """A journey worker on the pool `journeys` that all tests of a module share: none of them may bring it down."""
    with prefect.worker(pool="journeys") as started:
        yield started


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """Where a sample flow writes."""
    return tmp_path / f"loan-{uuid4().hex[:8]}"
