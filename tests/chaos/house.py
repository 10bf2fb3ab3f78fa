"""A lender's house in one folder: a ledger, a sandbox and a console as processes of their own, and a simulated time.

Nothing here keeps a connection or a thread across a fork.
"""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

import httpx
import uvicorn
from pydantic import SecretStr

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
from domain.receipt import Written
from ledger.database import Ledger, open_ledger
from ledger.keyring import Keyring
from ledger.receipts import take_in
from ledger.simulated_clock import set_simulated_now, simulated_now
from ledger.stop_words import receipt_of
from policy.treatment.reading import shipped_rules
from simulation.behaviour.base_rates import shipped_rates
from simulation.sandbox import settings as sandbox
from simulation.sandbox.application import create_sandbox
from simulation.sandbox.remote import SandboxRemote
from simulation.sandbox.serving import serve
from tasks.surroundings import Surroundings, surround
from tests.chaos.databases import Databases
from tests.chaos.moments import Watch, watch_engine, watched_http
from tests.chaos.process import HOST, end, free_port, start, until_up
from tests.chaos.way import Mail
from tests.ledger.lender import EMAIL, LEASE, MOBILE, NOW, Lender, a_loan

KEY = b"k" * 32
SANDBOX_FILE = "sandbox.db"


def quiet(_moment: str) -> None:
    """Watch nothing."""


@dataclass(frozen=True)
class House:
    """Where everything is. `ledger_url` is a migrated, empty ledger; mail: whether SendGrid keeps it for a while."""

    folder: Path
    ledger_url: str
    sandbox_port: int
    console_port: int
    mail: Mail = "at_once"

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
        account = SendGridAccount(sandbox.SENDGRID_KEY, sandbox.MAIL_SENDER, self.sandbox_url)
        desk = DeskAccount(self.sandbox_url, sandbox.DESK_TOKEN)
        again = patiently(sleep=lambda _: None)
        email = SendGridEmail(account, http=http, retrying=again)
        return Surroundings(
            ledger=ledger,
            clock=lambda: time_of(ledger),
            machine_clock=lambda: time_of(ledger),
            lease=LEASE,
            messengers=MappingProxyType(
                {
                    Action.SMS: TwilioSms(twilio, http=http, retrying=again),
                    Action.CHAT: TwilioChat(twilio, http=http, retrying=again),
                    Action.EMAIL: email,
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
            cancellable={Action.EMAIL: email} if self.mail == "cancellable" else {},
        )

    def sandbox(self) -> SandboxRemote:
        """A line to the sandbox's control plane."""
        return SandboxRemote(self.sandbox_url)


@contextmanager
def standing(
    folder: Path, ledger_url: str, *, seed: int, console: bool = True, mail: Mail = "at_once"
) -> Iterator[House]:
    """A house whose sandbox (and console) are up; both are gone at the end."""
    house = House(folder, ledger_url, free_port(), free_port(), mail)
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
        lender.lives(lender.opens(a_loan("L-2", borrower="B-2", contacts=[EMAIL]), ladder="gentle"), days=1)
        shipped_rates()
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
    """Be the console. It does not tell of webhooks that it could not take: they come again, and the census counts."""
    logging.disable(logging.ERROR)
    with house.lender(watch) as lender:
        with house.sandbox() as remote:
            key = remote.sendgrid_public_key()
        settings = ReceiptSettings(
            house.console_url,
            twilio_auth_token=sandbox.AUTH_TOKEN,
            sendgrid_public_key=key,
            desk_token=SecretStr(sandbox.DESK_TOKEN),
        )
        app = create_receipts(lender.ledger, settings=settings, clock=lambda: time_of(lender.ledger))
        uvicorn.run(app, host=HOST, port=house.console_port, log_level="critical", access_log=False)


def time_of(ledger: Ledger) -> datetime:
    """The simulated time."""
    with ledger.reading() as session:
        return simulated_now(session) or NOW
