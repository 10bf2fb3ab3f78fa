"""The groups by which the measures by cohort are told: what is so of a journey, or a step that it took."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from reports.breakdown import BY_JOURNEY, NO_JOURNEY, NO_STEP, Breakdown
from reports.crediting import Credits
from reports.facts.facts import Facts
from reports.measures.watching import Watched, watched_since
from reports.movement import Movement
from reports.placing import Placing
from reports.tally import Moved, places

TERMS = {
    "cohorts by step": (
        "cure, time to cure and liquidation by ladder, arm, segment, bucket and reason are of the loans that entered, "
        "from their entry on (intention to treat); by rung, channel and collector team they are of the journeys that "
        "took a step there in the period, from the first such step on: a journey stands in many rows, and who came so "
        "far was not given by chance, so these describe and prove nothing"
    ),
}


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """One row of one breakdown, and the journeys in it as they were watched."""

    breakdown: Breakdown
    name: str
    watched: Watched


def groups_of(facts: Facts, credited: Credits, placing: Placing, *, moved: Moved, watched: Watched) -> Iterator[Group]:
    """Every row of every breakdown in which there is a journey, in reading order."""
    for breakdown in Breakdown:
        if breakdown in BY_JOURNEY:
            row = placing.of_journey[breakdown][watched.journey]
            yield from (
                Group(breakdown, name, watched.only(here))
                for code, name in enumerate(placing.rows[breakdown])
                if (here := row == code).any()
            )
        else:
            yield from _by_step(breakdown, moved["steps"], facts=facts, credited=credited, placing=placing)


def _by_step(
    breakdown: Breakdown, steps: Sequence[Movement], *, facts: Facts, credited: Credits, placing: Placing
) -> Iterator[Group]:
    names = placing.rows[breakdown]
    journey = np.concatenate([each.journey for each in steps])
    row = np.concatenate([places(breakdown, each, placing) for each in steps])
    at = np.concatenate([facts.tables[each.table]["at"][each.index] for each in steps])
    if not len(row):
        return
    pair = row * len(facts.journeys) + journey
    order = np.argsort(pair, kind="stable")
    begins = np.flatnonzero(np.append(True, pair[order][1:] != pair[order][:-1]))
    first_at = np.minimum.reduceat(at[order], begins)
    journey, row = journey[order][begins], row[order][begins]
    for code, name in enumerate(names):
        here = row == code
        if here.any() and name not in {NO_STEP, NO_JOURNEY}:
            yield Group(breakdown, name, watched_since(facts, credited, journey[here], first_at[here]))
