"""Faults on request: what a vendor does wrong next."""

import threading
from collections.abc import Collection

from simulation.sandbox.control import Fault, FaultKind, Vendor

ON_REQUEST = frozenset(
    {
        FaultKind.THROTTLED,
        FaultKind.BROKEN_BEFORE,
        FaultKind.BROKEN_AFTER,
        FaultKind.TIMEOUT_BEFORE,
        FaultKind.TIMEOUT_AFTER,
        FaultKind.RESET,
        FaultKind.SLOW,
        FaultKind.DRIPPING,
        FaultKind.GARBAGE,
        FaultKind.REDIRECT,
    }
)
"""The faults of any answer; the others are faults of lists, and of the callbacks that follow."""


class Faults:
    """Faults in the order in which they were asked for; each is used up. They are forgotten at a restart."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def ask_for(self, fault: Fault) -> None:
        """Make the next `fault.times` occasions go wrong."""
        with self._lock:
            self._waiting.extend([fault] * fault.times)

    def take(self, vendor: Vendor, kinds: Collection[FaultKind]) -> Fault | None:
        """Use up the first waiting fault of a vendor and some kinds; None when all is to go well."""
        with self._lock:
            for place, fault in enumerate(self._waiting):
                if fault.vendor is vendor and fault.kind in kinds:
                    return self._waiting.pop(place)
        return None

    def waiting(self) -> int:
        """How many were asked for and have not come yet."""
        with self._lock:
            return len(self._waiting)
