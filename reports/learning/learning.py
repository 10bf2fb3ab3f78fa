"""All that is learned from a portfolio, side by side."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlmodel import Session

from reports.facts.facts import Facts
from reports.learning import (
    collectors,
    incremental,
    origination,
    payment_hazard,
    wait_interval,
)
from reports.learning.collectors import Collector
from reports.learning.entering import standing
from reports.learning.hearing import Heard, unheard
from reports.learning.incremental import Incremental, RungHoldout
from reports.learning.origination import OriginationCell
from reports.learning.wait_interval import DayHazard, WaitInterval
from reports.learning.windows import money_of
from reports.what_if import wait_effects

TERMS = {
    **incremental.TERMS,
    **payment_hazard.TERMS,
    **wait_interval.TERMS,
    **origination.TERMS,
    **collectors.TERMS,
}


@dataclass(frozen=True, slots=True)
class Waits:
    """Suggested waits after each rung, and the hazards that they rest on."""

    intervals: tuple[WaitInterval, ...]
    hazards: tuple[DayHazard, ...]


@dataclass(frozen=True, slots=True)
class Learning:
    """One field a question."""

    incremental: tuple[Incremental, ...]
    rung_holdouts: tuple[RungHoldout, ...]
    waits: Waits
    origination: tuple[OriginationCell, ...]
    collectors: tuple[Collector, ...]


def learn(session: Session, facts: Facts, *, ladders: Mapping[str, str], heard: Heard = unheard) -> Learning:
    """Work everything out. ladders: their names with versions by digest; heard: of all that is read beyond the facts.

    What it reads of ladders is their contents, which their digests in the facts stand for.
    """
    money = money_of(session, facts, heard=heard)
    return Learning(
        incremental=incremental.incremental(standing(session, facts, money, heard=heard)),
        rung_holdouts=incremental.rung_holdouts(session, facts, money, ladders=ladders, heard=heard),
        waits=waits_of(session, facts, ladders=ladders, heard=heard),
        origination=origination.origination(session, facts, money, heard=heard),
        collectors=collectors.collectors(session, facts, money, heard=heard),
    )


def waits_of(
    session: Session, facts: Facts, *, ladders: Mapping[str, str], most: int | None = None, heard: Heard = unheard
) -> Waits:
    """How long to wait after each rung of the period. most: loans to simulate for each suggestion, else a few."""
    hazards = payment_hazard.hazards(facts)
    intervals = wait_interval.wait_intervals(hazards, ladders=ladders)
    return Waits(
        wait_effects.with_effects(session, facts, hazards, intervals, most=most, heard=heard),
        wait_interval.day_hazards(hazards, ladders=ladders),
    )


def learning_json(learning: Learning) -> dict[str, Any]:
    """Under the keys that every shape of the report reads: lists of flat records."""
    return {
        "incremental": [asdict(each) for each in learning.incremental],
        "rung_holdouts": [{"rung": each.rung, **asdict(each.comparison)} for each in learning.rung_holdouts],
        "wait_intervals": [asdict(each) for each in learning.waits.intervals],
        "wait_hazards": [asdict(each) for each in learning.waits.hazards],
        "origination": [asdict(each) for each in learning.origination],
        "collectors": [asdict(each) for each in learning.collectors],
    }
