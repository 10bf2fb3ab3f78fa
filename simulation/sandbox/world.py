"""Everything that the sandbox's routes share."""

import threading
from collections import Counter
from dataclasses import dataclass

from simulation.sandbox.accept_log import AcceptLog
from simulation.sandbox.agenda import Agenda
from simulation.sandbox.callbacks import Callbacks
from simulation.sandbox.control import Vendor
from simulation.sandbox.faults import Faults
from simulation.sandbox.people import People
from simulation.sandbox.settings import SandboxSettings
from simulation.sandbox.state import State
from simulation.sandbox.time_told import TimeTold
from simulation.sandbox.webhook_key import WebhookKey


@dataclass(frozen=True, slots=True)
class World:
    """The open state file and what works on it; `advancing` lets one advance through at a time."""

    settings: SandboxSettings
    state: State
    time: TimeTold
    log: AcceptLog
    agenda: Agenda
    people: People
    faults: Faults
    key: WebhookKey
    callbacks: Callbacks
    requests: Counter[Vendor]
    advancing: threading.Lock

    def close(self) -> None:
        """Close the connections and the file."""
        self.callbacks.close()
        self.state.close()


def open_world(settings: SandboxSettings) -> World:
    """Open the state file, or make it."""
    state = State(settings.state)
    agenda = Agenda(state)
    key = WebhookKey(state)
    return World(
        settings=settings,
        state=state,
        time=TimeTold(state, settings.clock),
        log=AcceptLog(state, seed=settings.seed),
        agenda=agenda,
        people=People(state, agenda, seed=settings.seed),
        faults=Faults(),
        key=key,
        callbacks=Callbacks(auth_token=settings.auth_token, key=key),
        requests=Counter(),
        advancing=threading.Lock(),
    )
