"""All that is learned from a portfolio, side by side."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlmodel import Session

from reports import counting
from reports.learning import (
    collectors,
    incremental,
    origination,
    payment_hazard,
    wait_interval,
)
from reports.learning.collectors import Collector
from reports.learning.entering import standing
from reports.learning.incremental import Incremental, RungHoldout
from reports.learning.origination import OriginationCell
from reports.learning.wait_interval import DayHazard, WaitInterval
from reports.scope import Scope

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


def learn(session: Session, scope: Scope, *, ladders: Mapping[str, str]) -> Learning:
    """Work everything out. ladders: their names with versions by digest."""
    return Learning(
        incremental=incremental.incremental(standing(session, scope)),
        rung_holdouts=incremental.rung_holdouts(session, scope),
        waits=waits_of(session, scope, ladders=ladders),
        origination=origination.origination(session, scope),
        collectors=collectors.collectors(session, scope),
    )


def waits_of(session: Session, scope: Scope, *, ladders: Mapping[str, str]) -> Waits:
    """How long to wait after each rung of the period."""
    spent = Counter[tuple[str, str]]()
    for counted in counting.costs(session, scope):
        if counted.ladder_digest and counted.rung:
            spent[counted.ladder_digest, counted.rung] += counted.number
    hazards = payment_hazard.hazards(session, scope)
    return Waits(
        wait_interval.wait_intervals(hazards, ladders=ladders, costs=spent),
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
