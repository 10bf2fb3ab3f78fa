"""Processes that are forks of this one, so that they start in milliseconds; their ends, and what they find."""

import gc
import json
import os
import signal
import socket
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
UP_WITHIN_SECONDS = 20.0
NEXT_LOOK_SECONDS = 0.01


def start(work: Callable[[], object]) -> int:
    """Do something in a process of its own; its id."""
    child = os.fork()
    if child == 0:
        code = 1
        gc.freeze()  # what was there before is nothing to collect, and stays shared
        try:
            work()
            code = 0
        except BaseException as error:  # noqa: BLE001 # whatever it was, the fork must not go on as its parent would
            told = str(error).partition("\n")[0]  # of a statement's error the rest is the statement
            os.write(2, f"{type(error).__name__}: {told}\n".encode())
        finally:
            os._exit(code)
    return child


def ended(child: int) -> int:
    """Wait for a process: its exit code, or minus the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def ended_already(child: int) -> int | None:
    """The same without waiting; None while it runs."""
    pid, status = os.waitpid(child, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if pid else None


def end(child: int) -> None:
    """Kill a process that may be gone already."""
    try:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    except (ProcessLookupError, ChildProcessError):
        pass


def found_by(work: Callable[[], dict[str, Any]], *, folder: Path) -> dict[str, Any]:
    """What work in a process of its own returns; says so where it fails."""
    file = folder / "found.json"
    code = ended(start(partial(_writes_down, work, file)))
    return _written_down(file, code=code)


def rest(seconds: float) -> None:
    """Let real time pass."""
    signal.sigtimedwait([], seconds)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def until_up(port: int) -> None:
    """Wait until somebody listens on a port."""
    give_up_at = time.monotonic() + UP_WITHIN_SECONDS
    while time.monotonic() < give_up_at:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            os.sched_yield()
            continue
        return
    raise TimeoutError(port)


def side_by_side(
    works: Sequence[Callable[[], dict[str, Any]]], *, folder: Path, at_once: int
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Do all of them in processes of their own, some at once; the number of each as it ends, and what it found.

    One that falls is told of as `found_by` tells of it.
    """
    waiting = deque(enumerate(works))
    running: dict[int, tuple[int, Path]] = {}
    with tempfile.TemporaryDirectory(dir=folder) as name:
        while waiting or running:
            while waiting and len(running) < at_once:
                number, work = waiting.popleft()
                file = Path(name) / f"{number}.json"
                running[start(partial(_writes_down, work, file))] = (number, file)
            for child, (number, file) in list(running.items()):
                if (code := ended_already(child)) is not None:
                    running.pop(child)
                    yield number, _written_down(file, code=code)
            rest(NEXT_LOOK_SECONDS)


def _writes_down(work: Callable[[], dict[str, Any]], file: Path) -> None:
    file.write_text(json.dumps(work()), encoding="utf-8")


def _written_down(file: Path, *, code: int) -> dict[str, Any]:
    if code != 0:
        return {"amiss": [f"what should have gone on ended with {code}"]}
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found
