"""The demo's processes: a Prefect server, the sandbox, the receipts and a journey worker; restarted when one dies."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from deployments.clock import let_pass, machine_now
from deployments.demo.postgres import DemoPostgres
from deployments.prefect_server import PrefectServer, answers, client_settings, free_port, start_prefect_server

POOL = "journeys"
READY_WITHIN_SECONDS = 60.0
STOPS_WITHIN_SECONDS = 15.0
ASKS_AGAIN_AFTER_SECONDS = 0.1
LOOKS_AFTER_IT_EVERY_SECONDS = 1.0
LEASE_SECONDS = 15.0
GIVES_UP_AFTER = timedelta(seconds=120)
MOST_RESTARTS = 30
"""Of processes that are started again without anything moving in between."""

T = TypeVar("T")


class DemoIsStuck(RuntimeError):
    """Nothing has moved for minutes although everything was restarted; the logs in the demo's folder say more."""


class ProcessDidNotStart(RuntimeError):
    """One of the demo's processes ended or did not answer; the end of its log says why."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the demo's processes answer, on free loopback ports."""

    prefect_port: int = field(default_factory=free_port)
    sandbox_port: int = field(default_factory=free_port)
    receipts_port: int = field(default_factory=free_port)

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def receipts_url(self) -> str:
        return f"http://127.0.0.1:{self.receipts_port}"


class Stage:
    """Starts everything, starts again what dies, from a thread of its own, and leaves nothing running."""

    def __init__(
        self, home: Path, *, ledger_url: str, database: DemoPostgres | None, seed: int, starts_at: str
    ) -> None:
        self.home = home
        self.at = Addresses()
        self.seed = seed
        self.starts_at = starts_at
        self.database = database
        self.settings = {
            "DUECOURSE_LEDGER_URL": ledger_url,
            "DUECOURSE_KEY_FILE": str(home / "ledger.key"),
            "DUECOURSE_EVIDENCE_KEY": str(home / "evidence.key"),
            "DUECOURSE_EVIDENCE_FOLDER": str(home / "evidence"),
            "DUECOURSE_SANDBOX_URL": self.at.sandbox_url,
            "DUECOURSE_PUBLIC_URL": self.at.receipts_url,
            "DUECOURSE_REAL_SENDS": "no",
            "DUECOURSE_LEASE_SECONDS": str(LEASE_SECONDS),
            "DUECOURSE_WORKER_POLL_SECONDS": "0.2",
            "PREFECT_LOGGING_LEVEL": "WARNING",
        }
        self.server: PrefectServer | None = None
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.restarts = 0
        self._starting = threading.RLock()
        self._closing = threading.Event()

    def __enter__(self) -> Self:
        try:
            self.start_prefect()
            self.start("sandbox")
            self.start("receipts")
        except BaseException:
            self.close()
            raise
        threading.Thread(target=self._look_after_it, name="demo-keeper", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def prefect_ui(self) -> str:
        """Where to watch the flow runs."""
        return f"http://127.0.0.1:{self.at.prefect_port}"

    @property
    def worker_id(self) -> int:
        """The process in which flows run now; another one after a death."""
        return self.processes["worker"].pid

    def start_prefect(self) -> None:
        """Start (or start again) the Prefect server on its port and home."""
        self.server = start_prefect_server(
            home=self.home / "prefect",
            port=self.at.prefect_port,
            database_url=None if self.database is None else self.database.prefect_url,
        )

    def start(self, name: str) -> None:
        """Start one of our own processes; its log is `NAME.log` in the demo's home."""
        environment = {
            **client_settings(api_url=f"{self.prefect_ui}/api", home=self.home / "prefect"),
            **self.settings,
        }
        with self._starting, (self.home / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(  # noqa: S603 - our own interpreter and fixed arguments
                [sys.executable, "-m", *self._command(name)],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the demo, which then stops them in order
            )
        if name in self.health_urls:
            self._wait_for(name)

    def mend(self) -> None:
        """Start again what has died; waits until whatever is being started is there."""
        with self._starting:
            if self._closing.is_set():
                return
            if self.database is not None and self.database.mend():
                self.restarts += 1
            if self.server is None or self.server.process.poll() is not None:
                self.restart_prefect()
            for name in [name for name, process in self.processes.items() if process.poll() is not None]:
                self.start(name)
                self.restarts += 1

    def through_outages(self, step: Callable[[], T]) -> T:
        """Take a step that may be taken twice: once more after whatever died in its middle was started again."""
        patience: Patience | None = None
        while True:
            try:
                if patience is not None:
                    self.mend()
                return step()
            except Exception as error:
                patience = patience or Patience(self)
                if isinstance(error, DemoIsStuck) or patience.is_over:
                    raise
                let_pass(1)

    def restart_prefect(self) -> None:
        """For a server that is gone, or lives but does not answer any more."""
        with self._starting:
            if self.server is not None:
                self.server.stop()
            self.start_prefect()
            self.restarts += 1

    def close(self) -> None:
        """Stop everything, the worker first, so that it can finish what it holds."""
        self._closing.set()
        with self._starting:
            for name in ("worker", "receipts", "sandbox"):
                process = self.processes.get(name)
                if process is not None:
                    _stop(process)
            if self.server is not None:
                self.server.stop()

    def _look_after_it(self) -> None:
        while not self._closing.wait(LOOKS_AFTER_IT_EVERY_SECONDS):
            with suppress(Exception):  # what does not start now is started at the next look
                self.mend()

    def _command(self, name: str) -> list[str]:
        match name:
            case "sandbox":
                return [
                    "simulation.sandbox",
                    *("--port", str(self.at.sandbox_port), "--state", str(self.home / "sandbox.db")),
                    *("--callback-base", self.at.receipts_url, "--seed", str(self.seed), "--start", self.starts_at),
                ]
            case "receipts":
                return ["deployments.cli", "console", "--port", str(self.at.receipts_port)]
            case _:
                return ["prefect", "worker", "start", "--type", "journey", "--pool", POOL, "--name", "demo"]

    @property
    def health_urls(self) -> dict[str, str]:
        """Where the processes that speak HTTP say that they are well."""
        return {
            "sandbox": f"{self.at.sandbox_url}/_sandbox/health",
            "receipts": f"{self.at.receipts_url}/health",
        }

    def _wait_for(self, name: str) -> None:
        for _ in range(int(READY_WITHIN_SECONDS / ASKS_AGAIN_AFTER_SECONDS)):
            if self.processes[name].poll() is not None:
                break
            if answers(self.health_urls[name]):
                return
            let_pass(ASKS_AGAIN_AFTER_SECONDS)
        tail = (self.home / f"{name}.log").read_text(errors="replace")[-2000:]
        raise ProcessDidNotStart(f"{name} did not start:\n{tail}")


class Patience:
    """How long to wait for something to move: two minutes after the last thing was started again, and not for ever."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.begin_anew()

    def begin_anew(self) -> None:
        """Something has moved."""
        self._since = machine_now()
        self._restarts = self._first = self._stage.restarts

    @property
    def is_over(self) -> bool:
        """Nothing is going to move any more."""
        if self._stage.restarts != self._restarts:
            self._since, self._restarts = machine_now(), self._stage.restarts
        is_hopeless = self._restarts - self._first > MOST_RESTARTS
        return is_hopeless or machine_now() - self._since > GIVES_UP_AFTER


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=STOPS_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
