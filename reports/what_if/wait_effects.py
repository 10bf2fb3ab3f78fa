"""What taking a suggested wait would do, lived with `decide`: the ladder as it is, and with that one wait changed."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
from sqlmodel import Session

from ledger.ladders import pinned_ladder, rung_names
from policy.ladders.ladder import Ladder
from reports.facts.facts import Facts
from reports.facts.fetching import Ints
from reports.learning.hearing import Heard, unheard
from reports.learning.payment_hazard import ALL, DAYS, Hazards
from reports.learning.wait_interval import LONGER, SHORTER, RungKey, WaitInterval
from reports.what_if.fitting import TooLittleIsKnown, known_of
from reports.what_if.population import entrants_of, spread_evenly
from simulation.what_if.comparing import Compared, Estimate, compare, from_rung
from simulation.what_if.entrant import Entrant
from simulation.what_if.known import Known
from simulation.what_if.path import World

IN_A_REPORT = 200
"""Loans that are lived in one report: at most 100 and at least 40 for each suggestion, and so for five of them at most,
those that rest on most loans. `duecourse waits` lives more, for each of them."""
MOST_OF_ONE, LEAST_OF_ONE = 100, 40
PATIENCE = 200
"""Loans that have not come to the rung by this day are not lived."""
SEED = 1
AGREES, CONTRADICTS, NOT_SHOWN = "yes", "no", "not_shown"


def with_effects(
    session: Session,
    facts: Facts,
    hazards: Hazards,
    intervals: Sequence[tuple[RungKey, WaitInterval]],
    *,
    most: int | None = None,
    heard: Heard = unheard,
) -> tuple[WaitInterval, ...]:
    """Every interval; those that suggest a longer or a shorter wait with the simulated effect of taking it.

    most: loans that are lived for each suggestion; where nothing is said a few, and only for some, so that a report
    stays quick.
    """
    suggestions = [
        (key, each) for key, each in intervals if each.verdict in {LONGER, SHORTER} and _follows(session, key, each)
    ]
    if most is None:
        suggestions = sorted(suggestions, key=lambda suggestion: -suggestion[1].n)[: IN_A_REPORT // LEAST_OF_ONE]
        most = min(MOST_OF_ONE, IN_A_REPORT // max(len(suggestions), 1))
    effects = {}
    known = dict[str, Known]()
    chosen = {key: spread_evenly(_on_ladder(facts, key), most=most) for key, _ in suggestions}
    people: dict[int, Entrant] = {}
    if chosen:  # all of them are asked for at once
        together = np.unique(np.concatenate(list(chosen.values())))
        people = dict(zip(together.tolist(), entrants_of(session, facts, together, heard=heard), strict=True))
    try:
        for key, interval in suggestions:
            if key[0] not in known:
                known[key[0]] = known_of(facts, hazards, like=(key[0],))
            entrants = [people[journey] for journey in chosen[key].tolist()]
            effects[key] = _compared(session, key, interval, World(known[key[0]], None, SEED), entrants)
    except TooLittleIsKnown:
        pass  # payments that came while no journey was open say nothing of ladders
    return tuple(
        interval if (compared := effects.get(key)) is None else _told(interval, compared) for key, interval in intervals
    )


def _follows(session: Session, key: RungKey, interval: WaitInterval) -> bool:
    """Whether the ladder has both rungs in that order: not of strategies of the past, of which only names are known."""
    names = rung_names(session, key[0])
    return key[1] in names and interval.next_rung in names[names.index(key[1]) + 1 :]


def _on_ladder(facts: Facts, key: RungKey) -> Ints:
    digest, _, segment = key
    journeys = facts.journeys
    here = facts.entered & (journeys["ladder"] == facts.names["ladder"].index(digest))
    if segment != ALL:
        here &= journeys["segment"] == facts.names["segment"].index(segment)
    return np.flatnonzero(here)


def _compared(
    session: Session, key: RungKey, interval: WaitInterval, world: World, people: Sequence[Entrant]
) -> Compared | None:
    digest, rung, _ = key
    present = pinned_ladder(session, digest)
    more = (interval.suggested_days or 0) - (interval.wait_days or 0)
    proposed = with_wait(present, rung=interval.next_rung or "", more=timedelta(days=more))
    starts = from_rung(people, present, world, rung=rung, days=DAYS, patience=PATIENCE)
    return compare(starts, world, present=present, proposed=proposed, days=DAYS) if len(starts) > 1 else None


def _told(interval: WaitInterval, compared: Compared) -> WaitInterval:
    difference = compared.difference
    return replace(
        interval,
        sim_journeys=compared.loans,
        sim_recovered_minor=round(difference.recovered.value, 4),
        sim_cost_minor=round(difference.cost.value, 4),
        sim_net_minor=round(difference.net.value, 4),
        sim_net_ci_low=round(difference.net.ci_low, 4),
        sim_net_ci_high=round(difference.net.ci_high, 4),
        sim_steps_per_loan=round(difference.steps, 4),
        sim_agrees=_agrees(difference.net),
    )


def _agrees(net: Estimate) -> str:
    if net.ci_low > 0:
        return AGREES
    return CONTRADICTS if net.ci_high < 0 else NOT_SHOWN


def with_wait(ladder: Ladder, *, rung: str, more: timedelta) -> Ladder:
    """The same ladder with so much more (or less, but not less than nothing) between a rung and the one before it."""
    rungs = tuple(
        replace(each, after=max(each.after + more, timedelta(0))) if each.name == rung else each
        for each in ladder.rungs
    )
    digest = hashlib.sha256(f"{ladder.digest}/{rung}/{more}".encode()).hexdigest()
    return replace(ladder, rungs=rungs, digest=digest)
