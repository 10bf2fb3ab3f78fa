"""A stage for commands: a folder of its own, a ledger, and loans whose journeys move without Prefect."""

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, assert_never

from typer.testing import CliRunner, Result

from deployments.cli.main import app
from domain.action import Action
from domain.message import Accepted, Message, Order
from domain.step import Outcome
from domain.work_item import WorkKind
from ledger.carriage import due_journeys, next_due_at, open_journeys_carried
from ledger.claiming import claim
from ledger.database import Ledger
from ledger.opening import loans_without_journey, open_journeys
from ledger.outcomes import record_accepted
from ledger.planning import plan
from ledger.portfolios import portfolio_named
from ledger.simulated_clock import set_simulated_now
from ledger.turns import take_turn
from ledger.work import assign
from policy.capacity import Senders
from policy.next_step import Act, Finish, Wait
from policy.treatment.reading import shipped_rules

MONDAY = datetime(2026, 1, 5, 2, tzinfo=UTC)
"""10 in the morning in Shanghai, where the borrowers of these proofs live."""

MAPPING = """\
kind: loans
as_of: 2026-01-04
fields: {number: No, borrower_name: Name, arrears: Overdue, balance: Balance, days_past_due: Days}
defaults: {product: card, segment: retail, currency: CNY, timezone: Asia/Shanghai, language: en, jurisdiction: CN}
contacts:
  - {kind: mobile, column: Phone}
  - {kind: email, column: Mail}
"""
PAYMENT_MAPPING = """\
kind: payments
fields: {loan_number: Loan, amount: Amount, received_at: Paid, external_id: Ref, reverses: Reverses}
defaults: {source: bank, currency: CNY, timezone: Asia/Shanghai}
"""
LOANS = """\
No,Name,Overdue,Balance,Days,Phone,Mail
A1,Li Wei,1200.50,9000,40,13800138000,li.wei@example.com
A2,Chen Yu,800,8000,95,13800138001,chen.yu@example.com
"""


@dataclass(frozen=True)
class Stage:
    """Runs commands in `folder`, which is the current one."""

    folder: Path

    def run(self, *arguments: str) -> Result:
        """One command, its answer and errors apart."""
        return CliRunner().invoke(app, list(arguments))

    def answer(self, *arguments: str) -> Any:
        """The answer as JSON of a command that must succeed."""
        result = self.run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def refusal(self, *arguments: str) -> str:
        """What a command that cannot be carried out says; it must not be a traceback."""
        result = self.run(*arguments)
        assert result.exit_code == 1, result.output
        assert isinstance(result.exception, SystemExit)
        assert "error: " in result.stderr
        return result.stderr

    def write(self, name: str, text: str) -> str:
        """A file in the folder; its name."""
        (self.folder / name).write_text(text, encoding="utf-8")
        return name

    def import_loans(self, text: str = LOANS, *, portfolio: str = "cards") -> Any:
        """Take in loans through the command."""
        loans, mapping = self.write("loans.csv", text), self.write("loans.yaml", MAPPING)
        return self.answer("import", "loans", loans, "--mapping", mapping, "--portfolio", portfolio)

    def import_payments(self, text: str) -> Any:
        """Take in payments through the command."""
        payments, mapping = self.write("payments.csv", text), self.write("payments.yaml", PAYMENT_MAPPING)
        return self.answer("import", "payments", payments, "--mapping", mapping, "--portfolio", "cards")


@dataclass(frozen=True)
class Driven(Stage):
    """A stage whose ledger lives in simulated time and whose journeys a test can move."""

    ledger: Ledger
    senders: Senders = field(default_factory=dict)

    def set_time(self, now: datetime) -> None:
        """Move the simulated clock."""
        with self.ledger.transaction() as session:
            set_simulated_now(session, now)

    def open(self, *, now: datetime) -> None:
        """Open a journey for every loan of the portfolio that is past due."""
        with self.ledger.transaction() as session:
            loans = loans_without_journey(session, portfolio_named(session, "cards"))
            open_journeys(session, loans, rules=shipped_rules(), salt="proof", now=now)

    def carry_to(self, end: datetime, *, start: datetime) -> None:
        """Take every turn that falls due from start to end; vendors accept everything."""
        now: datetime | None = start
        while now is not None and now <= end:
            self.set_time(now)
            with self.ledger.reading() as session:
                woken = {c.journey_id for c in open_journeys_carried(session) if c.was_woken}
                due = woken | set(due_journeys(session, now=now))
            for journey_id in sorted(due):
                self._carry(journey_id, now=now)
            with self.ledger.reading() as session:
                now = next_due_at(session)
        self.set_time(end)

    def _carry(self, journey_id: str, *, now: datetime) -> None:
        fence = 0
        while True:
            with self.ledger.transaction() as session:
                turn = take_turn(
                    session, journey_id, fence=fence, lease=timedelta(minutes=5), now=now, machine_now=MONDAY
                )
            fence = turn.fence
            match turn.decision:
                case Act() as act:
                    with self.ledger.transaction() as session:
                        if act.action in {Action.CALLBACK, Action.VERIFY_CONTACTS}:
                            assign(session, turn, kind=WorkKind(act.action.value), now=now)
                            continue
                        url = "https://lender.example"
                        attempt = plan(session, turn, rung=act.rung, action=act.action, public_url=url, now=now)
                    if attempt is not None:
                        self._exchange(attempt, fence=fence, now=now)
                case Wait() | Finish():
                    return
                case other:
                    assert_never(other)

    def _exchange(self, attempt: str, *, fence: int, now: datetime) -> None:
        with self.ledger.transaction() as session:
            match claim(session, attempt, fence=fence, now=now, senders=self.senders):
                case Outcome():
                    return
                case Message() | Order():
                    record_accepted(session, attempt, Accepted("twilio", f"SM{attempt[:6]}"), now=now)


def key_text(ledger: Ledger) -> str:
    """The ledger's key as the environment has it."""
    return base64.b64encode(ledger.keyring.master).decode()
