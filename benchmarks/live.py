"""The live driver's speed: Prefect's stock process worker and the journey worker, side by side on one tuned server.

`python -m benchmarks.live --runs 200 --json` starts a Prefect server on SQLite in a temporary directory, gives both
workers the same flow (`benchmarks/short_journey.py`), one worker after the other, and counts steps.

A **step** is one task run and one durable wait: the flow takes its task, schedules its own run for a time that has
come already, and leaves; a worker must pick it up again for the next step. A journey has four steps and one more
pick-up, which finds nothing to do and completes the run: it is paid for and not counted. The clock starts with a
worker's first step, which is not counted, so that nobody's start-up counts, and stops with its last one. CPU time is
that of the whole process tree, divided by steps; it depends on how busy the machine is less than steps per second do.

Three ratios come out, because they answer different questions. `ratio` lets both workers carry out four runs at a time;
on two cores the stock worker gains nothing from more. `one_at_a_time.ratio` has each do one thing after the other.
`cpu_ratio` is what a step costs a machine, whatever its number of cores: the journey worker is held back by Prefect's
server, which is one process, while the stock worker spreads its processes over all cores.

The stock worker gets fewer journeys and a time limit, both stated in the output, so that all of it takes less than six
minutes. It is held to four runs by its work pool and not by `--limit`, under which it ends with "this borrower is
already holding" as soon as it is handed a run that it has not quite let go of. A worker that ends early is an error
here, never a figure.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import prefect
import psutil
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.states import Scheduled
from prefect.utilities.callables import parameter_schema
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from benchmarks.short_journey import LEDGER_VARIABLE, STEPS_PER_JOURNEY, short_journey
from deployments.clock import let_pass
from deployments.prefect_server import PrefectServer, client_settings, prefect_server

_FIRST_STEP_WITHIN_SECONDS = 60.0
_STOPS_WITHIN_SECONDS = 40.0

WorkerType = Literal["process", "journey"]


@dataclass(frozen=True)
class _Trial:
    """One worker's turn: so many journeys, so many runs at a time, and at most so many seconds."""

    worker_type: WorkerType
    runs: int
    at_a_time: int
    seconds: float

    @property
    def name(self) -> str:
        return f"{self.worker_type}-{self.at_a_time}"


class WorkerEnded(RuntimeError):
    """The worker ended, or took no step in a minute, so there is nothing to report; the end of its log follows."""


@dataclass(frozen=True)
class Side:
    """What one worker did: journeys given, steps counted in that many seconds, CPU milliseconds per step."""

    runs: int
    at_a_time: int
    steps: int
    seconds: float
    steps_per_s: float
    server_cpu_ms: float
    worker_cpu_ms: float
    all_done: bool

    @property
    def cpu_ms(self) -> float:
        """CPU milliseconds per step, of the server and the worker together."""
        return self.server_cpu_ms + self.worker_cpu_ms


@dataclass(frozen=True)
class _Bench:
    """The surroundings that both workers share."""

    server: PrefectServer
    directory: Path

    @property
    def settings(self) -> dict[str, str]:
        """Of a worker's process; looking for work every second, the stock worker's default being ten."""
        root = str(Path(__file__).parents[1])
        settings = client_settings(api_url=self.server.api_url, home=self.directory / "worker")
        python_path = os.pathsep.join(filter(None, [root, settings.get("PYTHONPATH")]))
        return {
            **settings,
            "PYTHONPATH": python_path,
            "PREFECT_WORKER_QUERY_SECONDS": "1",
            "DUECOURSE_WORKER_POLL_SECONDS": "1",
            "DUECOURSE_WORKER_WAKE": "",
        }


def main() -> None:
    """Measure, and print a table or JSON."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.live", description="Measure the live driver's speed.")
    options.add_argument("--runs", type=int, default=200, help="journeys for the journey worker (default: 200)")
    options.add_argument("--json", action="store_true", help="print JSON instead of a table")
    chosen = options.parse_args()
    figures = measure(runs=chosen.runs)
    if chosen.json:
        print(json.dumps(figures, indent=2))
    else:
        Console().print(_table(figures))


def measure(*, runs: int) -> dict[str, Any]:
    """Both sides and their ratios, as they are printed; takes minutes and ends every process that it starts."""
    with tempfile.TemporaryDirectory(prefix="duecourse-bench-") as name, _progress() as progress:
        directory = Path(name)
        with prefect_server(home=directory / "server") as server:
            bench = _Bench(server=server, directory=directory)

            def side(worker_type: WorkerType, *, most: int, at_a_time: int, seconds: float) -> Side:
                trial = _Trial(worker_type, min(runs, most), at_a_time, seconds)
                return _side(trial, bench=bench, progress=progress)

            stock = side("process", most=10, at_a_time=4, seconds=75)
            journey = side("journey", most=runs, at_a_time=4, seconds=150)
            stock_alone = side("process", most=3, at_a_time=1, seconds=45)
            journey_alone = side("journey", most=40, at_a_time=1, seconds=45)
    return {
        "stock": asdict(stock),
        "journey_worker": asdict(journey),
        "ratio": _times(journey.steps_per_s, stock.steps_per_s),
        "cpu_ratio": _times(stock.cpu_ms, journey.cpu_ms),
        "one_at_a_time": {
            "stock": asdict(stock_alone),
            "journey_worker": asdict(journey_alone),
            "ratio": _times(journey_alone.steps_per_s, stock_alone.steps_per_s),
        },
        "step": "one task run and one durable wait that is due at once; CPU is in milliseconds per step",
        "note": "the stock worker gets fewer journeys and at most 75 s, or 45 s with one run at a time",
        "machine": {
            "cpus": os.cpu_count(),
            "architecture": platform.machine(),
            "load_average": [round(load, 2) for load in os.getloadavg()],
            "python": platform.python_version(),
            "prefect": prefect.__version__,
            "database": "sqlite",
        },
    }


def _times(more: float, less: float) -> float:
    return round(more / less, 1)


def _side(trial: _Trial, *, bench: _Bench, progress: Progress) -> Side:
    ledger = bench.directory / f"ledger-{trial.name}"
    ledger.mkdir()
    all_steps = trial.runs * STEPS_PER_JOURNEY
    bar = progress.add_task(f"{trial.worker_type} worker, {trial.at_a_time} at a time", total=all_steps)
    _schedule_journeys(trial, bench=bench)
    log = bench.directory / f"{trial.name}.log"
    with log.open("wb") as output:
        worker = subprocess.Popen(  # noqa: S603 - our own interpreter and fixed arguments
            [sys.executable, "-m", "prefect", "worker", "start", "--type", trial.worker_type, "--pool", trial.name],
            env={**bench.settings, "DUECOURSE_WORKER_LANES": str(trial.at_a_time), LEDGER_VARIABLE: str(ledger)},
            cwd=bench.directory,
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    def steps_taken() -> int:
        if worker.poll() is not None:
            raise _ended(log)
        taken = sum(page.stat().st_size for page in ledger.iterdir())
        progress.update(bar, completed=taken)
        return taken

    try:
        if not _watch(lambda: steps_taken() > 0, seconds=_FIRST_STEP_WITHIN_SECONDS, pause=0.02):
            raise _ended(log)
        first, started = steps_taken(), time.monotonic()
        server_cpu, worker_cpu = _cpu_seconds(bench.server.process.pid), _cpu_seconds(worker.pid)
        all_done = _watch(lambda: steps_taken() == all_steps, seconds=trial.seconds, pause=0.1)
        took, steps = time.monotonic() - started, steps_taken() - first
        if not steps:
            raise _ended(log)
        return Side(
            runs=trial.runs,
            at_a_time=trial.at_a_time,
            steps=steps,
            seconds=round(took, 1),
            steps_per_s=round(steps / took, 2),
            server_cpu_ms=round(1000 * (_cpu_seconds(bench.server.process.pid) - server_cpu) / steps, 1),
            worker_cpu_ms=round(1000 * (_cpu_seconds(worker.pid) - worker_cpu) / steps, 1),
            all_done=all_done,
        )
    finally:
        _end(worker)


def _schedule_journeys(trial: _Trial, *, bench: _Bench) -> None:
    # The journey worker counts its own lanes; a pool's limit would have it ask for one run at a time.
    limit = trial.at_a_time if trial.worker_type == "process" else None
    with SyncPrefectClient(bench.server.api_url) as client:
        client.create_work_pool(WorkPoolCreate(name=trial.name, type=trial.worker_type, concurrency_limit=limit))
        deployment = client.create_deployment(
            flow_id=client.create_flow(short_journey),
            name=trial.name,
            entrypoint="benchmarks.short_journey.short_journey",
            work_pool_name=trial.name,
            parameter_openapi_schema=parameter_schema(short_journey).model_dump_for_openapi(),
        )
        for number in range(trial.runs):
            journey = f"{trial.name}-{number}"
            client.create_flow_run_from_deployment(
                deployment, parameters={"journey": journey}, name=journey, state=Scheduled()
            )


def _ended(log: Path) -> WorkerEnded:
    return WorkerEnded(f"{WorkerEnded.__doc__}\n{log.read_text(encoding='utf-8', errors='replace')[-2000:]}")


def _cpu_seconds(pid: int) -> float:
    """CPU time of a process and of its descendants, ended ones included."""
    process = psutil.Process(pid)
    total = 0.0
    for member in (process, *process.children(recursive=True)):
        try:
            times = member.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def _watch(condition: Callable[[], bool], *, seconds: float, pause: float) -> bool:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        let_pass(pause)
    return True


def _end(worker: "subprocess.Popen[bytes]") -> None:
    family = [worker, *psutil.Process(worker.pid).children(recursive=True)] if worker.poll() is None else []
    worker.terminate()
    try:
        worker.wait(timeout=_STOPS_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
    for member in family[1:]:
        if psutil.pid_exists(member.pid):
            member.kill()


def _progress() -> Progress:
    what, how_many = TextColumn("{task.description}"), TextColumn("steps")
    console = Console(stderr=True)
    return Progress(what, BarColumn(), MofNCompleteColumn(), how_many, TimeElapsedColumn(), console=console)


def _table(figures: dict[str, Any]) -> Table:
    table = Table(title=f"A step: {figures['step']}", caption=figures["note"])
    table.add_column("worker")
    for title in ("at a time", "journeys", "steps", "seconds", "steps/s", "server CPU ms", "worker CPU ms"):
        table.add_column(title, justify="right")
    for compared in (figures, figures["one_at_a_time"]):
        for name, side in (("stock", compared["stock"]), ("journey", compared["journey_worker"])):
            keys = ("at_a_time", "runs", "steps", "seconds", "steps_per_s", "server_cpu_ms", "worker_cpu_ms")
            table.add_row(name, *(str(side[key]) for key in keys))
        table.add_row("times as fast", "", "", "", "", str(compared["ratio"]), "", "", end_section=True)
    table.add_row("CPU per step, times as cheap", "", "", "", "", str(figures["cpu_ratio"]), "", "")
    return table


if __name__ == "__main__":
    main()
