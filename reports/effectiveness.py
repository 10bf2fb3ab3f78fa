"""Strategy effectiveness: what a portfolio brought in over a period, what it cost, and through which steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from sqlmodel import Session

from domain.journey import ClosingReason, JourneyState
from ledger.simulated_clock import simulated_now
from reports.assumptions import DEFAULT, Assumptions
from reports.breakdown import Breakdown, Row
from reports.crediting import Credits, credits_of
from reports.facts.facts import Facts, facts_of, in_micros
from reports.facts.fetching import NONE, Ints
from reports.learning.hearing import Digest
from reports.learning.learning import Learning, learn
from reports.measures.by_group import by_group
from reports.measures.crediting import attributions
from reports.measures.cure import cures
from reports.measures.groups import groups_of
from reports.measures.liquidation import liquidations
from reports.measures.measures import Measures
from reports.measures.present_value import present_value
from reports.measures.rates import rates_of
from reports.measures.roll import roll_matrix, rolled
from reports.measures.sankey import Flow, flows
from reports.measures.time_to_cure import time_to_cure
from reports.measures.watching import Watched, watched_of
from reports.measures.waterfall import Fall, waterfall
from reports.movement import movements
from reports.placing import Placing, placing_of
from reports.recovery_curve import Curve, recovery_curve
from reports.scope import Scope, scope_of
from reports.stamp import Stamp, stamp_of, together
from reports.tally import Moved, journeys_in, rows_of, total_of
from reports.touch import UNDELIVERED

STILL_OPEN = JourneyState.OPEN.value
WITH_CURVES = (Breakdown.LADDER, Breakdown.ARM)


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """How many steps of a rung ended in an outcome, in the period."""

    rung: str
    outcome: str
    steps: int


@dataclass(frozen=True, slots=True)
class Effectiveness:
    """A portfolio's report; every breakdown's rows sum to `total` in every amount.

    outcomes: also of rungs that were passed over. closings: journeys that entered in the period, by how they stood at
    its end. curves: recovery by days since entry. is_pretend: the ledger is on the skipping clock. measures: one field
    a measure. stamp: which code and which inputs; assumptions: what no ledger knows.
    """

    scope: Scope
    is_pretend: bool
    total: Row
    breakdowns: Mapping[Breakdown, tuple[Row, ...]]
    outcomes: tuple[OutcomeCount, ...]
    closings: tuple[tuple[str, int], ...]
    curves: Mapping[Breakdown, tuple[Curve, ...]]
    measures: Measures
    assumptions: Assumptions
    stamp: Stamp
    sankey: tuple[Flow, ...]
    waterfall: tuple[Fall, ...]
    learning: Learning


@dataclass(frozen=True, slots=True, eq=False)
class Groundwork:
    """What every figure is worked out from: the facts, who is credited, where things belong, and what moved."""

    facts: Facts
    credited: Credits
    placing: Placing
    moved: Moved


def effectiveness(
    session: Session,
    *,
    portfolio: str,
    from_on: date,
    to_on: date,
    as_of: datetime,
    assumptions: Assumptions = DEFAULT,
) -> Effectiveness:
    """Report on a portfolio from the first day to the last (both included, UTC), as it was on record at `as_of`.

    Raises NoSuchPortfolio or PeriodIsEmpty.
    """
    scope = scope_of(session, portfolio=portfolio, from_on=from_on, to_on=to_on, as_of=as_of)
    ground = groundwork(session, scope)
    facts, credited, placing, moved = ground.facts, ground.credited, ground.placing, ground.moved
    watched = watched_of(facts, credited)
    total = total_of(moved, journeys=len(watched))
    read, is_pretend = Digest(), simulated_now(session) is not None
    learned = learn(session, facts, ladders=placing.ladder_names, heard=read.hear)
    return Effectiveness(
        scope=scope,
        is_pretend=is_pretend,
        total=total,
        breakdowns={
            breakdown: rows_of(
                breakdown,
                moved,
                placing=placing,
                journeys=journeys_in(breakdown, moved, facts=facts, credited=credited, placing=placing),
            )
            for breakdown in Breakdown
        },
        outcomes=_outcomes(ground),
        closings=_closings(facts),
        curves={breakdown: _curves(breakdown, ground, watched) for breakdown in WITH_CURVES},
        measures=_measures(ground, watched, assumptions),
        assumptions=assumptions,
        stamp=stamp_of(together(facts.digest(), read.text(), str(is_pretend))),
        sankey=flows(facts, placing),
        waterfall=waterfall(facts, total=total),
        learning=learned,
    )


def groundwork(session: Session, scope: Scope, *, with_ids: bool = False) -> Groundwork:
    """Fetch the facts of a scope and put everything in its place. with_ids: also the ids of the rows behind them."""
    facts = facts_of(session, scope, with_ids=with_ids)
    credited = credits_of(facts)
    return Groundwork(facts, credited, placing_of(session, facts), movements(facts, credited))


def _measures(ground: Groundwork, watched: Watched, assumptions: Assumptions) -> Measures:
    facts, credited, placing = ground.facts, ground.credited, ground.placing
    ends, cure = facts.names["closing"], ClosingReason.CURED.value
    months = list(rolled(facts))
    groups = groups_of(facts, credited, placing, moved=ground.moved, watched=watched)
    by = by_group(groups, facts, months, ends=ends, cure=cure)
    return Measures(
        cure=cures(watched),
        cure_by=by.cure,
        roll=roll_matrix(months),
        roll_by=by.roll,
        liquidation=liquidations(watched),
        liquidation_by=by.liquidation,
        time_to_cure=time_to_cure(watched, ends, cure=cure),
        time_to_cure_by=by.time_to_cure,
        rates=rates_of(facts, credited, placing),
        npv=present_value(facts, ground.moved, placing, annual_rate=assumptions.annual_rate),
        attribution=attributions(facts, credited, placing, half_life_days=assumptions.half_life_days),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Ended:
    """Steps by their numbers, the row of each one's rung, and how it ended: a code into `outcomes`."""

    outcomes: tuple[str, ...]
    step: Ints
    rung: Ints
    outcome: Ints


def ended_in(ground: Groundwork) -> Ended:
    """The steps of the period, also those that were passed over."""
    facts, placing, steps = ground.facts, ground.placing, ground.facts.steps
    here = np.flatnonzero(facts.in_period(steps["at"]))
    outcomes = (*facts.names["outcome"], UNDELIVERED)
    outcome = np.where(ground.credited.is_undelivered, len(outcomes) - 1, steps["outcome"])[here]
    return Ended(outcomes, here, placing.rungs[placing.ladder[steps["journey"]], steps["rung"]][here], outcome)


def stands_of(facts: Facts) -> tuple[tuple[str, ...], Ints, Ints]:
    """Names of ends, the journeys that entered, and how each stood at the period's end (a code, the last: open)."""
    journeys, entered = facts.journeys, facts.entered
    is_closed = (journeys["closed_at"] >= 0) & (journeys["closed_at"] < in_micros(facts.scope.ends_at))
    names = (*facts.names["closing"], STILL_OPEN)
    return names, np.flatnonzero(entered), np.where(is_closed, journeys["closing"], NONE)[entered] % len(names)


def _outcomes(ground: Groundwork) -> tuple[OutcomeCount, ...]:
    rungs, ended = ground.placing.rows[Breakdown.RUNG], ended_in(ground)
    outcomes, rung, outcome = ended.outcomes, ended.rung, ended.outcome
    cells, counts = np.unique(rung * len(outcomes) + outcome, return_counts=True)
    found = [
        OutcomeCount(rungs[cell // len(outcomes)], outcomes[cell % len(outcomes)], int(count))
        for cell, count in zip(cells.tolist(), counts, strict=True)
    ]
    return tuple(sorted(found, key=lambda each: (rungs.index(each.rung), each.outcome)))


def _closings(facts: Facts) -> tuple[tuple[str, int], ...]:
    names, _, stands = stands_of(facts)
    counts = dict(zip(names, np.bincount(stands, minlength=len(names)).tolist(), strict=True))
    order = [*(reason.value for reason in ClosingReason), STILL_OPEN]
    return tuple((reason, counts[reason]) for reason in order if counts.get(reason))


def _curves(breakdown: Breakdown, ground: Groundwork, watched: Watched) -> tuple[Curve, ...]:
    row = ground.placing.of_journey[breakdown][watched.journey]
    curves = []
    for code, name in enumerate(ground.placing.rows[breakdown]):
        here = row == code
        if here.any():
            theirs = watched.only(here)
            curves.append(recovery_curve(name, theirs.entries, until=theirs.until))
    return tuple(curves)
