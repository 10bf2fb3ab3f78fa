"""What the journey worker promises, each promise on a running one."""

import urllib.request
from pathlib import Path

import pytest
from prefect import State
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Cancelling, Pending, Running, Scheduled

from deployments.flow_shelf import FlowShelf
from deployments.house import HOUSE
from deployments.journey_worker import JourneyWorker, WorkerHealth
from deployments.pick_up import NotTaken, carry_out, put_right
from deployments.prefect_private import open_lane_client
from deployments.prefect_server import free_port
from tests.worker.conftest import SAMPLES, Prefect, Worker, eventually
from tests.worker.sample_flows import FAR_OFF, read

pytestmark = pytest.mark.slow


class TestARunOnTheJourneyWorker:
    """The ordinary life of a flow run."""

    def test_goes_on_after_each_wait_to_its_end(self, prefect: Prefect, worker: Worker, page: Path) -> None:
        """Three steps are taken once each, in three pick-ups of one and the same run."""
        run = prefect.run("two_waits", page=page, pool="journeys")
        assert eventually(lambda: prefect.state(run) == "Completed"), worker.said
        assert read(page) == ["reminded"] * 3
        assert prefect.read(run).run_count == 3

    def test_waits_under_a_name_and_with_a_reason(self, prefect: Prefect, worker: Worker, page: Path) -> None:
        """Whoever looks at the waiting run sees what it waits for, until when and why."""
        run = prefect.run("waits_for_years", page=page, pool="journeys")
        assert eventually(lambda: prefect.state(run) == "AwaitingVisit"), worker.said
        assert prefect.message(run) == "until 1 Dec 09:00: the visitor reports"
        assert prefect.read(run).next_scheduled_start_time == FAR_OFF

    def test_is_picked_up_early_when_it_is_scheduled_for_now(
        self, prefect: Prefect, worker: Worker, page: Path
    ) -> None:
        """A wait of years ends when somebody moves its schedule to now."""
        run = prefect.run("waits_for_years", page=page, pool="journeys")
        assert eventually(lambda: prefect.state(run) == "AwaitingVisit"), worker.said
        with prefect.client as client:
            client.set_flow_run_state(run, Scheduled(name="Woken"))
        assert eventually(lambda: prefect.state(run) == "Completed"), worker.said
        assert read(page) == ["reminded"] * 2

    def test_may_come_from_a_file(self, prefect: Prefect, worker: Worker, page: Path) -> None:
        """An entrypoint may name a file and a function in it."""
        file = f"{Path(__file__).with_name('sample_flows.py')}:two_waits"
        run = prefect.run("two_waits", page=page, pool="journeys", entrypoint=file)
        assert eventually(lambda: prefect.state(run) == "Completed"), worker.said

    def test_is_never_at_work_twice_at_a_time(self, prefect: Prefect, worker: Worker, page: Path) -> None:
        """A run that is scheduled for now during a step is picked up after that step and not beside it."""
        run = prefect.run("is_woken_while_at_work", page=page, pool="journeys")
        assert eventually(lambda: read(page).count("ends") >= 1), worker.said
        assert read(page)[:2] == ["begins", "ends"]
        assert eventually(lambda: prefect.state(run) == "Completed"), worker.said
        assert worker.process.poll() is None

    def test_that_is_cancelled_during_a_step_ends_cancelled(self, prefect: Prefect, worker: Worker, page: Path) -> None:
        """The step comes to its end, and the run does not wait for another."""
        run = prefect.run("takes_its_time", page=page, pool="journeys")
        assert eventually(lambda: read(page) == ["begins"]), worker.said
        with prefect.client as client:
            client.set_flow_run_state(run, Cancelling())
        page.write_text("begins\ngo\n")
        assert eventually(lambda: prefect.state(run) == "Cancelled"), worker.said

    def test_needs_nothing_that_the_stock_worker_lacks(self, prefect: Prefect, page: Path) -> None:
        """The same flow waits and goes on after its wait on Prefect's own process worker."""
        run = prefect.run("waits_for_years", page=page, pool="stock")
        with prefect.worker(pool="stock", kind="process") as stock:
            assert eventually(lambda: prefect.state(run) == "AwaitingVisit"), stock.said
            with prefect.client as client:
                client.set_flow_run_state(run, Scheduled(name="Woken"))
            assert eventually(lambda: prefect.state(run) == "Completed"), stock.said
        assert read(page) == ["reminded"] * 2

    def test_that_is_re_timed_in_the_queue_waits_on_as_before(self, prefect: Prefect, page: Path) -> None:
        """A lane is not kept waiting for a run whose time has moved, and nobody loses the reason of the wait."""
        run = prefect.run("two_waits", page=page, pool="nobody")
        fetched = prefect.read(run)
        with prefect.client as client:
            client.set_flow_run_state(run, Scheduled(scheduled_time=FAR_OFF, name="OnHold", message="a person is ill"))
        with temporary_settings({PREFECT_API_URL: prefect.server.api_url}), open_lane_client() as client:
            outcome = carry_out(fetched, client=client, shelf=FlowShelf())
        assert outcome == NotTaken("it was re-timed while it stood in the queue")
        assert (prefect.state(run), prefect.message(run)) == ("OnHold", "a person is ill")
        assert prefect.read(run).next_scheduled_start_time == FAR_OFF


class TestTheHouse:
    """What is no journey: it and the journeys do not stand in each other's way."""

    def test_does_not_stand_behind_the_journeys(self, prefect: Prefect, page: Path) -> None:
        """Every lane of journeys is held, more of them are due, and a run of the house is carried out all the same."""
        pages = [page.with_suffix(f".{number}") for number in range(3)]
        for each in pages:
            prefect.run("takes_its_time", page=each, pool="two-lanes")
        with prefect.worker("--limit", "2", pool="two-lanes") as worker:
            assert eventually(lambda: any(read(each) for each in pages)), worker.said
            house = prefect.run("two_waits", page=page, pool="two-lanes", queue=HOUSE)
            assert eventually(lambda: prefect.state(house) == "Completed"), worker.said
            assert sum(read(each) == ["begins"] for each in pages) == 1

    def test_takes_one_run_at_a_time_and_none_of_the_journeys_lanes(self, prefect: Prefect, page: Path) -> None:
        """An intake of an hour: the next one waits for it, and a journey does not."""
        pages = [page.with_suffix(f".{number}") for number in range(3)]
        for each in pages:
            prefect.run("takes_its_time", page=each, pool="one-intake", queue=HOUSE)
        with prefect.worker("--limit", "2", pool="one-intake") as worker:
            assert eventually(lambda: any(read(each) for each in pages)), worker.said
            journey = prefect.run("two_waits", page=page, pool="one-intake")
            assert eventually(lambda: prefect.state(journey) == "Completed"), worker.said
            assert sum(bool(read(each)) for each in pages) == 1
            for each in pages:
                each.write_text(f"{each.read_text() if each.exists() else ''}go\n")
            assert eventually(lambda: all("begins" in read(each) for each in pages)), worker.said

    def test_has_a_queue_before_the_others_wherever_a_journey_worker_is(self, prefect: Prefect, page: Path) -> None:
        """The worker makes it, so that it is back at once after a loss."""
        run = prefect.run("two_waits", page=page, pool="made")
        with prefect.worker(pool="made") as worker:
            assert eventually(lambda: prefect.state(run) == "Completed"), worker.said
        with prefect.client as client:
            priorities = {
                name: client.read_work_queue_by_name(name, work_pool_name="made").priority
                for name in (HOUSE, "default")
            }
        assert priorities == {HOUSE: 1, "default": 2}

    def test_is_left_to_others_by_a_worker_of_other_queues(self, prefect: Prefect, page: Path) -> None:
        """`--work-queue` says what to serve."""
        house = prefect.run("two_waits", page=page, pool="choosy", queue=HOUSE)
        journey = prefect.run("two_waits", page=page.with_suffix(".j"), pool="choosy", queue="default")
        with prefect.worker("--work-queue", "default", pool="choosy") as worker:
            assert eventually(lambda: prefect.state(journey) == "Completed"), worker.said
        assert prefect.state(house) == "Scheduled"
        with prefect.worker("--work-queue", HOUSE, "--run-once", pool="choosy") as worker:
            assert worker.process.wait(timeout=30) == 0, worker.said
        assert read(page) == ["reminded"]


class TestABadFlow:
    """Its run fails where people can read why; the worker and everybody else's runs go on."""

    def test_fails_alone_and_says_why(self, prefect: Prefect, worker: Worker, page: Path) -> None:
        """One line says what went wrong, and the next run is carried out as if nothing had happened."""
        bad = {
            ("raises", None): ("Failed", "LookupError: no such loan-"),
            ("exits", None): ("Crashed", "Execution was aborted by Python system exit call."),
            ("is_async", None): ("Failed", "is async or a generator"),
            ("missing", f"{SAMPLES}.missing"): ("Failed", "cannot be loaded: MissingFlowError"),
            ("nowhere", "no.such.module.flow"): ("Failed", "cannot be loaded"),
        }
        runs = {
            prefect.run(flow, page=page, pool="journeys", entrypoint=entrypoint): expected
            for (flow, entrypoint), expected in bad.items()
        }
        for run, (state, said) in runs.items():
            assert eventually(lambda run=run, state=state: prefect.state(run) == state), worker.said  # type: ignore[misc]
            assert said in prefect.message(run)
        good = prefect.run("two_waits", page=page.with_suffix(".good"), pool="journeys")
        assert eventually(lambda: prefect.state(good) == "Completed"), worker.said


class TestAServerThatGoesAway:
    """It may take its database with it."""

    def test_finds_the_worker_waiting_when_it_comes_back_empty(
        self, prefect: Prefect, worker: Worker, page: Path
    ) -> None:
        """The work pool is made again and new runs are carried out, also when a run was at work meanwhile."""
        prefect.run("takes_its_time", page=page, pool="journeys")
        assert eventually(lambda: read(page) == ["begins"]), worker.said
        come_back = prefect.lose_everything()
        page.write_text("begins\ngo\n")
        assert eventually(lambda: "asking again" in worker.said), worker.said
        come_back()
        after = prefect.run("two_waits", page=page.with_suffix(".after"), pool="journeys")
        assert eventually(lambda: prefect.state(after) == "Completed", within=60), worker.said
        assert worker.process.poll() is None

    @pytest.mark.parametrize("state", [Pending(), Running()], ids=["pending", "running"])
    def test_gets_a_run_back_that_broke_off(self, prefect: Prefect, page: Path, state: State[None]) -> None:
        """A run that Prefect believes to be at work, and which is not, is scheduled again."""
        run = prefect.run("two_waits", page=page, pool="nobody")
        with prefect.client as client:
            client.set_flow_run_state(run, state)
            put_right(run, client)
        assert prefect.state(run) == "TakenUpAgain"

    def test_leaves_a_run_alone_that_has_gone_on_meanwhile(self, prefect: Prefect, page: Path) -> None:
        """What waits already is not disturbed."""
        run = prefect.run("two_waits", page=page, pool="nobody")
        with prefect.client as client:
            client.set_flow_run_state(run, Scheduled(scheduled_time=FAR_OFF, name="Waiting"))
            put_right(run, client)
        assert prefect.state(run) == "Waiting"


class TestAWorkerThatIsAskedToStop:
    """SIGTERM, as a container platform sends it."""

    def test_lets_its_runs_reach_their_next_wait(self, prefect: Prefect, page: Path) -> None:
        """The step at work comes to its end, the run waits, and the worker ends with status 0."""
        run = prefect.run("takes_its_time", page=page, pool="drained")
        with prefect.worker(pool="drained") as worker:
            assert eventually(lambda: read(page) == ["begins"]), worker.said
            page.write_text("begins\ngo\n")
            assert worker.asked_to_stop() == 0, worker.said
        assert prefect.state(run) == "Waiting"

    def test_hands_on_a_run_that_does_not_get_there(self, prefect: Prefect, page: Path) -> None:
        """After the grace period the run is scheduled again, for any worker, and this one ends with status 0."""
        run = prefect.run("takes_its_time", page=page, pool="handed-on")
        with prefect.worker(pool="handed-on", DUECOURSE_WORKER_GRACE_SECONDS="0.5") as worker:
            assert eventually(lambda: read(page) == ["begins"]), worker.said
            assert worker.asked_to_stop() == 0, worker.said
        assert prefect.state(run) == "TakenUpAgain"
        assert "its worker was stopped" in prefect.message(run)


class TestAWorkerThatLooksOnce:
    """`--run-once`, for those who start workers by a timer."""

    def test_carries_out_what_is_due_and_counts_it(self, prefect: Prefect, page: Path) -> None:
        """Two runs are due; one of them fails; then the worker is done."""
        waits = prefect.run("waits_for_years", page=page, pool="once")
        fails = prefect.run("raises", page=page, pool="once")
        with prefect.worker("--run-once", pool="once") as worker:
            assert worker.process.wait(timeout=30) == 0, worker.said
        assert (prefect.state(waits), prefect.state(fails)) == ("AwaitingVisit", "Failed")
        assert "Stopped after 1 pick-ups that ended well and 1 that failed" in worker.said

    def test_is_in_health_before_it_has_done_anything(self) -> None:
        """Nothing runs, nothing has failed, and it has not looked yet."""
        assert JourneyWorker("journeys").health() == WorkerHealth(running=0, finished=0, failed=0, last_polled_at=None)


class TestWakeUps:
    """The product's own function between two looks."""

    def test_are_asked_for_again_after_an_error_and_the_worker_answers_for_its_health(
        self, prefect: Prefect, page: Path
    ) -> None:
        """The first call raises; it is logged, the next calls come, and the health check says OK throughout."""
        port = free_port()
        settings = {
            "DUECOURSE_WORKER_WAKE": "tests.worker.sample_wake:wake_ups",
            "DUECOURSE_TEST_PAGE": str(page),
            "PREFECT_WORKER_WEBSERVER_PORT": str(port),
            "PREFECT_WORKER_WEBSERVER_HOST": "127.0.0.1",
        }
        with prefect.worker("--with-healthcheck", pool="woken", **settings) as worker:
            assert eventually(lambda: len(read(page)) >= 3), worker.said
            assert "the outbox is locked" in worker.said
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
                assert answer.status == 200

    def test_hold_up_no_look_and_end_in_order(self, prefect: Prefect, page: Path) -> None:
        """One that takes its time: runs are carried out meanwhile, and a worker that stops lets it come to its end."""
        settings = {"DUECOURSE_WORKER_WAKE": "tests.worker.sample_wake:slow_wake_up", "DUECOURSE_TEST_PAGE": str(page)}
        with prefect.worker(pool="slow-wake", **settings) as worker:
            assert eventually(lambda: read(page) == ["begins"]), worker.said
            run = prefect.run("two_waits", page=page.with_suffix(".run"), pool="slow-wake")
            assert eventually(lambda: prefect.state(run) == "Completed"), worker.said
            assert read(page) == ["begins"]
            worker.process.terminate()
            assert not eventually(lambda: worker.process.poll() is not None, within=1)
            page.write_text("begins\ngo\n")
            assert worker.process.wait(timeout=30) == 0, worker.said
        assert read(page) == ["begins", "go", "ends"]
