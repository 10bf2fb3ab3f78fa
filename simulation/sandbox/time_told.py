"""What time it is in the sandbox: what the control plane last said, else what its settings' clock says."""

from collections.abc import Callable
from datetime import datetime

from simulation.sandbox.state import State, stored


class TimeTold:
    """The sandbox's simulated time."""

    def __init__(self, state: State, settings_clock: Callable[[], datetime]) -> None:
        self._state = state
        self._settings_clock = settings_clock

    def now(self) -> datetime:
        """The present instant, aware."""
        told = self._state.setting("now")
        return datetime.fromisoformat(told) if told else self._settings_clock()

    def move(self, now: datetime) -> None:
        """Move on to an instant; an earlier one than the present changes nothing."""
        told = self._state.setting("now")
        if told is None or datetime.fromisoformat(told) < now:
            self._state.remember("now", stored(now))
