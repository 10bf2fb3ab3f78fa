"""The skipping clock's driver: everything that is due is carried out, then simulated now moves to the next due instant.

It decides nothing about loans. It wakes what is due through the same outbox as any early wake-up, lets the simulated
people work, starts the daily flows, and mends what dies.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from prefect.client.orchestration import get_client
from prefect.states import Scheduled

from deployments.clock import let_pass, machine_now
from deployments.demo.stage import LEASE_SECONDS, POOL, DemoIsStuck, Patience, Stage
from deployments.register import register
from flows.reconcile_attempts import OUT_OF_ORDER
from ledger.carriage import due_journeys, has_lease_run_out, next_due_at, unsettled
from ledger.database import Ledger
from ledger.reconciling import due_questions, next_question_at
from ledger.simulated_clock import set_simulated_now
from ledger.waking import wake
from simulation.people import People
from simulation.sandbox.remote import SandboxRemote

LOOKS_EVERY_SECONDS = 0.05
STARTS_AGAIN_WITHIN = timedelta(seconds=3)
MOST_TRIES = 60
LONGEST_FLOW_SECONDS = 600.0
PAYMENTS_AT = time(6)
REVIEW_EVERY = timedelta(days=7)


@dataclass(slots=True)
class Driver:
    """Moves simulated time from `now` to `until`, no faster than `pace` real seconds a simulated day.

    tick: what falls due within one is done at its end, together, so that thousands of loans do not stop the clock
    thousands of times; nothing with 0.
    """

    stage: Stage
    ledger: Ledger
    sandbox: SandboxRemote
    people: People
    portfolio: str
    now: datetime
    until: datetime
    pace: float
    tick: timedelta
    watch: Callable[[datetime], None]
    acts_at: datetime | None = None
    payments_wait: bool = False
    reviewed_at: datetime = field(init=False)
    moved_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.reviewed_at = self.now
        self.moved_at = machine_now()

    def run(self) -> None:
        """From the first intake to the last day's report."""
        first = self.now.date()
        self.stage.start("worker")
        self._run_flows({"portfolio_intake/intake": {"portfolio": self.portfolio}})
        while True:
            self.stage.through_outages(self._carry_out_what_is_due)
            if self.now >= self.until:
                break
            self.stage.through_outages(self._move_on)
            self.stage.through_outages(lambda: self.watch(self.now))
        since = first.isoformat()
        self._run_flows({"effectiveness_report/report": {"portfolio": self.portfolio, "from_on": since}})

    def _carry_out_what_is_due(self) -> None:
        """Until nobody has anything left to do at this instant: borrowers, people, flows and journeys."""
        while True:
            self._listen_to_borrowers()
            worked = self.people.work(now=self.now)
            self._daily_flows()
            self._wake_due()
            self._until_settled()
            is_quiet = self.acts_at is None or self.acts_at > self.now
            if is_quiet and not worked:
                return

    def _listen_to_borrowers(self) -> None:
        if self.acts_at is not None and self.acts_at <= self.now:
            self.payments_wait = True
        self.acts_at = self.sandbox.advance(now=self.now)

    def _daily_flows(self) -> None:
        due: dict[str, dict[str, Any]] = {}
        if self.payments_wait and self.now.time() >= PAYMENTS_AT:
            self.payments_wait = False
            due["payment_intake/payments"] = {"portfolio": self.portfolio}
        if self.now - self.reviewed_at >= REVIEW_EVERY:
            self.reviewed_at = self.now
            due["promise_review/promises"] = {}
            due["repair_journeys/repair"] = {}
        with self.ledger.reading() as session:
            if due_questions(session, now=self.now, at_most=1):
                due["reconcile_attempts/reconcile"] = {}
        self._run_flows(due)

    def _wake_due(self) -> None:
        with self.ledger.transaction() as session:
            for journey_id in due_journeys(session, now=self.now):
                wake(session, journey_id, reason="its wait is over", now=self.now)

    def _move_on(self) -> None:
        with self.ledger.reading() as session:
            journey_at, ask_at = next_due_at(session), next_question_at(session)
        candidates = [journey_at, ask_at, self.acts_at, self.people.next_at(after=self.now), self._payments_at()]
        following = min((c for c in candidates if c is not None and c > self.now), default=self.until)
        following = min(self._end_of_tick(following), self.until)
        self._keep_pace((following - self.now) / timedelta(days=1))
        with self.ledger.transaction() as session:
            set_simulated_now(session, following)
        self.now = following  # last, so that a move that broke off is made again and nothing is jumped over

    def _end_of_tick(self, instant: datetime) -> datetime:
        if not self.tick:
            return instant
        day = instant.replace(hour=0, minute=0, second=0, microsecond=0)
        return day + -((day - instant) // self.tick) * self.tick

    def _keep_pace(self, days: float) -> None:
        """Let real time pass, less what was spent on the work since the last move."""
        spent = (machine_now() - self.moved_at).total_seconds()
        let_pass(days * self.pace - spent)
        self.moved_at = machine_now()

    def _payments_at(self) -> datetime | None:
        if not self.payments_wait:
            return None
        today = self.now.replace(hour=PAYMENTS_AT.hour, minute=0, second=0, microsecond=0)
        return today if today > self.now else today + timedelta(days=1)

    def _until_settled(self) -> None:
        """Wait until no open journey has anything left to do at this instant; mend what has died meanwhile."""
        before, moved_at = -1, machine_now()
        patience = Patience(self.stage)
        while (left := self._unsettled()) > 0:
            if left != before:
                before, moved_at = left, machine_now()
                patience.begin_anew()
            if self._wants_repair(machine_now() - moved_at):
                self._repair()
                moved_at = machine_now()
            if patience.is_over:
                raise DemoIsStuck(DemoIsStuck.__doc__)
            let_pass(LOOKS_EVERY_SECONDS)
            self.watch(self.now)

    def _wants_repair(self, stands_still: timedelta) -> bool:
        """Whether nothing moves by itself any more: a lease has run out, or its time has passed and more."""
        if stands_still < STARTS_AGAIN_WITHIN:
            return False
        if stands_still > STARTS_AGAIN_WITHIN + timedelta(seconds=LEASE_SECONDS):
            return True
        with self.ledger.reading() as session:
            return has_lease_run_out(session, machine_now=machine_now())

    def _unsettled(self) -> int:
        with self.ledger.reading() as session:
            return unsettled(session, now=self.now)

    def _repair(self) -> None:
        """Make sure of the deployments, then let the repair flow start what is missing."""
        self.stage.mend()
        try:
            register(pool=POOL, pool_type="journey", portfolios=[], with_schedules="no")
        except Exception:  # noqa: BLE001 - whatever the client raises, the server is of no use
            self.stage.restart_prefect()
            register(pool=POOL, pool_type="journey", portfolios=[], with_schedules="no")
        self._run_flows({"repair_journeys/repair": {}})

    def _run_flows(self, parameters: Mapping[str, dict[str, Any]]) -> None:
        """Start deployments and wait until they are done; those that were lost with a server are started again."""
        if not parameters:
            return
        left, tries = dict(parameters), 0
        while left:
            try:
                left = self._started_and_finished(left)
            except Exception as error:
                tries += 1
                if tries > MOST_TRIES:
                    raise DemoIsStuck(DemoIsStuck.__doc__) from error
                let_pass(1)
                self._register_if_lost()

    def _register_if_lost(self) -> None:
        try:
            register(pool=POOL, pool_type="journey", portfolios=[], with_schedules="no")
        except Exception:  # noqa: BLE001 - still not answering: the next round tries again
            let_pass(1)

    def _started_and_finished(self, parameters: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        with get_client(sync_client=True) as client:
            runs = {
                name: client.create_flow_run_from_deployment(
                    client.read_deployment_by_name(name).id, parameters=given, state=Scheduled()
                ).id
                for name, given in parameters.items()
            }
            failed: dict[str, dict[str, Any]] = {}
            for name, run_id in runs.items():
                waited, worker = 0.0, self.stage.worker_id
                while True:
                    state = client.read_flow_run(run_id).state
                    if state is not None and state.is_final():
                        break
                    was_taken = state is not None and not state.is_scheduled()
                    if waited > LONGEST_FLOW_SECONDS or (was_taken and self.stage.worker_id != worker):
                        failed[name] = parameters[name]
                        break
                    let_pass(LOOKS_EVERY_SECONDS)
                    waited += LOOKS_EVERY_SECONDS
                    self.watch(self.now)
                if state is not None and state.is_failed() and state.name != OUT_OF_ORDER:
                    raise DemoIsStuck(f"{name}: {state.message}")
            return failed
