"""The whole product lives its days while its worker, its Prefect server and its database are killed again and again.

On PostgreSQL, so that there is a database that can be killed by itself; both databases, the ledger's and Prefect's, die
with it. With `--only-sqlite` they lie inside the processes that die.
"""

import json
import random
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import make_url

from tests.chaos.compare import compare, in_words, rows
from tests.chaos.databases import Databases
from tests.chaos.tally import Plan, Tally
from tests.demo.running import WITHIN_SECONDS, Demo, demo

JOURNEYS = 2_000
DAYS, TICK_MINUTES = 70, 360
"""A journey takes about six steps in 70 days."""
EVERY_SECONDS = (5.0, 40.0)
LAST_LINES = 30
MOST_IN_VAIN = 3
"""Deaths in a row after which the next one waits until something has moved."""
STAYS_UP = "Everything stays up"
WORKER, SERVER, DATABASE = "prefect worker start", "prefect server start", "postgres"


def run(plan: Plan, made: Databases, tell: Callable[[str], None]) -> Tally:
    """2,000 journeys of about six steps each, at the full size, for each seed."""
    began = time.monotonic()
    tally = Tally("random", plan.seeds)
    doomed = (WORKER, SERVER) if made.postgres is None else (WORKER, SERVER, DATABASE)
    for seed in plan.seeds:
        with tempfile.TemporaryDirectory(dir=plan.folder) as name:
            _lived(Path(name), seed, plan, tally, doomed=doomed, tell=tell)
    tally.seconds = round(time.monotonic() - began, 1)
    return tally


def _lived(
    folder: Path, seed: int, plan: Plan, tally: Tally, *, doomed: tuple[str, ...], tell: Callable[[str], None]
) -> None:
    told = f"python -m tests.chaos --random --share {plan.share} --seed-base {seed} --seeds 1"
    loans = plan.sized(JOURNEYS)
    tally.runs += loans
    arguments = ["--loans", loans, "--days", DAYS, "--pace", 0, "--tick", TICK_MINUTES, "--seed", seed, "--keep"]
    with demo(folder, *map(str, arguments), *(["--postgres"] if DATABASE in doomed else [])) as running:
        tell(f"{loans} loans, seed {seed}")
        said: list[str] = []
        dice = random.Random(seed)  # chance that can be repeated
        killed = _kill_until_it_is_over(running, dice, said, doomed=doomed, tell=tell)
        if not said or not said[-1].startswith(STAYS_UP):
            tally.lost += 1
            tally.amiss.append(f"{told}: it ended badly: {''.join(said[-LAST_LINES:])}")
            return
        compared = compare(ledger_of(running), running.home / "sandbox.db")
        running.process.send_signal(signal.SIGINT)
        said.append(running.lines.read())
        running.process.wait(timeout=WITHIN_SECONDS)
        summary: dict[str, Any] = json.loads((folder / "summary.json").read_text())
    if not any(killed.values()):
        tally.amiss.append(f"{told}: all was over before anything died: take a larger share")
    tally.duplicates += len(compared["duplicates"])
    tally.lost += len(compared["accepted_and_denied"]) + len(compared["accepted_and_not_written_down"])
    if compared["unknown"]:
        tally.unknown_why.update({"no event told, or nobody looked yet": len(compared["unknown"])})
    tally.amiss += [f"{told}: {line}" for line in in_words(compared)]
    agreed = {"the sandbox's accepts": summary["accepts_agree"], "the report": summary["reconciles"]}
    tally.amiss += [f"{told}: {what} and the ledger do not agree" for what, agrees in agreed.items() if not agrees]
    tally.amiss += [f"{told}: {name}" for name in summary["invariants_broken"]]
    tally.details[f"seed {seed}"] = {
        "killed": killed,
        "restarts": summary["restarts"],
        "steps": sum(summary["steps"].values()),
        "accepts": compared["accepts"],
        "journeys": summary["journeys"],
    }


def _kill_until_it_is_over(
    running: Demo, dice: random.Random, said: list[str], *, doomed: tuple[str, ...], tell: Callable[[str], None]
) -> dict[str, int]:
    """Kill one of them every 5 to 40 seconds while the days pass, and note what is said; how often each died."""

    def listen() -> None:
        for line in running.lines:
            said.append(line)
            if line.startswith(STAYS_UP):
                return

    reader = threading.Thread(target=listen, daemon=True)
    reader.start()
    killed = dict.fromkeys(doomed, 0)
    stood, in_vain = "", 0
    while True:
        reader.join(timeout=dice.uniform(*EVERY_SECONDS))
        if reader.is_alive() and not any(line.startswith("day") for line in said):
            continue  # it is still being set up
        stands = _how_far(running)
        in_vain = in_vain + 1 if stands in {"", stood} else 0
        stood = stands or stood
        if reader.is_alive() and in_vain > MOST_IN_VAIN:
            continue  # a machine on which nothing can start within seconds would never get anywhere
        if not reader.is_alive():
            return killed
        what = dice.choice(doomed)
        killed[what] += _kill_database(running) if what == DATABASE else running.kill(what) > 0
        tell(f"{said[-1].strip() if said else ''}; killed {killed}")


def _how_far(running: Demo) -> str:
    """How far the days and the work have come; empty where the ledger does not answer."""
    with suppress(Exception):  # whatever a driver says of a database that is away
        return str(
            rows(ledger_of(running), "SELECT count(*), max(id), (SELECT max(now) FROM simulated_clock) FROM events")
        )
    return ""


def ledger_of(running: Demo) -> str:
    """The URL of a demo's ledger, as its own processes are told; empty before they are there."""
    for process in psutil.Process(running.process.pid).children(recursive=True):
        with suppress(psutil.Error):
            if url := process.environ().get("DUECOURSE_LEDGER_URL"):
                return str(url)
    return ""


def _kill_database(running: Demo) -> bool:
    """Kill -9 the demo's PostgreSQL with all its processes; False where it is away already."""
    url = ledger_of(running)
    file = Path(str(make_url(url).query["host"])) / "postmaster.pid" if url else Path("nowhere")
    with suppress(OSError, psutil.NoSuchProcess):
        head = psutil.Process(int(file.read_text().split()[0]))
        if "postgres" not in head.name():
            return False
        for process in [head, *head.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs([head], timeout=10)
        return True
    return False
