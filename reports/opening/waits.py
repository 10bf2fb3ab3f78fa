"""Opening the hazards of payment and the waits: the steps after which people waited, and what ended each wait."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from reports.facts.fetching import NONE, Bools, Ints
from reports.learning.payment_hazard import ALL, DAYS, LADDER_WAITS, MICROS, PAID, STEP
from reports.opening.ground import Ground
from reports.opening.learned import again_of
from reports.opening.part import Made, Part, Unit, estimated, ones, summed


def of_hazard(ground: Ground, record: Mapping[str, Any], table: str) -> dict[str, Made]:
    """Those who had not paid when a day began, the parts of that day that they saw, and the payments on it."""
    after, mine = ground.after, _of_rung(ground, record)
    day = int(record["day"]) - 1
    there = mine & (after.length > day * MICROS)
    part = np.minimum(after.length - day * MICROS, MICROS)[there]
    exposed = Part("microseconds of the day without a payment", "steps", after.step[there], part, Unit.MICROS)
    first = mine & (after.ended_by == PAID) & (after.length // MICROS == day)
    steps = ones("steps after which the first payment came on this day", "steps", after.step[first])
    paid = ones("those payments", "payments", after.following[first])
    again = again_of(ground, record, table, ("rung", "segment", "day"))
    how = "first payments of the day / loan-days, with the 95 % interval after Wilson"
    return {
        "exposed": estimated(again["exposed"], (exposed,), how="microseconds / 86,400,000,000, to one decimal"),
        "paid": summed(steps),
        **{key: estimated(again[key], (steps, exposed, paid), how=how) for key in ("hazard", "ci_low", "ci_high")},
    }


def of_wait(ground: Ground, record: Mapping[str, Any], table: str) -> dict[str, Made]:
    """The steps of the rung, those that were paid for or followed, and the next rung's steps and costs."""
    facts, after, mine = ground.facts, ground.after, _of_rung(ground, record)
    steps = ones("steps of the rung", "steps", after.step[mine])
    within = mine & (after.ended_by == PAID) & (after.length < DAYS * MICROS)
    payers = ones("steps with a first payment within 45 days", "steps", after.step[within])
    first = after.following[within]
    paid = Part("those payments", "payments", first, facts.payments["amount_minor"][first], Unit.MINOR)
    followed = ones("steps that another one followed", "steps", after.step[mine & (after.ended_by == STEP)])
    parts = [steps, payers, paid, followed]
    next_parts: tuple[Part, ...] = ()
    if record["next_rung"] is not None:
        ladder = record["rung"].partition(": ")[0]
        taken = _on(ground, after.step, f"{ladder}: {record['next_rung']}")
        costs = np.flatnonzero(_costs_on(ground, f"{ladder}: {record['next_rung']}"))
        millis = facts.costs["amount_millis"][costs]
        next_parts = (
            Part("spent on the next rung", "costs", costs, millis, Unit.MILLIS),
            ones("steps of the next rung", "steps", after.step[taken]),
        )
    again = again_of(ground, record, table, ("rung", "segment"))
    how = "a model's answer, from when people paid after the rung and after the next one"
    found = {
        key: estimated(value, (*parts, *next_parts), how=how)
        for key, value in again.items()
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool))
    }
    return {
        **found,
        "n": summed(steps),
        "payers": summed(payers),
        "wait_days": estimated(again["wait_days"], (followed,), how="the middle of the days until the next step"),
        "next_step_cost_minor": estimated(
            again["next_step_cost_minor"], next_parts, how="spent on the next rung / its steps"
        ),
    }


def _of_rung(ground: Ground, record: Mapping[str, Any]) -> Bools:
    """Steps of a rung and segment after which the ladder's spacing decides; one that was tried again waits no more."""
    facts, after = ground.facts, ground.after
    steps, names = facts.steps, facts.names
    waits = np.array([*(name in LADDER_WAITS for name in names["outcome"]), False])[steps["outcome"][after.step]]
    mine = _on(ground, after.step, record["rung"]) & waits
    then = np.append(steps["rung"], NONE)[np.where(after.ended_by == STEP, after.following, NONE)]
    is_retry = then == steps["rung"][after.step]
    if record["segment"] != ALL:
        segment = names["segment"].index(record["segment"])
        mine &= facts.journeys["segment"][steps["journey"][after.step]] == segment
    found: Bools = mine & ~is_retry
    return found


def _on(ground: Ground, step: Ints, named: str) -> Bools:
    """Which steps are on a rung (`gentle v1: callback`)."""
    facts = ground.facts
    ladder, rung = _codes(ground, named)
    of = facts.journeys["ladder"][facts.steps["journey"][step]]
    return np.asarray((of == ladder) & (facts.steps["rung"][step] == rung))


def _costs_on(ground: Ground, named: str) -> Bools:
    facts = ground.facts
    ladder, rung = _codes(ground, named)
    journey = facts.costs["journey"]
    of = np.append(facts.journeys["ladder"], NONE)[journey]
    return np.asarray((journey >= 0) & (of == ladder) & (facts.costs["rung"] == rung))


def _codes(ground: Ground, named: str) -> tuple[int, int]:
    facts = ground.facts
    ladder, _, rung = named.partition(": ")
    digest = next(digest for digest, name in ground.work.placing.ladder_names.items() if name == ladder)
    return facts.names["ladder"].index(digest), facts.names["rung"].index(rung)
