"""The demo from beginning to end."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from prefect.settings import PREFECT_API_URL, temporary_settings
from rich.console import Console

from deployments.clock import let_pass, machine_now
from deployments.demo.cast import SAMPLE_MAPPING, engage, sample_file
from deployments.demo.driver import Driver
from deployments.demo.postgres import running_postgres
from deployments.demo.stage import POOL, Stage
from deployments.demo.summary import summary
from deployments.demo.telling import tell, where_to_look
from deployments.demo.view import View
from deployments.register import register
from deployments.settings import Settings
from deployments.wiring import ledger_of
from ledger.database import Ledger
from ledger.migrating import migrate
from ledger.simulated_clock import set_simulated_now
from simulation.people import People
from simulation.sandbox.remote import SandboxRemote


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for. pace: least real seconds per simulated day. tick: see `Driver`.

    file and mapping go together.
    """

    home: Path
    loans: int
    days: int
    pace: float
    tick: timedelta
    seed: int
    headless: bool
    keep: bool
    postgres: bool
    file: Path | None = None
    mapping: Path | None = None


def play(wishes: Wishes, *, console: Console) -> dict[str, Any]:
    """Set everything up, let the days pass, report, and stop everything; returns the summary.

    The simulated days begin tomorrow: the Prefect server, which lives in real time, must not find a wait over before
    the driver says so.
    """
    began = machine_now()
    shutil.rmtree(wishes.home, ignore_errors=True)
    wishes.home.mkdir(parents=True)
    home = wishes.home.resolve()
    starts = datetime.combine(began.date() + timedelta(days=1), time(0), tzinfo=UTC)
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(running_postgres()) if wishes.postgres else None
        ledger_url = f"sqlite:///{home / 'ledger.db'}" if database is None else database.ledger_url
        stage = Stage(
            home,
            ledger_url=ledger_url,
            database=database,
            seed=wishes.seed,
            starts_at=starts.isoformat(),
        )
        stack.enter_context(_environment(stage.settings))
        migrate(ledger_url)
        ledger = ledger_of(Settings())
        stack.callback(ledger.close)
        with ledger.transaction() as session:
            set_simulated_now(session, starts)
        console.print("Starting a Prefect server, the sandbox and a worker ...")
        stack.enter_context(stage)
        stack.enter_context(temporary_settings({PREFECT_API_URL: f"{stage.prefect_ui}/api"}))
        sandbox = stack.enter_context(SandboxRemote(stage.at.sandbox_url))
        return _perform(wishes, stage, ledger, sandbox, starts=starts, began=began, console=console)


def _perform(
    wishes: Wishes,
    stage: Stage,
    ledger: Ledger,
    sandbox: SandboxRemote,
    *,
    starts: datetime,
    began: datetime,
    console: Console,
) -> dict[str, Any]:
    as_of = starts.date() - timedelta(days=1)
    file = wishes.file or sample_file(stage.home, loans=wishes.loans, seed=wishes.seed, as_of=as_of)
    cast = engage(
        ledger,
        sandbox,
        file=file,
        mapping=wishes.mapping or SAMPLE_MAPPING,
        loans=wishes.loans,
        seed=wishes.seed,
        as_of=as_of,
        now=starts,
    )
    stage.through_outages(
        lambda: register(pool=POOL, pool_type="journey", portfolios=[cast.portfolio], with_schedules="no")
    )
    console.print(f"{cast.loans} loans of portfolio '{cast.portfolio}'. Prefect UI: {stage.prefect_ui}")
    view = View(
        console,
        ledger,
        currency=cast.currency,
        starts=starts,
        days=wishes.days,
        ui=stage.prefect_ui,
        headless=wishes.headless,
    )
    with view as watch:
        Driver(
            stage=stage,
            ledger=ledger,
            sandbox=sandbox,
            people=People(ledger, sandbox, wishes.seed),
            portfolio=cast.portfolio,
            now=starts,
            until=starts + timedelta(days=wishes.days),
            pace=wishes.pace,
            tick=wishes.tick,
            watch=watch,
        ).run()
    told = stage.through_outages(
        lambda: tell(
            ledger, portfolio=cast.portfolio, starts=starts, days=wishes.days, home=stage.home, console=console
        )
    )
    seconds = (machine_now() - began).total_seconds()
    result = stage.through_outages(
        lambda: summary(ledger, sandbox, reconciles=told, seconds=seconds, restarts=stage.restarts, seed=wishes.seed)
    )
    if not wishes.postgres:
        where_to_look(stage.home, console=console)
    if wishes.keep:
        console.print(f"Everything stays up for you to look around: {stage.prefect_ui}  (Ctrl-C ends it)")
        _until_interrupted()
    return result


def _until_interrupted() -> None:
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            let_pass(1)


@contextlib.contextmanager
def _environment(settings: dict[str, str]) -> Iterator[None]:
    """The demo's settings in this process too, for as long as it runs."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
