"""Which row of each breakdown a movement belongs to: rows are numbered in the order in which people read them."""

from dataclasses import dataclass

import numpy as np
from sqlmodel import Session, col, select

from domain.action import Action
from domain.journey import Arm
from ledger.ladders import label_of, rung_names
from ledger.tables.journey import LadderRow
from reports.breakdown import (
    BY_JOURNEY,
    NO_JOURNEY,
    NO_PERSON,
    NO_STEP,
    NO_TEAM,
    NOT_ASSIGNED,
    NOT_KNOWN,
    Breakdown,
)
from reports.buckets import BUCKETS, LAST
from reports.facts.facts import Facts
from reports.facts.fetching import Ints
from reports.teams import MACHINE, UNNAMED


@dataclass(frozen=True, slots=True, eq=False)
class Placing:
    """rows: the names of each breakdown's rows, by their numbers. of_journey: the row of each journey, and of none.

    ladder_names: `standard v1` by digest. rungs, channels, teams: the row of each rung (by its ladder), action, team.
    """

    rows: dict[Breakdown, tuple[str, ...]]
    ladder_names: dict[str, str]
    of_journey: dict[Breakdown, Ints]
    ladder: Ints
    rungs: Ints
    channels: Ints
    teams: Ints

    def place(self, breakdown: Breakdown, *, journey: Ints, rung: Ints, action: Ints, team: Ints) -> Ints:
        """The number of the row that each of so many movements belongs to."""
        names = self.rows[breakdown]
        outside, untouched = len(names) - 1, len(names) - 2
        if breakdown in BY_JOURNEY:
            return self.of_journey[breakdown][journey]
        match breakdown:
            case Breakdown.RUNG:
                at = self.rungs[self.ladder[journey], rung]
            case Breakdown.CHANNEL:
                at = self.channels[action]
            case _:
                at = self.teams[team]
        return np.where(journey < 0, outside, np.where(rung < 0, untouched, at))


def placing_of(session: Session, facts: Facts) -> Placing:
    """The rows of every breakdown of these facts."""
    ladder_order, ladders = _ladders(session, facts.names["ladder"])
    rungs, rung_rows = _rungs(session, facts, ladder_order, ladders)
    actions = facts.names["action"]
    in_order = [action.value for action in Action]
    channel_order = sorted(range(len(actions)), key=lambda c: _rank(actions[c], in_order))
    arms = facts.names["arm"]
    arm_order = sorted(range(len(arms)), key=lambda c: _rank(arms[c], [arm.value for arm in Arm]))
    teams = facts.names["team"]
    journeys = facts.journeys
    named = {
        Breakdown.LADDER: ([ladders[c] for c in ladder_order], _positions(ladder_order)[journeys["ladder"]]),
        Breakdown.ARM: ([*(arms[c] for c in arm_order), NOT_ASSIGNED], _positions(arm_order)[journeys["arm"]]),
        Breakdown.SEGMENT: _alphabetical(facts.names["segment"], journeys["segment"]),
        Breakdown.BUCKET: (list(BUCKETS), np.minimum(journeys["bucket"], LAST)),
        Breakdown.REASON: _alphabetical(facts.names["reason"], journeys["reason"]),
    }
    return Placing(
        rows={
            **{breakdown: (*names, NO_JOURNEY) for breakdown, (names, _) in named.items()},
            Breakdown.RUNG: (*rung_rows, NO_STEP, NO_JOURNEY),
            Breakdown.CHANNEL: (*(actions[c] for c in channel_order), NO_STEP, NO_JOURNEY),
            Breakdown.TEAM: (*teams, NO_TEAM, NO_PERSON, NO_STEP, NO_JOURNEY),
        },
        ladder_names=dict(zip(facts.names["ladder"], ladders, strict=True)),
        of_journey={breakdown: np.append(rows, len(names)) for breakdown, (names, rows) in named.items()},
        ladder=np.append(journeys["ladder"], 0),
        rungs=rungs,
        channels=_positions(channel_order),
        teams=_teams(len(teams)),
    )


def _rank(name: str, known: list[str]) -> tuple[int, str]:
    return (known.index(name) if name in known else len(known), name)


def _positions(order: list[int]) -> Ints:
    """The place of each code in an order; the last one, for no code, comes behind them all."""
    places = np.full(len(order) + 1, len(order), dtype=np.int64)
    places[order] = np.arange(len(order))
    return places


def _alphabetical(names: tuple[str, ...], codes: Ints) -> tuple[list[str], Ints]:
    return [*names, NOT_KNOWN], np.where(codes >= 0, codes, len(names))


def _teams(named: int) -> Ints:
    """Rows by code: of named teams, then (from the end, as negative codes) UNNAMED and MACHINE."""
    rows = np.arange(named + 2)
    rows[UNNAMED], rows[MACHINE] = named, named + 1
    return rows


def _ladders(session: Session, digests: tuple[str, ...]) -> tuple[list[int], list[str]]:
    """The order of the ladders, and their names; two contents under one name and version are told by their digests.

    Only ladders of the journeys that are seen count: one that is published later changes no name.
    """
    found = session.exec(select(LadderRow).where(col(LadderRow.digest).in_(digests))).all()
    by_digest = {ladder.digest: ladder for ladder in found}
    plain = [label_of(by_digest[d]) for d in digests]
    names = [
        name if plain.count(name) == 1 else f"{name} ({digest[:8]})"
        for digest, name in zip(digests, plain, strict=True)
    ]
    order = sorted(range(len(digests)), key=lambda c: (by_digest[digests[c]].name, by_digest[digests[c]].version, c))
    return order, names


def _rungs(session: Session, facts: Facts, order: list[int], ladders: list[str]) -> tuple[Ints, list[str]]:
    """Rows by ladder and rung: on each ladder in its own order, rungs that it does not have behind them."""
    rungs, digests = facts.names["rung"], facts.names["ladder"]
    rows = np.zeros((max(len(digests), 1), len(rungs) + 1), dtype=np.int64)
    names: list[str] = []
    for ladder in order:
        known = rung_names(session, digests[ladder])
        for rung in sorted(range(len(rungs)), key=lambda c: _rank(rungs[c], known)):
            rows[ladder, rung] = len(names)
            names.append(f"{ladders[ladder]}: {rungs[rung]}")
    return rows, names
