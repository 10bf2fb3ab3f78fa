"""A tuned Prefect server as a process of its own on a loopback port, for the demo, the tests and the benchmark."""

import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

_LOOPBACK = "127.0.0.1"
_READY_WITHIN_SECONDS = 90.0
_STOPS_WITHIN_SECONDS = 15.0
_ASKS_AGAIN_AFTER_SECONDS = 0.1

# Measured: recording task runs and events one by one costs the server more than carrying them out does.
TUNED_SETTINGS: Mapping[str, str] = {
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TRIGGERS_READ_BATCH_SIZE": "100",
    # A bulk start is not late; marking each of its runs late would be one more change of state per run.
    "PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS": "600",
    # Nothing about a lender's portfolio is anybody else's business.
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
}


class ServerDidNotStart(Exception):
    """The Prefect server did not answer in time; the end of its log says why."""


@dataclass(frozen=True)
class PrefectServer:
    """A running Prefect server: where it answers, its process, and where it keeps its database and log."""

    port: int
    home: Path
    process: subprocess.Popen[bytes]

    @property
    def api_url(self) -> str:
        return f"http://{_LOOPBACK}:{self.port}/api"

    @property
    def ui_url(self) -> str:
        return f"http://{_LOOPBACK}:{self.port}"

    @property
    def log(self) -> Path:
        return server_log(self.home)

    def stop(self) -> None:
        """End the server and everything that it started; a stopped server is left alone."""
        _signal_group(self.process, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=_STOPS_WITHIN_SECONDS)
        # The parent may be gone before its web server is: the group is what must be empty.
        _signal_group(self.process, signal.SIGKILL)
        self.process.wait()


def free_port() -> int:
    """A loopback TCP port that nobody listens on at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((_LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def server_log(home: Path) -> Path:
    """Where a server with that home directory writes its log."""
    return home / "prefect-server.log"


def client_settings(*, api_url: str, home: Path) -> dict[str, str]:
    """The environment for a process that talks to the server at `api_url`, on top of this process's own.

    Prefect's settings of the person who started us stay outside: only those named here and those of the journey worker
    (`DUECOURSE_...`) take effect.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return {
        **inherited,
        "PREFECT_API_URL": api_url,
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_CLI_PROMPT": "false",
        "DO_NOT_TRACK": "1",
        "PYTHONUNBUFFERED": "1",
    }


def start_prefect_server(*, home: Path, port: int | None = None, database_url: str | None = None) -> PrefectServer:
    """Start a server and return when it answers.

    `home` holds its SQLite database, its settings and its log; it is made when missing. A server started again on the
    same home and port carries on where the last one stopped. `database_url` puts the database elsewhere
    (`postgresql+asyncpg://...`). Raises `ServerDidNotStart`.
    """
    home.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    database_url = database_url or f"sqlite+aiosqlite:///{home / 'prefect.db'}"
    environment = {
        **client_settings(api_url=f"http://{_LOOPBACK}:{port}/api", home=home),
        **TUNED_SETTINGS,
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": database_url,
    }
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", _LOOPBACK, "--port", str(port)]
    with server_log(home).open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and fixed arguments
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # A group of its own: Ctrl-C reaches whoever started us first, who then stops the server in good order.
            start_new_session=True,
        )
    server = PrefectServer(port=port, home=home, process=process)
    try:
        _wait_until_ready(server)
    except BaseException:
        server.stop()
        raise
    return server


@contextmanager
def prefect_server(*, home: Path, port: int | None = None, database_url: str | None = None) -> Iterator[PrefectServer]:
    """A server for the length of a `with` block; arguments and errors as `start_prefect_server`."""
    server = start_prefect_server(home=home, port=port, database_url=database_url)
    try:
        yield server
    finally:
        server.stop()


def _wait_until_ready(server: PrefectServer) -> None:
    pause = threading.Event()
    for _ in range(int(_READY_WITHIN_SECONDS / _ASKS_AGAIN_AFTER_SECONDS)):
        if server.process.poll() is not None or answers(f"{server.api_url}/ready"):
            break
        pause.wait(_ASKS_AGAIN_AFTER_SECONDS)
    if server.process.poll() is not None or not answers(f"{server.api_url}/ready"):
        tail = server.log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise ServerDidNotStart(f"no answer at {server.api_url} within {_READY_WITHIN_SECONDS:.0f} s:\n{tail}")


def answers(url: str) -> bool:
    """Whether a loopback http address answers with 200 now."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - a loopback http address made above
            answered: bool = response.status == HTTPStatus.OK
            return answered
    except (urllib.error.URLError, OSError):
        return False


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return
