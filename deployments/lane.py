"""Lanes: threads that each hold one open Prefect client and carry out what they are handed, one after the other."""

import contextvars
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from queue import SimpleQueue
from typing import TypeVar

from deployments.prefect_private import LaneClient, lane_client, open_lane_client

R = TypeVar("R")


class Lanes:
    """A fixed number of lanes fed from one queue.

    The threads are daemons: a flow that hangs cannot keep a stopping worker alive. Work that asks Prefect for a client
    (`get_client(sync_client=True)`) gets the lane's own.
    """

    def __init__(self, *, count: int, name: str) -> None:
        self.count = count
        self._moved_at = time.monotonic()
        self._queue: SimpleQueue[Callable[[ExitStack], None] | None] = SimpleQueue()
        for number in range(1, count + 1):
            # A thread starts with an empty context: without the copy, Prefect's settings of this process were lost.
            context = contextvars.copy_context()
            threading.Thread(target=context.run, args=(self._work,), name=f"{name}-{number}", daemon=True).start()

    def give(self, work: Callable[[LaneClient], R]) -> Future[R]:
        """Queue a piece of work for the next free lane. Its error, or that of opening a client, is in the future."""
        promised: Future[R] = Future()

        def do_it(held_open: ExitStack) -> None:
            if not promised.set_running_or_notify_cancel():
                return
            try:
                promised.set_result(work(_open_client(held_open)))
            except BaseException as error:  # noqa: BLE001 - whoever gave the work decides what its error means
                promised.set_exception(error)

        self._queue.put(do_it)
        return promised

    def still_for(self) -> float:
        """Seconds since a piece of work was last begun or ended in any lane."""
        return time.monotonic() - self._moved_at

    def close(self) -> None:
        """Let each lane end when it reaches this point of the queue."""
        for _ in range(self.count):
            self._queue.put(None)

    def _work(self) -> None:
        with ExitStack() as held_open:
            while (do_it := self._queue.get()) is not None:
                self._moved_at = time.monotonic()
                do_it(held_open)
                self._moved_at = time.monotonic()


def _open_client(held_open: ExitStack) -> LaneClient:
    """This lane's client; opened with the first piece of work, and again while the server does not answer."""
    return lane_client() or held_open.enter_context(open_lane_client())
