"""A wait that holds no process: the flow run schedules itself for later and leaves."""

from collections.abc import Callable
from datetime import datetime
from typing import NoReturn

from prefect import State
from prefect.client.orchestration import get_client
from prefect.client.schemas.responses import SetStateStatus
from prefect.context import FlowRunContext
from prefect.exceptions import Abort, Pause
from prefect.states import Scheduled


class NotInAFlowRun(RuntimeError):
    """Only a running flow can leave until later; this was called outside of one."""


def leave_until(until: datetime, *, name: str, message: str, unless: Callable[[], bool]) -> NoReturn:
    """End this pick-up of the running flow run and have any worker pick it up again at `until`.

    `until` is an aware datetime; a time in the past means at once. `name` is the state's name in the Prefect UI
    (`Waiting`, `AwaitingCallback`), `message` a sentence for people that says until when and why. Call it from the flow
    itself, never from a task: the flow starts from its top in the next pick-up and must ask the ledger where it stands.

    `unless` is asked after the run has been scheduled: when it says that the wait is over already (something happened
    between the decision and the schedule), the run is scheduled for at once instead, so that no wake-up falls between
    the two.

    Raises `prefect.exceptions.Pause`, which the engine takes as a quiet departure; `prefect.exceptions.Abort` when
    Prefect refuses, as it does when a person has cancelled the run meanwhile; `NotInAFlowRun`.
    """
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        raise NotInAFlowRun(NotInAFlowRun.__doc__)
    # Inside a run this is the client which the engine holds open, so that no connection is made for a wait.
    client = get_client(sync_client=True)
    state: State[None] = Scheduled(scheduled_time=until, name=name, message=message)
    answer = client.set_flow_run_state(context.flow_run.id, state)
    if answer.status is not SetStateStatus.ACCEPT:
        raise Abort(
            f"Prefect did not accept the wait: {getattr(answer.details, 'reason', None) or answer.status.value}"
        )
    if unless():
        client.set_flow_run_state(context.flow_run.id, Scheduled(name="Woken", message="something happened meanwhile"))
    raise Pause(state=answer.state)
