"""Mails that can be cancelled, in trouble when the batch id is asked for, when they are sent and when cancelled."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from connectors.messenger import Cancellable
from domain.action import Action
from ledger.turns import Turn
from policy.next_step import Act, Wait
from simulation.sandbox.control import FaultKind
from tasks.exchange import exchange
from tasks.reconcile import ask_vendors
from tasks.surroundings import surround, surroundings
from tests.chaos.carrying import let_leave, move_to
from tests.chaos.house import House
from tests.chaos.process import rest
from tests.ledger.lender import Lender

MOST_CANCELLED = 10
"""SendGrid cancels no more batches at one time."""
ASKED_AFTER = (timedelta(seconds=40), timedelta(seconds=100), timedelta(seconds=480))
"""From one ask to the next: a little after the first instants of the schedule, 30 s, 2 m and 10 m."""
ALL_OPEN_WITHIN_SECONDS = 10.0

Where = Literal["batch", "mail"]
Trouble = Callable[[FaultKind], None]


class TroubledBatches:
    """The channel's batches; each request of a wave meets its fault.

    At the batch: the fault waits already when the id is asked for. At the mail: the faults come once every batch of the
    wave is open, so that none of them meets another one's batch.
    """

    def __init__(self, channel: Cancellable, *, where: Where, trouble: Trouble, size: int) -> None:
        self._channel = channel
        self._where = where
        self._trouble = trouble
        self._all_open = threading.Barrier(size)
        self._own = threading.local()

    @property
    def leaves_after(self) -> timedelta:
        return self._channel.leaves_after

    def will_meet(self, kind: FaultKind) -> None:
        """The next contact of this thread meets a fault."""
        self._own.kind = kind

    def open_batch(self) -> str:
        if self._where == "batch":
            self._trouble(self._own.kind)
            return self._channel.open_batch()
        try:
            return self._channel.open_batch()
        finally:
            self._all_open.wait(ALL_OPEN_WITHIN_SECONDS)
            self._trouble(self._own.kind)


def send_by_and_by(
    house: House, lender: Lender, faults: Sequence[tuple[str, FaultKind]], *, trouble: Trouble, slow_seconds: float
) -> None:
    """Send a mail of each journey, whose request meets its fault, no more at a time than SendGrid cancels.

    In one wave the request for the batch id meets them, in the next one the mail. SendGrid is asked to cancel at the
    instants of the schedule, and one of those requests meets a fault too. trouble: makes the next request go wrong.
    """
    waiting = deque(faults)
    number = 0
    while waiting:
        turns = [(lender.turn(journey, fence=lender.fences.get(journey, 0)), kind) for journey, kind in _wave(waiting)]
        acts = [(turn, kind) for turn, kind in turns if isinstance(turn.decision, Act)]
        waiting.extendleft((turn.journey_id, kind) for turn, kind in turns if isinstance(turn.decision, Wait))
        if not acts:
            move_to(lender, min(turn.decision.until for turn, _ in turns if isinstance(turn.decision, Wait)))
            continue
        number += 1
        with _troubled(where="batch" if number % 2 else "mail", trouble=trouble, size=len(acts)) as batches:
            _at_once(acts, batches)
        if any(kind is FaultKind.SLOW for _, kind in acts):
            rest(slow_seconds)  # simulated time stands still while a request is under way
        trouble(faults[number % len(faults)][1])
        for span in ASKED_AFTER:
            move_to(lender, lender.now + span)
            ask_vendors.fn()
        let_leave(house, lender)


def _wave(waiting: deque[tuple[str, FaultKind]]) -> list[tuple[str, FaultKind]]:
    return [waiting.popleft() for _ in range(min(MOST_CANCELLED, len(waiting)))]


def _at_once(acts: Sequence[tuple[Turn, FaultKind]], batches: TroubledBatches) -> None:
    def send(each: tuple[Turn, FaultKind]) -> None:
        turn, kind = each
        batches.will_meet(kind)
        if isinstance(turn.decision, Act):
            exchange(turn, turn.decision)

    with ThreadPoolExecutor(len(acts)) as several:
        list(several.map(send, acts))


@contextmanager
def _troubled(*, where: Where, trouble: Trouble, size: int) -> Iterator[TroubledBatches]:
    """Surroundings whose mails meet trouble, for the length of a block."""
    around = surroundings()
    batches = TroubledBatches(around.cancellable[Action.EMAIL], where=where, trouble=trouble, size=size)
    troubled = replace(around, cancellable={Action.EMAIL: batches})
    surround(lambda: troubled)
    yield batches
    surround(lambda: around)
