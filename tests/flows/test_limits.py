"""Prefect's limits: registered once, kept as somebody set them, obeyed by the send tasks, never in the way alone."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

import pytest
from prefect import flow, task
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.client.schemas.responses import GlobalConcurrencyLimitResponse

from connectors.messenger import Messenger
from deployments.clock import machine_now
from deployments.prefect_server import PrefectServer
from deployments.register import ensure_limits
from domain.action import Action
from domain.attempt import AttemptState
from domain.fate import Listed
from domain.message import Accepted, Message
from domain.step import Outcome
from ledger.database import open_ledger
from ledger.keyring import Keyring
from ledger.migrating import migrate
from ledger.senders import NoRoom
from ledger.tables.attempt import AttemptRow
from ledger.tables.journey import StepRow
from ledger.turns import Turn
from policy.next_step import Act
from policy.treatment.reading import shipped_rules
from tasks import limits
from tasks.exchange import exchange
from tasks.limits import MESSAGES_AT_ONCE, ORDERS_AT_ONCE, admitted, limit_named
from tasks.surroundings import Surroundings, surround, surroundings
from tests.ledger.lender import LEASE, Lender

pytestmark = pytest.mark.slow

SMS = limit_named(Action.SMS)


class TakesAll:
    """A vendor that takes whatever comes, and says what it sees of the limit meanwhile."""

    def __init__(self, look: Callable[[], int]) -> None:
        self.look = look
        self.seen: list[int] = []

    def deliver(self, message: Message) -> Accepted:
        self.seen.append(self.look())
        return Accepted("vendor", f"V-{message.attempt_id}")

    def look_up(self, message: Message, **_: object) -> Listed:
        return Listed("vendor")


@task
def send(turn: Turn, act: Act) -> Outcome:
    """As the send tasks do."""
    return exchange(turn, act)


@flow
def sends(turn: Turn, act: Act) -> Outcome:
    """One step."""
    return send(turn, act)


@task
def ask() -> NoRoom | None:
    """Whether there is room just now."""
    with admitted(Action.SMS) as full:
        return full


@flow
def asks() -> NoRoom | None:
    """The same, in a run."""
    return ask()


@pytest.fixture
def client(server: PrefectServer) -> Iterator[SyncPrefectClient]:
    """Prefect, with every limit as it was registered; what a process knew of them is forgotten."""
    with get_client(sync_client=True) as open_client:
        yield open_client
        for name in ensure_limits(open_client):
            open_client.delete_global_concurrency_limit_by_name(name)
        ensure_limits(open_client)
    limits.forget()


@pytest.fixture
def lender(tmp_path: Path, client: SyncPrefectClient) -> Iterator[Lender]:
    """A lender whose vendor takes everything."""
    limits.forget()
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    migrate(url)
    ledger = open_ledger(url, keyring=Keyring(os.urandom(32)))
    made = Lender(ledger)
    vendor: Messenger = TakesAll(
        lambda: sum(limit.active_slots for limit in client.read_global_concurrency_limits() if limit.name == SMS)
    )
    around = Surroundings(
        ledger=ledger,
        clock=lambda: made.now,
        machine_clock=machine_now,
        lease=LEASE,
        messengers=MappingProxyType({Action.SMS: vendor}),
        desks=MappingProxyType({}),
        enrichment=None,
        loan_book=None,
        public_url="https://x.example",
        rules=shipped_rules(),
        experiment="test",
        vendors="nobody",
    )
    surround(lambda: around)
    yield made
    ledger.close()


def read(client: SyncPrefectClient) -> GlobalConcurrencyLimitResponse:
    """The limit of texts, as Prefect's UI shows it."""
    return client.read_global_concurrency_limit_by_name(SMS)


def sets(client: SyncPrefectClient, **changed: int | bool) -> None:
    """Somebody changes the limit of texts in Prefect."""
    client.update_global_concurrency_limit(SMS, GlobalConcurrencyLimitUpdate(**changed))
    limits.forget()


def takes_a_step(lender: Lender) -> Outcome:
    """A run sends the first text of a journey."""
    turn = lender.turn(lender.opens())
    assert isinstance(turn.decision, Act)
    return sends(turn, turn.decision)


class TestRegistering:
    """`duecourse deploy` makes them."""

    def test_is_once_and_keeps_what_somebody_set(self, client: SyncPrefectClient) -> None:
        """Messages and orders; a second deploy changes nothing."""
        names = ensure_limits(client)
        assert names[SMS] == names["duecourse-email"] == MESSAGES_AT_ONCE
        assert names["duecourse-field-visit"] == ORDERS_AT_ONCE
        sets(client, limit=3)
        assert ensure_limits(client)[SMS] == 3
        assert read(client).limit == 3


class TestASendTask:
    """And the limit of its channel."""

    def test_holds_a_slot_while_it_sends_and_gives_it_back(self, lender: Lender, client: SyncPrefectClient) -> None:
        """One, from before it is written down until the answer is recorded."""
        sets(client, limit=3)
        assert takes_a_step(lender) is Outcome.SENT
        vendor = surroundings().messengers[Action.SMS]
        assert isinstance(vendor, TakesAll)
        assert vendor.seen == [1]
        assert read(client).active_slots == 0

    def test_takes_no_slot_while_the_limit_is_as_it_was_registered(self, lender: Lender) -> None:
        """It would cost as much as the step; the ledger knows how many are under way."""
        assert takes_a_step(lender) is Outcome.SENT
        vendor = surroundings().messengers[Action.SMS]
        assert isinstance(vendor, TakesAll)
        assert vendor.seen == [0]

    def test_stops_at_the_registered_number_too(self, lender: Lender) -> None:
        """As many are under way as the limit says: the next one waits."""
        *others, last = lender.opens_one_for_each(range(MESSAGES_AT_ONCE)).values()
        for journey in others:
            lender.begins_to_send(journey)
        assert asks() is None
        lender.begins_to_send(last)
        full = asks()
        assert full is not None
        assert full.reason == "capacity: Prefect's limit duecourse-sms lets 20 of its contacts out at a time"

    def test_puts_the_step_off_where_nothing_may_leave(self, lender: Lender, client: SyncPrefectClient) -> None:
        """Somebody set the limit to 0: capacity is the reason, nothing is spent, and it comes again."""
        sets(client, limit=0)
        assert takes_a_step(lender) is Outcome.DEFERRED
        (step,) = lender.rows(StepRow)
        assert step.reason == "capacity: Prefect's limit duecourse-sms lets 0 of its contacts out at a time"
        assert step.until == lender.now + timedelta(seconds=30)
        sets(client, limit=1)
        lender.now += timedelta(seconds=30)
        (journey,) = lender.fences
        turn = lender.turn(journey, fence=lender.fences[journey])
        assert isinstance(turn.decision, Act)
        assert sends(turn, turn.decision) is Outcome.SENT

    def test_comes_again_later_and_later_and_writes_little(self, lender: Lender, client: SyncPrefectClient) -> None:
        """A channel that stands for days: no attempt is sealed to be given back, and nobody asks each half minute."""
        sets(client, limit=0)
        assert takes_a_step(lender) is Outcome.DEFERRED
        (journey,) = lender.fences
        pauses = []
        for _ in range(7):
            (*_, last) = sorted(lender.rows(StepRow), key=lambda step: step.turn_no)
            assert last.until is not None
            pauses.append((last.until - lender.now).total_seconds())
            lender.now = last.until
            turn = lender.turn(journey, fence=lender.fences[journey])
            assert isinstance(turn.decision, Act)
            assert sends(turn, turn.decision) is Outcome.DEFERRED
        assert pauses == [30, 60, 120, 240, 480, 900, 900]
        assert lender.rows(AttemptRow) == []

    def test_puts_off_what_a_dead_run_has_written_down(self, lender: Lender, client: SyncPrefectClient) -> None:
        """It is given back, and written anew when there is room."""
        turn = lender.turn(lender.opens())
        lender.plans(turn)
        sets(client, limit=0)
        assert isinstance(turn.decision, Act)
        assert sends(turn, turn.decision) is Outcome.DEFERRED
        assert [attempt.state for attempt in lender.rows(AttemptRow)] == [AttemptState.RELEASED.value]

    def test_frees_slots_that_a_restarted_server_forgot(self, lender: Lender, client: SyncPrefectClient) -> None:
        """All are taken, and nothing is being sent: nobody waits for them for ever."""
        sets(client, limit=2, active_slots=2)
        assert asks() is None
        assert read(client).active_slots == 0

    def test_waits_for_slots_that_are_held(self, lender: Lender, client: SyncPrefectClient) -> None:
        """Two texts are on their way: that is what the limit lets out."""
        journeys = lender.opens_one_for_each(range(2))
        for journey in journeys.values():
            lender.begins_to_send(journey)
        sets(client, limit=2, active_slots=2)
        full = asks()
        assert full is not None
        assert full.reason.startswith("capacity: ")

    @pytest.mark.parametrize("how", ["gone", "switched off"])
    def test_goes_on_without_a_limit(self, lender: Lender, client: SyncPrefectClient, how: str) -> None:
        """A missing limit, or one that is not active, holds nobody up."""
        if how == "gone":
            client.delete_global_concurrency_limit_by_name(SMS)
            limits.forget()
        else:
            sets(client, limit=0, active=False)
        assert takes_a_step(lender) is Outcome.SENT
