"""One step: hold Prefect's runs against the ledger's open journeys, and mend what disagrees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto

from prefect import task
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, StateType

from ledger.carriage import Carried, is_as_it_was, next_journeys_carried
from tasks.repeatable import REPEATABLE
from tasks.runs import PAGE, RunStarter, planned_at, reschedule, runs_by_id
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


class Flaw(Enum):
    """In what a run disagrees with its journey."""

    GONE = auto()
    STUCK = auto()
    MISTIMED = auto()


@dataclass(frozen=True)
class Mender:
    """Mends runs, a page at a time, and keeps the loans' numbers by what was wrong.

    A picture of the ledger and of Prefect is a little old when it is decided on, and the workers go on meanwhile: a
    journey that has changed since, or whose run has, is left alone, and the next repair looks at it again.
    """

    client: SyncPrefectClient
    starter: RunStarter
    mended: dict[Flaw, list[str]] = field(default_factory=lambda: {flaw: [] for flaw in Flaw})

    def mend(self, journeys: Sequence[Carried], runs: Mapping[str, FlowRun], *, machine_now: datetime) -> None:
        """Make the runs of these journeys agree with them. machine_now: when they were read."""
        for carried in journeys:
            run = runs.get(carried.flow_run_id or "")
            at = _should_run_at(carried, machine_now=machine_now)
            flaw = _flaw(carried, run, at=at, machine_now=machine_now)
            if flaw is None or not self._is_still_so(carried, run):
                continue
            if flaw is Flaw.GONE:
                self.starter.start(carried, at=at, is_new=carried.flow_run_id is None)
            else:
                reschedule(self.client, carried, at=at)
            self.mended[flaw].append(carried.loan_number)

    def _is_still_so(self, carried: Carried, run: FlowRun | None) -> bool:
        if run is not None:
            found = runs_by_id(self.client, [str(run.id)])
            if [each.state_id for each in found.values()] != [run.state_id]:
                return False
        with surroundings().ledger.reading() as session:
            return is_as_it_was(session, carried)


@task(task_run_name="hold runs against journeys", **REPEATABLE)
def repair_runs() -> Repaired:
    """Make Prefect agree with the ledger; Prefect's database may have been lost altogether.

    A page of journeys at a time is held in memory, however many are open.
    """
    around = surroundings()
    journeys, after = 0, ""
    with get_client(sync_client=True) as client:
        mender = Mender(client, RunStarter(client))
        while True:
            machine_now = around.machine_clock()
            with around.ledger.reading() as session:
                page = next_journeys_carried(session, after=after, at_most=PAGE)
            if not page:
                break
            runs = runs_by_id(client, [c.flow_run_id for c in page if c.flow_run_id is not None])
            mender.mend(page, runs, machine_now=machine_now)
            journeys, after = journeys + len(page), page[-1].journey_id
    started, revived, rescheduled = (tuple(sorted(mender.mended[flaw])) for flaw in Flaw)
    return Repaired(journeys, started, revived, rescheduled)


def _should_run_at(carried: Carried, *, machine_now: datetime) -> datetime:
    return machine_now if carried.was_woken or carried.due_at is None else carried.due_at


def _flaw(carried: Carried, run: FlowRun | None, *, at: datetime, machine_now: datetime) -> Flaw | None:
    if run is None or run.state is None or run.state.is_final() or run.state.type is StateType.CANCELLING:
        return Flaw.GONE
    if run.state.type in BEING_CARRIED_OUT:
        return Flaw.STUCK if _is_dead(carried, run, machine_now=machine_now) else None
    return Flaw.MISTIMED if _waits_wrongly(run, at=at, machine_now=machine_now) else None


def _is_dead(carried: Carried, run: FlowRun, *, machine_now: datetime) -> bool:
    """A run is dead when it holds an expired lease, or none at all for longer than a lease lasts."""
    if carried.lease_until is not None:
        return carried.lease_until < machine_now
    since = run.state.timestamp if run.state is not None else machine_now
    return bool(since < machine_now - surroundings().lease)


def _waits_wrongly(run: FlowRun, *, at: datetime, machine_now: datetime) -> bool:
    planned = planned_at(run)
    if planned is None:
        return True
    both_are_due = planned <= machine_now and at <= machine_now
    return not both_are_due and abs(at - planned) > DISAGREES_BY
