"""Lost answers are found out about and broken channels are told of, from the request over HTTP to the run's state."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
import pytest
from prefect.client.schemas.objects import State

from connectors.desk_line import DeskAccount
from connectors.http_transport import outbound
from connectors.legal_desk import LegalDesk
from connectors.messenger import Cancellable
from connectors.retrying import patiently
from connectors.sendgrid_email import LEAVES_AFTER, SendGridAccount, SendGridEmail
from connectors.twilio_inbox import TwilioInbox
from connectors.twilio_messages import TwilioAccount
from connectors.twilio_sms import TwilioSms
from deployments.clock import machine_now
from deployments.prefect_server import PrefectServer
from domain.action import Action
from domain.step import Outcome
from flows.reconcile_attempts import in_words, reconcile_attempts
from ledger.database import open_ledger
from ledger.keyring import Keyring
from ledger.migrating import migrate
from ledger.tables.attempt import AttemptRow
from ledger.tables.borrower import ContactPointRow
from ledger.tables.inbox import InboxRow
from ledger.tables.journey import WakeUpRow
from ledger.tables.work_item import WorkItemRow
from policy.next_step import Act
from policy.treatment.reading import shipped_rules
from simulation.sandbox.control import FaultKind, Vendor
from simulation.sandbox.remote import SandboxRemote
from simulation.sandbox.serving import serving
from simulation.sandbox.settings import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    DESK_TOKEN,
    MAIL_SENDER,
    SENDER,
    SENDGRID_KEY,
    SandboxSettings,
)
from tasks.exchange import exchange
from tasks.reconcile import ask_vendors
from tasks.surroundings import Surroundings, surround, surroundings
from tests.ledger.lender import EMAIL, LEASE, MOBILE, NOW, Lender, a_loan

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class FailsAfterTheBatch:
    """SendGrid gives a batch id, and what goes wrong then is the mail's request."""

    email: SendGridEmail
    sandbox: SandboxRemote
    kind: FaultKind
    leaves_after: timedelta = LEAVES_AFTER

    def open_batch(self) -> str:
        """The real one's id; the next request fails."""
        batch_id = self.email.open_batch()
        self.sandbox.fault(Vendor.SENDGRID, kind=self.kind)
        return batch_id


@dataclass
class House:
    """A lender, the sandbox's vendors, and a time that the test moves for both."""

    lender: Lender
    sandbox: SandboxRemote
    url: str
    http: httpx.Client

    def set_up(self, *, token: str = AUTH_TOKEN, sweeps: bool = False, mail: Cancellable | None = None) -> None:
        """Point the connectors at the sandbox, with a token that is right or not."""
        account = TwilioAccount(ACCOUNT_SID, token, SENDER, base_url=self.url, callback_base_url="https://x.example")
        sms = TwilioSms(account, http=self.http, retrying=patiently(sleep=lambda _: None))
        legal = LegalDesk(DeskAccount(self.url, DESK_TOKEN), http=self.http)
        around = Surroundings(
            ledger=self.lender.ledger,
            clock=lambda: self.lender.now,
            machine_clock=machine_now,
            lease=LEASE,
            messengers=MappingProxyType({Action.SMS: sms, Action.EMAIL: self.email}),
            desks=MappingProxyType({Action.LEGAL_REFERRAL: legal}),
            enrichment=None,
            loan_book=None,
            public_url="https://x.example",
            rules=shipped_rules(),
            experiment="test",
            vendors="the sandbox",
            inbox=TwilioInbox(account, http=self.http) if sweeps else None,
            cancellable={Action.EMAIL: mail} if mail is not None else {},
        )
        surround(lambda: around)

    @property
    def email(self) -> SendGridEmail:
        """The real client, pointed at the sandbox."""
        account = SendGridAccount(SENDGRID_KEY, MAIL_SENDER, self.url)
        return SendGridEmail(account, http=self.http, retrying=patiently(sleep=lambda _: None))

    def moves_to(self, now: datetime) -> None:
        """Time goes on for the lender and for the vendors."""
        self.lender.now = now
        self.sandbox.advance(now=now)

    def sends(self, journey: str) -> Outcome:
        """A run takes the journey's next step, over HTTP."""
        turn = self.lender.turn(journey, fence=self.lender.fences.get(journey, 0))
        assert isinstance(turn.decision, Act)
        return exchange(turn, turn.decision)

    def accepts(self) -> int:
        """What the sandbox's own log says was accepted."""
        return len(self.sandbox.accepts().accepts)


@pytest.fixture
def house(tmp_path: Path, server: PrefectServer) -> Iterator[House]:
    """Everything but people."""
    url = f"sqlite:///{tmp_path / 'house.db'}"
    migrate(url)
    ledger = open_ledger(url, keyring=Keyring(os.urandom(32)))
    settings = SandboxSettings(state=tmp_path / "sandbox.db", clock=lambda: NOW)
    with serving(settings) as address, SandboxRemote(address) as remote, outbound(read_seconds=10) as http:
        made = House(Lender(ledger), remote, address, http)
        made.set_up()
        yield made
    ledger.close()


def ran() -> State[Any]:
    """The flow's own state."""
    return reconcile_attempts(return_state=True)


class TestTheRun:
    """What the flow does, and says."""

    def test_finds_a_stop_whose_webhook_never_came(self, house: House) -> None:
        """It stands in Twilio's list: the number is left alone, and a second look changes nothing."""
        house.set_up(sweeps=True)
        house.lender.opens()
        house.sandbox.writes(MOBILE.text, text="Stop please")
        house.sandbox.writes(MOBILE.text, text="STOP", channel="chat")
        house.sandbox.advance(now=NOW)
        assert ran().message == "2 messages had come in without a webhook"
        (mobile,) = [row for row in house.lender.rows(ContactPointRow) if row.kind == "mobile"]
        assert mobile.state == "opted_out"
        assert "the borrower opted out" in {row.reason for row in house.lender.rows(WakeUpRow)}
        house.lender.now = NOW + timedelta(hours=2)
        assert ran().message == "nothing is unknown"
        assert len(house.lender.rows(InboxRow)) == 2

    def test_finds_a_message_whose_answer_was_lost(self, house: House) -> None:
        """Twilio broke after it had taken it; the list lags at first, and nothing is sent twice."""
        house.sandbox.fault(Vendor.TWILIO, kind=FaultKind.BROKEN_AFTER)
        journey = house.lender.opens()
        assert house.sends(journey) is Outcome.UNKNOWN
        house.lender.now = NOW + timedelta(seconds=30)
        house.sandbox.fault(Vendor.TWILIO, kind=FaultKind.LAGGING_LIST)
        assert ran().message == "asked about 1: 1 unclear"
        assert ran().message == "nothing is unknown"
        house.lender.now = NOW + timedelta(minutes=2)
        assert ran().message == "asked about 1: 1 found"
        (attempt,) = house.lender.rows(AttemptRow)
        (accept,) = house.sandbox.accepts().accepts
        assert (attempt.state, attempt.vendor_id) == ("accepted", accept.vendor_id)

    def test_sends_again_only_what_certainly_never_left(self, house: House) -> None:
        """Twilio broke before it took anything: an hour later the rung is taken again, and one message is accepted."""
        house.sandbox.fault(Vendor.TWILIO, kind=FaultKind.BROKEN_BEFORE)
        journey = house.lender.opens()
        house.sends(journey)
        for minutes, says in ((1, "1 unclear"), (30, "1 unclear"), (60, "1 absent")):
            house.lender.now = NOW + timedelta(minutes=minutes)
            assert ran().message == f"asked about 1: {says}"
        assert house.accepts() == 0
        assert house.sends(journey) is Outcome.SENT
        assert house.accepts() == 1

    def test_asks_a_person_when_the_vendor_is_away_for_a_day(self, house: House) -> None:
        """Each ask fails; nothing is guessed."""
        house.sandbox.fault(Vendor.TWILIO, kind=FaultKind.BROKEN_AFTER, times=7)
        house.sends(house.lender.opens())
        for hours in (0.1, 1, 6, 24):
            assert house.lender.rows(WorkItemRow) == []
            house.lender.now = NOW + timedelta(hours=hours)
            assert ran().message == "asked about 1: 1 no_answer"
        (item,) = house.lender.rows(WorkItemRow)
        assert item.kind == "reconcile_attempt"
        assert ran().message == "nothing is unknown"

    def test_takes_no_further_question_up_when_its_time_is_over(self, house: House) -> None:
        """A silent vendor: each question takes 10 seconds here, so three fit, and the next run does the rest."""
        house.sandbox.fault(Vendor.TWILIO, kind=FaultKind.BROKEN_AFTER, times=5)
        for journey in house.lender.opens_one_for_each(range(5)).values():
            house.sends(journey)
        house.lender.now = NOW + timedelta(seconds=30)
        passed = count()
        # The machine's clock is looked at before the first question and before each one.
        slow = replace(surroundings(), machine_clock=lambda: NOW + timedelta(seconds=10) * max(0, next(passed) - 1))
        surround(lambda: slow)
        assert ask_vendors.fn() == {"found": 3}
        assert ask_vendors.fn() == {"found": 2}

    def test_finds_an_order_by_our_own_reference(self, house: House) -> None:
        """The lawyer's desk took it, and it is on the lawyers' list."""
        journey = house.lender.opens(ladder="standard")
        house.lender.lives(journey, days=120, before=Action.LEGAL_REFERRAL)
        house.sandbox.fault(Vendor.LEGAL_DESK, kind=FaultKind.RESET)
        turn = house.lender.turn(journey, fence=house.lender.fences[journey])
        assert isinstance(turn.decision, Act)
        assert exchange(turn, turn.decision) is Outcome.UNKNOWN
        house.lender.now += timedelta(seconds=30)
        assert ran().message == "asked about 1: 1 found"
        assert [row.kind for row in house.lender.rows(WorkItemRow) if row.state == "open"] == ["legal_referral"]

    def test_tells_of_a_channel_that_is_out_of_order(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        """A token that was changed: one request for three journeys; it is mended, and all go on, one a transaction."""
        monkeypatch.setattr("tasks.reconcile.WOKEN_AT_ONCE", 1)
        house.set_up(token="changed")
        first, second, third = house.lender.opens_one_for_each(range(3)).values()
        assert [house.sends(j) for j in (first, second, third)] == [Outcome.DEFERRED] * 3
        assert house.sandbox.health().requests[Vendor.TWILIO] == 1
        state = ran()
        assert state.is_failed()  # red for whoever looks at Prefect
        assert (state.name, state.message) == ("ChannelOutOfOrder", "out of order: sms (twilio 20003)")
        house.set_up()
        for journey in (first, second, third):
            house.lender.turn(journey, fence=house.lender.fences[journey])  # it waits, and says for what
            assert (house.lender.journey(journey).waiting_reason or "").startswith("channel out of order: sms")
        house.lender.now = NOW + timedelta(minutes=15)
        assert house.sends(first) is Outcome.SENT
        assert ran().message == "2 journeys go on"
        assert [house.sends(j) for j in (second, third)] == [Outcome.SENT] * 2

    def test_gives_up_on_a_run_that_died(self, house: House) -> None:
        """Its lease is over, and nobody took the journey up again."""
        attempt = house.lender.begins_to_send(house.lender.opens())
        assert ran().message == "1 contacts of dead runs are unknown now"
        (row,) = house.lender.rows(AttemptRow)
        assert (row.id, row.state) == (attempt, "unknown")


class TestAMailThatCanBeCancelled:
    """The setting is on: SendGrid keeps each mail for a while."""

    @pytest.mark.parametrize("kind", [FaultKind.BROKEN_AFTER, FaultKind.BROKEN_BEFORE, FaultKind.RESET])
    def test_is_cancelled_and_sent_again(self, house: House, kind: FaultKind) -> None:
        """Its answer was lost, whether SendGrid had taken it or not: in the end one mail leaves."""
        journey = house.lender.opens(a_loan(contacts=[EMAIL]))
        house.set_up(mail=FailsAfterTheBatch(house.email, house.sandbox, kind))
        assert house.sends(journey) is Outcome.UNKNOWN
        house.moves_to(NOW + timedelta(seconds=30))
        assert ran().message == "asked about 1: 1 absent"
        house.set_up(mail=house.email)
        assert house.sends(journey) is Outcome.SENT
        house.moves_to(NOW + timedelta(hours=2))
        first, second = sorted(house.lender.rows(AttemptRow), key=lambda row: row.planned_at)
        assert (first.state, second.state) == ("released", "accepted")
        (accept,) = house.sandbox.accepts().accepts
        assert (accept.attempt_id, accept.vendor_id) == (second.id, second.vendor_id)
        assert accept.accepted_at == NOW + timedelta(seconds=30) + LEAVES_AFTER
        assert ran().message == "nothing is unknown"

    def test_is_not_sent_again_when_it_is_too_late_to_cancel(self, house: House) -> None:
        """The reconciler was away: the mail leaves, and its event or a person tells."""
        journey = house.lender.opens(a_loan(contacts=[EMAIL]))
        house.set_up(mail=FailsAfterTheBatch(house.email, house.sandbox, FaultKind.BROKEN_AFTER))
        house.sends(journey)
        house.moves_to(NOW + timedelta(minutes=8))
        assert ran().message == "asked about 1: 1 unclear"
        house.moves_to(NOW + timedelta(hours=24))
        assert ran().message == "asked about 1: 1 unclear"
        assert [row.kind for row in house.lender.rows(WorkItemRow)] == ["reconcile_attempt"]
        assert house.accepts() == 1

    def test_has_no_batch_id_and_never_left(self, house: House) -> None:
        """SendGrid's answer about the batch was lost: nothing is unknown, and the step is put off."""
        journey = house.lender.opens(a_loan(contacts=[EMAIL]))
        house.set_up(mail=house.email)
        house.sandbox.fault(Vendor.SENDGRID, kind=FaultKind.BROKEN_AFTER)
        assert house.sends(journey) is Outcome.DEFERRED
        assert [row.state for row in house.lender.rows(AttemptRow)] == ["released"]
        assert house.sandbox.health().requests[Vendor.SENDGRID] == 1


def test_two_reconcilers_do_not_ask_twice(house: House) -> None:
    """The second finds nothing to do; in the ledger's proofs they race."""
    house.sandbox.fault(Vendor.TWILIO, kind=FaultKind.BROKEN_AFTER)
    house.sends(house.lender.opens())
    house.lender.now = NOW + timedelta(seconds=30)
    before = house.sandbox.health().requests[Vendor.TWILIO]
    assert [ran().message for _ in range(2)] == ["asked about 1: 1 found", "nothing is unknown"]
    assert house.sandbox.health().requests[Vendor.TWILIO] == before + 1


def test_a_run_says_everything_that_it_did() -> None:
    """In one sentence."""
    told = in_words(lost=2, fates={"found": 1, "unclear": 3}, woken=4, broken=["sms (twilio 20003)"])
    assert told == (
        "out of order: sms (twilio 20003); 2 contacts of dead runs are unknown now;"
        " asked about 4: 1 found, 3 unclear; 4 journeys go on"
    )
