"""Reports that were worked out lately, so that a page, its files and its cells are of one piece and come at once."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import BoundedSemaphore, Lock
from typing import Any

from console.staff.report_asked import ReportAsked
from ledger.database import Ledger
from reports.as_json import as_json
from reports.effectiveness import Effectiveness, effectiveness
from reports.reconciling import reconcile

AT_ONCE = 6
"""Requests, with the one that is worked on."""
KEPT = 8
"""Reports; a large portfolio's takes some megabytes."""


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """A report as values, and what its cells are opened from."""

    effectiveness: Effectiveness
    report: dict[str, Any]


class ShelfIsBusy(Exception):
    """Others wait for their reports already; try again in a minute."""


class ReportShelf:
    """Works one report out at a time: each takes a processor and seconds, which the receipts beside it need too.

    No more than a few may wait for theirs, so that the threads that take receipts in are never all waiting here.
    """

    def __init__(self, ledger: Ledger, *, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._clock = clock
        self._kept: OrderedDict[ReportAsked, WorkedOut] = OrderedDict()
        self._lock = Lock()
        self._places = BoundedSemaphore(AT_ONCE)

    def report(self, asked: ReportAsked) -> WorkedOut:
        """The report; kept when its as-of instant is past, because it can then never become another.

        Raises ShelfIsBusy.
        """
        if not self._places.acquire(blocking=False):
            raise ShelfIsBusy(ShelfIsBusy.__doc__)
        try:
            return self._worked_out(asked)
        finally:
            self._places.release()

    def _worked_out(self, asked: ReportAsked) -> WorkedOut:
        with self._lock:
            if asked in self._kept:
                self._kept.move_to_end(asked)
                return self._kept[asked]
            with self._ledger.reading() as session:
                found = effectiveness(
                    session,
                    portfolio=asked.portfolio,
                    from_on=asked.from_on,
                    to_on=asked.to_on,
                    as_of=asked.as_of,
                )
                worked_out = WorkedOut(found, as_json(found, reconcile(session, found)))
            if asked.as_of <= self._clock():
                self._kept[asked] = worked_out
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            return worked_out
