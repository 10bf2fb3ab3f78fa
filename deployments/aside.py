"""What a journey worker does aside, in a lane that no look for runs waits for: waking early, and putting right."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from pkgutil import resolve_name
from uuid import UUID

from deployments.lane import Lanes
from deployments.pick_up import put_right

_log = logging.getLogger("prefect.worker.journey")


class Aside:
    """One lane for the product's wake-up function, and for runs that broke off.

    wake: `module:function`, or nothing. on_woken: called in the event loop after runs were moved to now.
    """

    def __init__(self, wake: str, *, on_woken: Callable[[], None]) -> None:
        self._wake = wake
        self._on_woken = on_woken
        self._lane = Lanes(count=1, name="journey-aside")
        self._broken_off: set[UUID] = set()
        self.waking: asyncio.Future[int] | None = None

    def wake_early(self) -> None:
        """Start the wake-up function, unless it is at work still."""
        if self._wake and (self.waking is None or self.waking.done()):
            self.waking = asyncio.wrap_future(self._lane.give(lambda _client: resolve_name(self._wake)()))
            self.waking.add_done_callback(self._have_woken)

    def note_broken_off(self, flow_run_id: UUID) -> None:
        """Prefect may still believe that this run is at work."""
        self._broken_off.add(flow_run_id)

    def put_right_what_broke_off(self) -> None:
        """For a moment at which Prefect answers."""
        while self._broken_off:
            flow_run_id = self._broken_off.pop()
            righted = asyncio.wrap_future(self._lane.give(partial(put_right, flow_run_id)))
            righted.add_done_callback(partial(self._was_put_right, flow_run_id))

    def close(self) -> "list[asyncio.Future[int]]":
        """Take nothing more up; returns what is at work still."""
        self._lane.close()
        return [self.waking] if self.waking is not None and not self.waking.done() else []

    def _have_woken(self, waking: "asyncio.Future[int]") -> None:
        # The function is the product's; its errors count as none woken, and the worker outlives its mistakes.
        if waking.cancelled():
            return
        if (error := waking.exception()) is not None:
            _log.error("Waking runs early failed: %s", in_short(error), exc_info=error)
        elif waking.result() > 0:
            self._on_woken()

    def _was_put_right(self, flow_run_id: UUID, righted: "asyncio.Future[None]") -> None:
        if not righted.cancelled() and (error := righted.exception()) is not None:
            _log.warning("Could not put flow run %s right yet: %s", flow_run_id, in_short(error))
            self._broken_off.add(flow_run_id)  # Prefect went away again; the next look tries again


def in_short(error: BaseException) -> str:
    """An error in one line of a log."""
    first_line = (str(error).splitlines() or [""])[0]
    return f"{type(error).__name__}: {first_line}"
