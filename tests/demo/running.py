"""Running the demo as a process of its own, and hurting it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil

WITHIN_SECONDS = 280


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that runs; its lines come as it says them."""

    process: subprocess.Popen[str]
    home: Path
    lines: IO[str]

    def read_until(self, beginning: str) -> str:
        """The first line that begins so; what came before is skipped."""
        for line in self.lines:
            if line.startswith(beginning):
                return line
        raise AssertionError(f"the demo ended before it said '{beginning}'")

    def kill(self, what: str) -> int:
        """Kill -9 every process below the demo whose command line has these words; returns how many."""
        below = psutil.Process(self.process.pid).children(recursive=True)
        doomed = [p for p in below if what in _command_of(p)]
        for process in doomed:
            with suppress(psutil.NoSuchProcess):  # it may be gone by now
                for child in process.children(recursive=True):
                    child.kill()
                process.kill()
        psutil.wait_procs(doomed, timeout=10)
        return len(doomed)

    def summary(self) -> dict[str, Any]:
        """Wait for the end, which must be a good one, and read the summary."""
        rest = self.lines.read()
        assert self.process.wait(timeout=WITHIN_SECONDS) == 0, rest
        found: dict[str, Any] = json.loads((self.home.parent / "summary.json").read_text())
        return found


def _command_of(process: psutil.Process) -> str:
    """Its command line; empty when it is gone, or a zombie."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


@contextmanager
def demo(folder: Path, *arguments: str) -> Iterator[Demo]:
    """Start a demo without a terminal; whatever happens, nothing of it is left running."""
    home = folder / "demo"
    command = [
        *("env", "--default-signal=INT"),  # what runs in the background is deaf to it, and so are its children
        *(sys.executable, "-m", "deployments.cli", "demo", "--headless", "--home", str(home)),
        *("--summary", str(folder / "summary.json"), *arguments),
    ]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("DUECOURSE_", "PREFECT_"))}
    process = subprocess.Popen(
        command,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**environment, "PYTHONUNBUFFERED": "1", "COLUMNS": "120"},
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        yield Demo(process, home, process.stdout)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
        process.stdout.close()
