"""A lender's house in one folder: a ledger, a sandbox and a console as processes of their own, and a simulated time.

Processes are forks of this one, so that they start in milliseconds; nothing here keeps a connection or a thread across
a fork.
"""

import json
import os
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, assert_never

import httpx
import uvicorn

from connectors.desk_line import DeskAccount
from connectors.field_desk import FieldDesk
from connectors.legal_desk import LegalDesk
from connectors.retrying import patiently
from connectors.sendgrid_email import SendGridAccount, SendGridEmail
from connectors.twilio_chat import TwilioChat
from connectors.twilio_inbox import TwilioInbox
from connectors.twilio_messages import TwilioAccount
from connectors.twilio_sms import TwilioSms
from console.receipts import ReceiptSettings, create_receipts
from domain.action import Action
from domain.journey import JourneyState
from domain.receipt import Written
from domain.step import Outcome
from ledger.database import Ledger, open_ledger
from ledger.keyring import Keyring
from ledger.receipts import take_in
from ledger.simulated_clock import set_simulated_now, simulated_now
from ledger.stop_words import receipt_of
from ledger.tables.journey import JourneyRow
from ledger.turns import JourneyIsBusy, LeaseWasLost, Turn
from policy.next_step import Act, Finish, Wait
from policy.treatment.reading import shipped_rules
from simulation.sandbox import settings as sandbox
from simulation.sandbox.application import create_sandbox
from simulation.sandbox.remote import SandboxRefused, SandboxRemote
from simulation.sandbox.serving import serve
from tasks.exchange import exchange
from tasks.reconcile import ask_vendors, give_up_on_dead_runs, go_on_after_breakers
from tasks.surroundings import Surroundings, surround
from tasks.sweep import sweep_what_came_in
from tests.chaos.databases import Databases
from tests.chaos.moments import Watch, watch_engine, watched_http
from tests.ledger.lender import LEASE, MOBILE, NOW, Lender

KEY = b"k" * 32
SANDBOX_FILE = "sandbox.db"
UP_WITHIN_SECONDS = 20.0
HOST = "127.0.0.1"


def quiet(_moment: str) -> None:
    """Watch nothing."""


@dataclass(frozen=True)
class House:
    """Where everything is. `ledger_url` is a migrated, empty ledger."""

    folder: Path
    ledger_url: str
    sandbox_port: int
    console_port: int

    @property
    def sandbox_url(self) -> str:
        return f"http://{HOST}:{self.sandbox_port}"

    @property
    def console_url(self) -> str:
        return f"http://{HOST}:{self.console_port}"

    @contextmanager
    def lender(self, watch: Watch = quiet) -> Iterator[Lender]:
        """A lender at the simulated time of the ledger; its connections end with the block."""
        ledger = open_ledger(self.ledger_url, keyring=Keyring(KEY))
        if watch is not quiet:
            watch_engine(ledger.engine, watch)
        try:
            yield Lender(ledger, now=time_of(ledger))
        finally:
            ledger.close()

    @contextmanager
    def at_work(self, watch: Watch = quiet, *, read_seconds: float = 10.0) -> Iterator[Lender]:
        """The same, with surroundings in which tasks reach the sandbox over HTTP."""
        with self.lender(watch) as lender, watched_http(watch, read_seconds=read_seconds) as http:
            around = self._surroundings(lender.ledger, http)
            surround(lambda: around)
            yield lender

    def _surroundings(self, ledger: Ledger, http: httpx.Client) -> Surroundings:
        twilio = TwilioAccount(
            sandbox.ACCOUNT_SID,
            sandbox.AUTH_TOKEN,
            sandbox.SENDER,
            base_url=self.sandbox_url,
            callback_base_url=self.console_url,
        )
        mail = SendGridAccount(sandbox.SENDGRID_KEY, sandbox.MAIL_SENDER, self.sandbox_url)
        desk = DeskAccount(self.sandbox_url, sandbox.DESK_TOKEN)
        again = patiently(sleep=lambda _: None)
        return Surroundings(
            ledger=ledger,
            clock=lambda: time_of(ledger),
            machine_clock=lambda: time_of(ledger),
            lease=LEASE,
            messengers=MappingProxyType(
                {
                    Action.SMS: TwilioSms(twilio, http=http, retrying=again),
                    Action.CHAT: TwilioChat(twilio, http=http, retrying=again),
                    Action.EMAIL: SendGridEmail(mail, http=http, retrying=again),
                }
            ),
            desks=MappingProxyType(
                {
                    Action.FIELD_VISIT: FieldDesk(desk, http=http, retrying=again),
                    Action.LEGAL_REFERRAL: LegalDesk(desk, http=http, retrying=again),
                }
            ),
            enrichment=None,
            loan_book=None,
            public_url=self.console_url,
            rules=shipped_rules(),
            experiment="chaos",
            vendors="the sandbox",
            inbox=TwilioInbox(twilio, http=http),
        )

    def sandbox(self) -> SandboxRemote:
        """A line to the sandbox's control plane."""
        return SandboxRemote(self.sandbox_url)


@contextmanager
def standing(folder: Path, ledger_url: str, *, seed: int, console: bool = True) -> Iterator[House]:
    """A house whose sandbox (and console) are up; both are gone at the end."""
    house = House(folder, ledger_url, free_port(), free_port())
    with house.lender() as lender, lender.ledger.transaction() as session:
        set_simulated_now(session, NOW)
    running = [start(lambda: serve_sandbox(house, seed=seed))]
    try:
        until_up(house.sandbox_port)
        if console:
            running.append(start(lambda: serve_console(house)))
            until_up(house.console_port)
        yield house
    finally:
        for process in running:
            end(process)


def warm_up(folder: Path, made: Databases) -> None:
    """Read packs, wordings and ladders once, so that no fork has to."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        ledger = open_ledger(made.fresh(Path(name)), keyring=Keyring(KEY))
        lender = Lender(ledger)
        lender.lives(lender.opens(ladder="standard"), days=60)
        with ledger.transaction() as session:
            take_in(session, receipt_of(session, Written("twilio", "warm", MOBILE.text, "hello")), now=lender.now)
        ledger.close()
        create_sandbox(sandbox.SandboxSettings(state=Path(name) / "warm.db", clock=lambda: NOW))


def serve_sandbox(house: House, *, seed: int) -> None:
    """Be the sandbox."""
    settings = sandbox.SandboxSettings(
        state=house.folder / SANDBOX_FILE, clock=lambda: NOW, seed=seed, callback_base=house.console_url
    )
    serve(settings, port=house.sandbox_port)


def serve_console(house: House, watch: Watch = quiet) -> None:
    """Be the console."""
    with house.lender(watch) as lender:
        with house.sandbox() as remote:
            key = remote.sendgrid_public_key()
        settings = ReceiptSettings(house.console_url, twilio_auth_token=sandbox.AUTH_TOKEN, sendgrid_public_key=key)
        app = create_receipts(lender.ledger, settings=settings, clock=lambda: time_of(lender.ledger))
        uvicorn.run(app, host=HOST, port=house.console_port, log_level="critical", access_log=False)


def start(work: Callable[[], object]) -> int:
    """Do something in a process of its own; its id."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException as error:  # noqa: BLE001 # whatever it was, the fork must not go on as its parent would
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
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
    file.unlink(missing_ok=True)
    code = ended(start(lambda: file.write_text(json.dumps(work()))))
    if code != 0:
        return {"amiss": [f"what should have gone on ended with {code}"]}
    found: dict[str, Any] = json.loads(file.read_text())
    return found


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


def time_of(ledger: Ledger) -> datetime:
    """The simulated time."""
    with ledger.reading() as session:
        return simulated_now(session) or NOW


def move_to(lender: Lender, now: datetime) -> None:
    """Move the simulated time on; somebody else may have moved it further."""
    with lender.ledger.transaction() as session:
        lender.now = max(now, simulated_now(session) or now)
        set_simulated_now(session, lender.now)


def carry_on(lender: Lender, journey: str, *, until: datetime) -> None:
    """Carry one journey on, over HTTP, as a worker does; a hold of a dead run is waited for."""
    fence = 0
    while lender.now <= until:
        try:
            turn = lender.turn(journey, fence=fence)
        except JourneyIsBusy:
            move_to(lender, lender.now + LEASE)
            continue
        fence = turn.fence
        match turn.decision:
            case Act():
                carry_out(lender, turn)
            case Wait(until=due_at):
                if due_at > until:
                    return
                move_to(lender, due_at)
                fence = 0
            case Finish():
                return
            case other:
                assert_never(other)


def carry_all(lender: Lender, *, until: datetime) -> None:
    """Carry every journey on, in the order in which they fall due."""
    fences: dict[str, int] = {}
    while True:
        lender.now = time_of(lender.ledger)
        due = [row for row in lender.rows(JourneyRow) if row.state == JourneyState.OPEN.value]
        now = [row.id for row in due if row.due_at is None or row.due_at <= lender.now]
        if not now:
            following = min((row.due_at for row in due if row.due_at is not None), default=None)
            if following is None or following > until:
                return
            move_to(lender, following)
            continue
        is_busy = 0
        for journey in now:
            try:
                turn = lender.turn(journey, fence=fences.get(journey, 0))
            except JourneyIsBusy:
                is_busy += 1
                continue
            fences[journey] = turn.fence
            try:
                if isinstance(turn.decision, Act):
                    carry_out(lender, turn)
                    continue
            except LeaseWasLost:  # another worker took it over
                pass
            fences.pop(journey)
        if is_busy == len(now):
            move_to(lender, lender.now + LEASE)


def carry_out(lender: Lender, turn: Turn) -> str | Outcome:
    """Carry out what a turn decided."""
    assert isinstance(turn.decision, Act)
    if turn.decision.action in {Action.CALLBACK, Action.VERIFY_CONTACTS}:
        return lender.assigns(turn)
    return exchange(turn, turn.decision)


def settle_down(house: House, lender: Lender, *, hours: float = 30.0) -> None:
    """Let a day and more pass: webhooks come, dead runs are given up on, vendors are asked on their schedule."""
    begins = lender.now
    with house.sandbox() as remote:
        for seconds in (360, 30, 120, 600, 3_600, 6 * 3_600, 24 * 3_600, round(hours * 3_600)):
            move_to(lender, max(lender.now, begins + timedelta(seconds=seconds)))
            with suppress(SandboxRefused):
                remote.advance(now=lender.now)
            give_up_on_dead_runs.fn()
            while ask_vendors.fn():  # so many at a time
                pass
            sweep_what_came_in.fn()
            go_on_after_breakers.fn()
