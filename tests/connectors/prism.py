"""A third party's judge between connector and sandbox: Stoplight Prism, with the vendors' own API descriptions.

It stands between the two as a proxy and refuses every request and every answer that is not as the vendor describes it.
"""

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from deployments.prefect_server import free_port

PACKAGE = "@stoplight/prism-cli@5.14.2"
ROOT = Path(__file__).parents[2]
FETCHED_WITHIN_SECONDS = 240
UP_WITHIN_SECONDS = 60
# Without a network it is known in seconds that the judge cannot be had.
IN_A_HURRY = {
    "npm_config_fetch_retries": "0",
    "npm_config_fetch_timeout": "60000",
    "npm_config_update_notifier": "false",
}


def specs() -> Path:
    """The folder with the vendors' descriptions; skips where there is none."""
    named = os.environ.get("DUECOURSE_VENDOR_SPECS")
    folder = Path(named) if named else ROOT.parent / "shared" / "specs"
    if not folder.is_dir():
        pytest.skip(f"no vendors' descriptions in {folder}; name their folder in DUECOURSE_VENDOR_SPECS")
    return folder


def prism() -> tuple[str, ...]:
    """The command that runs the judge, fetched by npx where it is not there yet; skips where it cannot be had."""
    npx = shutil.which("npx")
    if npx is None:
        pytest.skip("there is no npx; install Node.js to have the vendors' descriptions judge connector and sandbox")
    command = (npx, "--yes", PACKAGE)
    try:
        fetched = subprocess.run(
            [*command, "--version"],
            env=_environment(),
            capture_output=True,
            text=True,
            timeout=FETCHED_WITHIN_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"{PACKAGE} could not be fetched within {FETCHED_WITHIN_SECONDS} s")
    if fetched.returncode != 0:
        pytest.skip(f"{PACKAGE} cannot be had: {fetched.stderr.strip()[-200:]}")
    return command


@contextmanager
def judging(command: tuple[str, ...], spec: Path, *, upstream: str) -> Iterator[str]:
    """The address of a judge before `upstream` for the length of a `with` block."""
    port = free_port()
    process = subprocess.Popen(
        [*command, "proxy", "--errors", "--port", str(port), "--host", "127.0.0.1", str(spec), upstream],
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # npx starts node below it: the group is what must end
    )
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, 9)
        process.wait()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    give_up_at = time.monotonic() + UP_WITHIN_SECONDS
    while time.monotonic() < give_up_at and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            threading.Event().wait(0.1)
            continue
        return
    pytest.fail("the judge did not start")


def _environment() -> Mapping[str, str]:
    return {**os.environ, **IN_A_HURRY}
