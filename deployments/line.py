"""The lines of a journey worker: which work queues it asks, how many of their runs it holds, and their lanes."""

import asyncio
import math
from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from deployments.house import HOUSE
from deployments.lane import Lanes
from deployments.pick_up import Outcome

# Runs held per lane: enough to spare the server a query for each, few enough to leave work for other workers.
_HELD_PER_LANE = 4


@dataclass
class Line:
    """Runs of some work queues, held from being fetched until they have left, and the lanes that carry them out.

    queues: None while it is not known which ones the pool has. most: runs held at a time. looks_below: it is time to
    look for more when fewer than this many are held. looked_at: when Prefect was last asked, by the monotonic clock.
    """

    lanes: Lanes
    queues: tuple[str, ...] | None
    most: int
    looks_below: int
    held: "dict[UUID, asyncio.Future[Outcome]]" = field(default_factory=dict)
    look_soon: bool = False
    looked_at: float = -math.inf

    @property
    def has_room(self) -> bool:
        """Whether to look for more runs."""
        return len(self.held) < self.looks_below and self.queues != ()


@dataclass(frozen=True)
class Lines:
    """The line of the house and that of all other queues; None is the one whose queues a worker leaves out."""

    house: Line | None
    journeys: Line | None

    @property
    def all(self) -> list[Line]:
        """The house first, for the one lane that both may have."""
        return [line for line in (self.house, self.journeys) if line is not None]

    @property
    def held(self) -> "dict[UUID, asyncio.Future[Outcome]]":
        """Every run that is held."""
        return {flow_run_id: taken for line in self.all for flow_run_id, taken in line.held.items()}

    @property
    def has_room(self) -> bool:
        """Whether any line has."""
        return any(line.has_room for line in self.all)

    def line_for(self, queue: str | None) -> Line:
        """Where a run of that queue is carried out."""
        return self.all[0 if queue == HOUSE else -1]

    def hang(self, *, after_seconds: float) -> bool:
        """Whether the journeys' lanes are full and nothing moves in them; a flow of the house may take hours."""
        line, house = self.journeys, self.house
        if line is None or line.has_room or line.lanes.still_for() <= after_seconds:
            return False
        return house is None or house.lanes is not line.lanes or not house.held


def lines_for(queues: Collection[str], *, limit: int | None, lanes: int) -> Lines:
    """The lines of a worker that serves these queues, or all of its pool where there are none.

    limit: most runs at the same time, the house's included. lanes: those of journeys where there is no limit.
    """
    if set(queues) == {HOUSE}:
        return Lines(_house(Lanes(count=1, name="journey-house")), None)
    others = tuple(sorted(set(queues) - {HOUSE})) or None
    if queues and HOUSE not in queues:
        return Lines(None, _journeys(Lanes(count=limit or lanes, name="journey"), queues=others))
    journeys = _journeys(Lanes(count=max(1, limit - 1) if limit else lanes, name="journey"), queues=others)
    # Who allows one run at a time gets one lane, and the house's runs take turns with the journeys.
    house = _house(journeys.lanes if limit == 1 else Lanes(count=1, name="journey-house"))
    return Lines(house, journeys)


def _house(lanes: Lanes) -> Line:
    # One run and no more: what is not held here is in nobody's way, and another worker may take it meanwhile.
    return Line(lanes, queues=(HOUSE,), most=1, looks_below=1)


def _journeys(lanes: Lanes, *, queues: tuple[str, ...] | None) -> Line:
    # A look costs the server as much as two changes of state: one for each handful of runs, never one for each run.
    return Line(lanes, queues=queues, most=lanes.count * _HELD_PER_LANE, looks_below=lanes.count + 1)
