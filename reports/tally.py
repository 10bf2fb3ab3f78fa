"""Adding movements up by row, and turning the sums into each breakdown's rows, whose cells sum to the total."""

from collections.abc import Mapping, Sequence

import numpy as np

from domain.money import minor_from_millis
from reports.breakdown import BY_JOURNEY, Breakdown, Row
from reports.crediting import Credits
from reports.facts.facts import Facts, in_micros
from reports.facts.fetching import Ints
from reports.facts.grouping import distinct, summed
from reports.movement import AMOUNTS, Movement
from reports.placing import Placing

Moved = Mapping[str, Sequence[Movement]]


def rows_of(breakdown: Breakdown, moved: Moved, *, placing: Placing, journeys: Ints) -> tuple[Row, ...]:
    """The breakdown's rows in reading order: those in which something moved; journeys: as `journeys_in` counts them."""
    names = placing.rows[breakdown]
    sums = {amount: np.zeros(len(names), dtype=np.int64) for amount in AMOUNTS}
    is_there = journeys > 0
    if breakdown not in BY_JOURNEY:
        is_there[-2] = True  # so that nobody asks where the money without a step went
    for amount, movements in moved.items():
        for movement in movements:
            at = places(breakdown, movement, placing)
            sums[amount] += summed(at, movement.number, len(names))
            is_there[at] = True
    there = np.flatnonzero(is_there)
    cost_minor = minor_from_millis([int(millis) for millis in sums["cost_millis"][there]])
    return tuple(
        _row(names[at], {a: int(sums[a][at]) for a in AMOUNTS}, journeys=int(journeys[at]), cost_minor=cost)
        for at, cost in zip(there, cost_minor, strict=True)
    )


def total_of(moved: Moved, *, journeys: int) -> Row:
    """Everything in one row."""
    sums = {amount: sum(int(each.number.sum()) for each in movements) for amount, movements in moved.items()}
    return _row("all", sums, journeys=journeys, cost_minor=minor_from_millis([sums["cost_millis"]])[0])


def places(breakdown: Breakdown, movement: Movement, placing: Placing) -> Ints:
    """The row that each part of a movement belongs to."""
    return placing.place(
        breakdown, journey=movement.journey, rung=movement.rung, action=movement.action, team=movement.team
    )


def journeys_in(breakdown: Breakdown, moved: Moved, *, facts: Facts, credited: Credits, placing: Placing) -> Ints:
    """How many different journeys each row has; where they are split by steps, one journey is in many rows."""
    _, rows = journeys_of(breakdown, moved, facts=facts, credited=credited, placing=placing)
    return np.bincount(rows, minlength=len(placing.rows[breakdown]))


def journeys_of(
    breakdown: Breakdown, moved: Moved, *, facts: Facts, credited: Credits, placing: Placing
) -> tuple[Ints, Ints]:
    """Journeys and the rows in which they are counted: those that entered, or that took a step there in the period.

    Where they are split by steps, those that entered and that no step had touched by the period's end are in a row too.
    """
    entered = np.flatnonzero(facts.entered)
    if breakdown in BY_JOURNEY:
        return entered, placing.of_journey[breakdown][entered]
    names = placing.rows[breakdown]
    taken = [(step.journey, places(breakdown, step, placing)) for step in moved["steps"]]
    journey = np.concatenate([each for each, _ in taken])
    row = np.concatenate([each for _, each in taken])
    pairs = distinct(journey * len(names) + row)
    touched = credited.touched_before(in_micros(facts.scope.ends_at), len(facts.journeys))
    untouched = entered[~touched[entered]]
    return (
        np.concatenate([pairs // len(names), untouched]),
        np.concatenate([pairs % len(names), np.full(len(untouched), len(names) - 2)]),
    )


def _row(name: str, sums: Mapping[str, int], *, journeys: int, cost_minor: int) -> Row:
    return Row(name=name, journeys=journeys, cost_minor=cost_minor, **sums)
