"""One step: hold Prefect's runs against the ledger's open journeys, and mend what disagrees."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from prefect import task
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, StateType

from ledger.carriage import Carried, open_journeys_carried
from tasks.repeatable import REPEATABLE
from tasks.runs import RunStarter, planned_at, reschedule, runs_by_id
from tasks.surroundings import surroundings

DISAGREES_BY = timedelta(seconds=2)
BEING_CARRIED_OUT = frozenset({StateType.RUNNING, StateType.PENDING})


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was mended, by loan number.

    started: journeys whose run was missing or had ended. revived: runs that were stuck in a dead process.
    rescheduled: runs that waited for another time than the ledger says.
    """

    journeys: int
    started: tuple[str, ...] = ()
    revived: tuple[str, ...] = ()
    rescheduled: tuple[str, ...] = ()


@task(task_run_name="hold runs against journeys", **REPEATABLE)
def repair_runs() -> Repaired:
    """Make Prefect agree with the ledger; Prefect's database may have been lost altogether."""
    around = surroundings()
    machine_now = around.machine_clock()
    with around.ledger.reading() as session:
        journeys = open_journeys_carried(session)
    started: list[str] = []
    revived: list[str] = []
    rescheduled: list[str] = []
    with get_client(sync_client=True) as client:
        runs = runs_by_id(client, [c.flow_run_id for c in journeys if c.flow_run_id is not None])
        starter = RunStarter(client)
        for carried in journeys:
            run = runs.get(carried.flow_run_id or "")
            at = _should_run_at(carried, machine_now=machine_now)
            if run is None or run.state is None or run.state.is_final() or run.state.type is StateType.CANCELLING:
                starter.start(carried, at=at, is_new=carried.flow_run_id is None)
                started.append(carried.loan_number)
            elif run.state.type in BEING_CARRIED_OUT:
                if _is_dead(carried, run, machine_now=machine_now, lease=around.lease):
                    reschedule(client, carried, at=at)
                    revived.append(carried.loan_number)
            elif _waits_wrongly(run, at=at, machine_now=machine_now):
                reschedule(client, carried, at=at)
                rescheduled.append(carried.loan_number)
    return Repaired(len(journeys), tuple(started), tuple(revived), tuple(rescheduled))


def _should_run_at(carried: Carried, *, machine_now: datetime) -> datetime:
    return machine_now if carried.was_woken or carried.due_at is None else carried.due_at


def _is_dead(carried: Carried, run: FlowRun, *, machine_now: datetime, lease: timedelta) -> bool:
    """A run is dead when it holds an expired lease, or none at all for longer than a lease lasts."""
    if carried.lease_until is not None:
        return carried.lease_until < machine_now
    since = run.state.timestamp if run.state is not None else machine_now
    return bool(since < machine_now - lease)


def _waits_wrongly(run: FlowRun, *, at: datetime, machine_now: datetime) -> bool:
    planned = planned_at(run)
    if planned is None:
        return True
    both_are_due = planned <= machine_now and at <= machine_now
    return not both_are_due and abs(at - planned) > DISAGREES_BY
