"""Prefect's runs are held against the ledger, which is the truth."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Completed, Failed, Pending, Running, Scheduled

from deployments.clock import machine_now
from flows.portfolio_intake import portfolio_intake
from flows.repair_journeys import repair_journeys
from ledger.carriage import Carried, carried_by, open_journeys_carried
from ledger.database import Ledger
from ledger.tables.journey import JourneyRow
from ledger.turns import take_turn
from tasks.repair_runs import Mender
from tasks.runs import RunStarter, runs_by_id
from tests.flows.conftest import LEASE, PORTFOLIO

pytestmark = pytest.mark.slow


def _journeys(ledger: Ledger) -> dict[str, Carried]:
    with ledger.reading() as session:
        return {c.loan_number: c for c in open_journeys_carried(session)}


def _run_of(carried: Carried) -> FlowRun:
    with get_client(sync_client=True) as client:
        return client.read_flow_run(UUID(carried.flow_run_id or ""))


class TestIntake:
    """New delinquencies become journeys with a run each."""

    def test_starts_one_run_a_loan_and_none_the_second_time(self, books: Ledger) -> None:
        """The run is named by the loan, and tagged so that it can be found by portfolio, ladder and bucket."""
        assert portfolio_intake(PORTFOLIO) == 3
        assert portfolio_intake(PORTFOLIO) == 0
        for number, carried in _journeys(books).items():
            run = _run_of(carried)
            assert run.name == number
            assert {f"portfolio:{PORTFOLIO}", "bucket:2"} <= set(run.tags)
            assert set(run.parameters) == {"loan", "journey"}


class TestRepair:
    """What `repair_journeys` finds and mends."""

    def test_leaves_a_sound_portfolio_alone(self, books: Ledger) -> None:
        """Nothing to mend, nothing mended."""
        portfolio_intake(PORTFOLIO)
        repaired = repair_journeys()
        assert (repaired.journeys, repaired.started, repaired.revived, repaired.rescheduled) == (3, (), (), ())

    def test_starts_a_run_that_prefect_has_lost(self, books: Ledger) -> None:
        """Prefect's database may be gone: the ledger names a run that nobody knows."""
        portfolio_intake(PORTFOLIO)
        lost = _journeys(books)["L-1"]
        with books.transaction() as session:
            carried_by(session, lost.journey_id, flow_run_id=str(uuid4()))
        assert repair_journeys().started == ("L-1",)
        assert _run_of(_journeys(books)["L-1"]).name == "L-1"
        assert repair_journeys().started == ()

    def test_starts_a_run_that_has_failed(self, books: Ledger) -> None:
        """A failed run is over; its journey is not."""
        portfolio_intake(PORTFOLIO)
        failed = _journeys(books)["L-2"]
        with get_client(sync_client=True) as client:
            client.set_flow_run_state(UUID(failed.flow_run_id or ""), Failed(message="the ledger was away"), force=True)
        assert repair_journeys().started == ("L-2",)
        assert _journeys(books)["L-2"].flow_run_id != failed.flow_run_id

    def test_revives_a_run_that_is_stuck_in_a_dead_process(self, books: Ledger) -> None:
        """Running for Prefect, but its lease in the ledger ran out."""
        portfolio_intake(PORTFOLIO)
        stuck = _journeys(books)["L-3"]
        with books.transaction() as session:
            take_turn(
                session,
                stuck.journey_id,
                fence=0,
                lease=LEASE,
                now=machine_now() + timedelta(days=1),  # its first reminder is due by then
                machine_now=machine_now() - 2 * LEASE,
            )
        with get_client(sync_client=True) as client:
            run_id = UUID(stuck.flow_run_id or "")
            client.set_flow_run_state(run_id, Pending(), force=True)
            client.set_flow_run_state(run_id, Running(), force=True)
        assert repair_journeys().revived == ("L-3",)
        assert _run_of(stuck).state_name == "Waiting"

    def test_moves_a_run_that_waits_for_another_day_than_the_ledger_says(self, books: Ledger) -> None:
        """The ledger's due time wins."""
        portfolio_intake(PORTFOLIO)
        with get_client(sync_client=True) as client:
            client.set_flow_run_state(
                UUID(_journeys(books)["L-1"].flow_run_id or ""),
                Scheduled(scheduled_time=machine_now() + timedelta(days=300)),
                force=True,
            )
        assert repair_journeys().rescheduled == ("L-1",)
        assert repair_journeys().rescheduled == ()

    def test_looks_at_every_journey_page_by_page(self, books: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two a page: the third is found as well."""
        monkeypatch.setattr("tasks.repair_runs.PAGE", 2)
        monkeypatch.setattr("tasks.start_runs.PAGE", 2)
        assert portfolio_intake(PORTFOLIO) == 3
        with get_client(sync_client=True) as client:
            for carried in _journeys(books).values():
                client.set_flow_run_state(UUID(carried.flow_run_id or ""), Failed(), force=True)
        repaired = repair_journeys()
        assert (repaired.journeys, repaired.started) == (3, ("L-1", "L-2", "L-3"))


class TestAPictureThatIsOld:
    """Workers go on while a repair looks: what has changed since it looked is left alone."""

    def test_is_not_decided_on_where_the_journey_went_on(self, books: Ledger) -> None:
        """Its run is over by the picture, and a second one would be started; but the journey is closed by now."""
        portfolio_intake(PORTFOLIO)
        carried = _journeys(books)["L-1"]
        with get_client(sync_client=True) as client:
            client.set_flow_run_state(UUID(carried.flow_run_id or ""), Completed(), force=True)
            runs = _runs(client, carried)
            with books.transaction() as session:
                session.get_one(JourneyRow, carried.journey_id).state = "closed"
            assert _mended(client, carried, runs) == []

    def test_is_not_decided_on_where_the_run_was_picked_up(self, books: Ledger) -> None:
        """It waited for another day than the ledger says; now it is at work, and is not set back."""
        portfolio_intake(PORTFOLIO)
        carried = _journeys(books)["L-1"]
        run_id = UUID(carried.flow_run_id or "")
        with get_client(sync_client=True) as client:
            far: State[None] = Scheduled(scheduled_time=machine_now() + timedelta(days=300))
            client.set_flow_run_state(run_id, far, force=True)
            runs = _runs(client, carried)
            client.set_flow_run_state(run_id, Running(), force=True)
            assert _mended(client, carried, runs) == []
            assert client.read_flow_run(run_id).state_name == "Running"


def _runs(client: SyncPrefectClient, carried: Carried) -> dict[str, FlowRun]:
    return runs_by_id(client, [carried.flow_run_id or ""])


def _mended(client: SyncPrefectClient, carried: Carried, runs: dict[str, FlowRun]) -> list[str]:
    mender = Mender(client, RunStarter(client))
    mender.mend([carried], runs, machine_now=machine_now())
    return [number for numbers in mender.mended.values() for number in numbers]
