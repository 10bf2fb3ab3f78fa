"""Woken journeys are carried out soon, and each wake-up costs Prefect one change of state."""

from datetime import timedelta
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.states import Scheduled
from sqlmodel import select

from deployments.clock import machine_now
from flows.portfolio_intake import portfolio_intake
from flows.wake_journeys import wake_journeys
from ledger.carriage import Carried, open_journeys_carried
from ledger.database import Ledger
from ledger.tables.journey import WakeUpRow
from ledger.waking import NUDGE_AGAIN_AFTER, wake
from tests.flows.conftest import PORTFOLIO

pytestmark = pytest.mark.slow


@pytest.fixture
def journey(books: Ledger) -> Carried:
    """A journey that waits for a day far away, and was woken."""
    portfolio_intake(PORTFOLIO)
    with books.transaction() as session:
        found = next(each for each in open_journeys_carried(session) if each.loan_number == "L-1")
        wake(session, found.journey_id, reason="payment received", now=machine_now())
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(
            UUID(found.flow_run_id or ""), Scheduled(scheduled_time=machine_now() + timedelta(days=300)), force=True
        )
    return found


def _run_of(journey: Carried) -> FlowRun:
    with get_client(sync_client=True) as client:
        return client.read_flow_run(UUID(journey.flow_run_id or ""))


def test_a_waiting_run_is_moved_to_now(journey: Carried) -> None:
    """Its wait of 300 days is over."""
    assert wake_journeys() == 1
    planned = _run_of(journey).next_scheduled_start_time
    assert planned is not None
    assert planned <= machine_now()


def test_a_run_that_stands_in_the_queue_is_not_moved_again(books: Ledger, journey: Carried) -> None:
    """However long the queue is: a thousand due runs would else be moved every 20 seconds."""
    wake_journeys()
    before = _run_of(journey).state_id
    with books.transaction() as session:
        for row in session.exec(select(WakeUpRow)).all():
            row.nudged_at = machine_now() - 2 * NUDGE_AGAIN_AFTER
    assert wake_journeys() == 0
    assert _run_of(journey).state_id == before
