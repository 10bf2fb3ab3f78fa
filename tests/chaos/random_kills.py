"""The whole product lives its days while its worker and its Prefect server are killed again and again.

The ledger and Prefect's database are SQLite here, inside the processes that die; a PostgreSQL that dies is the subject
of `postgres_kills`.
"""

import random
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.chaos.databases import Databases
from tests.chaos.tally import Plan, Tally
from tests.demo.running import WITHIN_SECONDS, Demo, demo

JOURNEYS = 2_000
DAYS = 24
EVERY_SECONDS = (5.0, 40.0)
LAST_LINES = 30
DOOMED = ("prefect worker start", "prefect server start")


def run(plan: Plan, made: Databases, tell: Callable[[str], None]) -> Tally:
    """2,000 journeys of about six steps each, at the full size, for each seed."""
    del made  # the demo brings its own
    began = time.monotonic()
    tally = Tally("random", plan.seeds)
    for seed in plan.seeds:
        told = f"python -m tests.chaos --random --share {plan.share} --seed-base {seed} --seeds 1"
        with tempfile.TemporaryDirectory(dir=plan.folder) as name:
            loans = plan.sized(JOURNEYS)
            arguments = ("--loans", str(loans), "--days", str(DAYS), "--pace", "0.2", "--seed", str(seed))
            with demo(Path(name), *arguments) as running:
                tell(f"{loans} loans, seed {seed}")
                said: list[str] = []
                dice = random.Random(seed)  # chance that can be repeated
                killed = _kill_until_it_ends(running, dice, said, tell=tell)
                if running.process.wait(timeout=WITHIN_SECONDS) != 0:
                    tally.lost += 1
                    tally.amiss.append(f"{told}: it ended badly: {''.join(said[-LAST_LINES:])}")
                    continue
                summary = running.summary()
        tally.runs += loans
        tally.duplicates += summary["duplicates"]
        tally.unknown_why.update(
            {"settled by a person or a later receipt": summary["unknown"]} if summary["unknown"] else {}
        )
        agreed = {"the sandbox's accepts": summary["accepts_agree"], "the report": summary["reconciles"]}
        tally.amiss += [f"{told}: {what} and the ledger do not agree" for what, agrees in agreed.items() if not agrees]
        tally.amiss += [f"{told}: {name}" for name in summary["invariants_broken"]]
        tally.lost += 0 if summary["accepts_agree"] else 1
        tally.details[f"seed {seed}"] = {
            "killed": killed,
            "restarts": summary["restarts"],
            "steps": sum(summary["steps"].values()),
            "journeys": summary["journeys"],
        }
    tally.seconds = round(time.monotonic() - began, 1)
    return tally


def _kill_until_it_ends(
    running: Demo, dice: random.Random, said: list[str], *, tell: Callable[[str], None]
) -> dict[str, int]:
    """Kill one of the two every 5 to 40 seconds while the demo lives, and note what it says; how often each died."""
    reader = threading.Thread(target=lambda: said.extend(running.lines), daemon=True)
    reader.start()
    killed = dict.fromkeys(DOOMED, 0)
    while True:
        reader.join(timeout=dice.uniform(*EVERY_SECONDS))
        if not reader.is_alive():
            return killed
        what = dice.choice(DOOMED)
        killed[what] += running.kill(what) > 0
        tell(f"{said[-1].strip() if said else ''}; killed {killed}")
