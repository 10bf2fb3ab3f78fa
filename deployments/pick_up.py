"""One pick-up of a flow run: claim it, run it in this thread until it leaves or ends, and say how it went."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from prefect import State
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import Abort, ObjectNotFound, Pause
from prefect.states import Cancelled, Failed, Scheduled

from deployments.clock import machine_now
from deployments.flow_shelf import FlowNotLoadable, FlowShelf
from deployments.prefect_private import LaneClient, propose_pending, run_leanly

_log = logging.getLogger("prefect.worker.journey")

# A run that was fetched a moment ago and then re-timed must not keep a lane waiting; clocks may differ by this much.
_CLOCKS_DIFFER_BY = timedelta(seconds=2)


@dataclass(frozen=True)
class Left:
    """The run waits, holding nothing, until `due_at`."""

    due_at: datetime


@dataclass(frozen=True)
class Ended:
    """The run reached a final state, which Prefect knows; `well` unless it failed or crashed."""

    state: str
    well: bool


@dataclass(frozen=True)
class NotTaken:
    """The run was not ours to carry out: another worker has it, or a person cancelled or re-timed it."""

    reason: str


@dataclass(frozen=True)
class Lost:
    """The run broke off and Prefect may still believe that it runs; it must be put right when Prefect answers."""

    reason: str


Outcome = Left | Ended | NotTaken | Lost


def carry_out(flow_run: FlowRun, *, client: LaneClient, shelf: FlowShelf) -> Outcome:
    """Claim `flow_run` and run its flow. Every error becomes an outcome; nothing is raised."""
    try:
        return _claim_and_run(flow_run, client=client, shelf=shelf)
    except ObjectNotFound:
        return NotTaken("Prefect no longer knows this run")
    except BaseException as error:  # noqa: BLE001 - nothing that a flow does may end the worker
        _log.warning("Flow run '%s' broke off: %s: %s", flow_run.name, type(error).__name__, error)
        return Lost(f"{type(error).__name__}: {error}")


def put_right(flow_run_id: UUID, client: SyncPrefectClient) -> None:
    """Have a run that broke off picked up again, unless something else has happened to it meanwhile."""
    try:
        state = client.read_flow_run(flow_run_id).state
    except ObjectNotFound:
        return
    if state is not None and (state.is_running() or state.is_pending()):
        client.set_flow_run_state(flow_run_id, taken_up_again("the connection to Prefect broke off during a step"))


def taken_up_again(why: str) -> State[Any]:
    """The state of a run that any worker may take up now."""
    return Scheduled(scheduled_time=machine_now(), name="TakenUpAgain", message=f"To be taken up again: {why}.")


def _claim_and_run(flow_run: FlowRun, *, client: LaneClient, shelf: FlowShelf) -> Outcome:
    try:
        claimed = propose_pending(client, flow_run.id)
    except Abort as refusal:
        return NotTaken(str(refusal))
    if not claimed.is_pending():
        return NotTaken(f"Prefect answered {claimed.name}")
    due_at = claimed.state_details.scheduled_time
    if due_at is not None and due_at > machine_now() + _CLOCKS_DIFFER_BY:
        _let_wait_again(flow_run, until=due_at, client=client)
        return NotTaken("it was re-timed while it stood in the queue")
    if flow_run.deployment_id is None:
        return _fail(flow_run, "This run has no deployment, so a worker cannot know its flow.", client=client)
    try:
        flow = shelf.take(flow_run.deployment_id, client=client)
    except FlowNotLoadable as error:
        return _fail(flow_run, str(error), client=client)
    except ObjectNotFound:
        return _fail(flow_run, f"Deployment {flow_run.deployment_id} no longer exists.", client=client)
    flow_run.state = claimed
    try:
        with client.carrying(flow_run):
            state = run_leanly(flow, flow_run)
    except Pause as departure:
        until = departure.state.state_details.scheduled_time if departure.state is not None else None
        return Left(due_at=until) if until is not None else Ended(state="Paused", well=True)
    except Abort as refusal:
        return _leave_cancelled(flow_run, reason=str(refusal), client=client)
    if state is None:
        return Lost("Prefect did not hear how the run ended")
    return Ended(state=state.name or state.type.value, well=state.is_completed() or state.is_cancelled())


def _fail(flow_run: FlowRun, message: str, *, client: SyncPrefectClient) -> Ended:
    _log.error("Flow run '%s': %s", flow_run.name, message)
    client.set_flow_run_state(flow_run.id, Failed(message=message))
    return Ended(state="Failed", well=False)


def _let_wait_again(flow_run: FlowRun, *, until: datetime, client: SyncPrefectClient) -> None:
    """Give back a run that was claimed too early, under the name and with the reason that it waited for."""
    states = sorted(client.read_flow_run_states(flow_run.id), key=lambda state: state.timestamp)
    waited = next(state for state in reversed(states) if state.is_scheduled())
    again: State[Any] = Scheduled(scheduled_time=until, name=waited.name, message=waited.message)
    client.set_flow_run_state(flow_run.id, again)


def _leave_cancelled(flow_run: FlowRun, *, reason: str, client: SyncPrefectClient) -> NotTaken:
    """Finish what a person began by pressing "cancel" while the run was at work."""
    state = client.read_flow_run(flow_run.id).state
    if state is not None and state.is_cancelling():
        message = "Cancelled by a person; the step that was at work came to its end first."
        client.set_flow_run_state(flow_run.id, Cancelled(message=message), force=True)
    return NotTaken(reason)
