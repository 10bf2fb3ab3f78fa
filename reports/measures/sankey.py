"""Where journeys went: from their ladder through the rungs that they took to their ends."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domain.journey import ClosingReason, JourneyState
from reports.breakdown import Breakdown
from reports.facts.facts import Facts, in_micros
from reports.facts.fetching import Ints
from reports.facts.grouping import distinct
from reports.movement import is_named
from reports.placing import Placing
from reports.touch import NOT_STEPS

TERMS = {
    "journeys through rungs": (
        "each journey that opened in the period, from its ladder through the rungs on which it took a step (passed "
        "over is not taken), each counted once and in the ladder's order, to how it stood at the end of what is "
        "seen; what flows into a rung flows out of it"
    ),
}

STILL_OPEN = JourneyState.OPEN.value
ENDS = (*(reason.value for reason in ClosingReason), STILL_OPEN)


@dataclass(frozen=True, slots=True)
class Flow:
    """So many journeys went from here to there: a ladder version, one of its rungs, or an end."""

    from_node: str
    to_node: str
    journeys: int


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """The links that journeys took, one by one; from and to are numbers of nodes."""

    names: tuple[str, ...]
    journey: Ints
    from_node: Ints
    to_node: Ints


def flows(facts: Facts, placing: Placing) -> tuple[Flow, ...]:
    """Every link that some journey took; those that leave a ladder sum to the loans entered."""
    links = links_of(facts, placing)
    names = links.names
    found, counts = np.unique(links.from_node * len(names) + links.to_node, return_counts=True)
    return tuple(
        Flow(names[link // len(names)], names[link % len(names)], int(count))
        for link, count in zip(found.tolist(), counts, strict=True)
    )


def links_of(facts: Facts, placing: Placing) -> Links:
    """Each journey's links in the order of its way."""
    ladders, rungs = placing.rows[Breakdown.LADDER], placing.rows[Breakdown.RUNG]
    names = (*ladders, *rungs, *ENDS)
    ends_at = in_micros(facts.scope.ends_at)
    entered = facts.entered
    journey = np.flatnonzero(entered)
    steps = facts.steps
    taken = entered[steps["journey"]] & (steps["at"] < ends_at) & ~is_named(facts, "steps", "outcome", NOT_STEPS)
    of_step = steps["journey"][taken]
    rung = placing.rungs[placing.ladder[of_step], steps["rung"][taken]]
    pairs = distinct(of_step * len(rungs) + rung)  # a rung that was taken twice is one node; in the ladder's order
    closing = [*(ENDS.index(name) for name in facts.names["closing"]), len(ENDS) - 1]
    closed_at = facts.journeys["closed_at"][journey]
    end = np.where((closed_at >= 0) & (closed_at < ends_at), np.array(closing)[facts.journeys["closing"][journey]], -1)
    end = np.where(end < 0, len(ENDS) - 1, end)
    nodes = np.concatenate(
        [
            placing.of_journey[Breakdown.LADDER][journey],
            len(ladders) + pairs % len(rungs),
            len(ladders) + len(rungs) + end,
        ]
    )
    of = np.concatenate([journey, pairs // len(rungs), journey])
    order = np.lexsort((nodes, of))
    path = nodes[order]
    is_link = path[:-1] < len(ladders) + len(rungs)  # what follows an end is another journey
    return Links(names, of[order][:-1][is_link], path[:-1][is_link], path[1:][is_link])


def ended(flows: Sequence[Flow]) -> int:
    """How many journeys come to an end or are still open: as many as entered."""
    return sum(flow.journeys for flow in flows if flow.to_node in ENDS)
