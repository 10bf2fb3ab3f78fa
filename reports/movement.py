"""What moves a cell of the report: payments, reversals, steps, costs and so on, each at its place."""

from dataclasses import dataclass

import numpy as np

from domain.action import Action
from domain.journey import ClosingReason
from reports.crediting import Credits
from reports.facts.facts import Facts
from reports.facts.fetching import NONE, Bools, Ints
from reports.teams import MACHINE
from reports.touch import NOT_STEPS


@dataclass(frozen=True, slots=True, eq=False)
class Movement:
    """Rows of one table of the facts (`index`), the number that each brings to a cell, and where it belongs.

    journey is -1 outside any journey; rung and action are -1 where no step is concerned; team as `reports.teams` says.
    """

    table: str
    index: Ints
    number: Ints
    journey: Ints
    rung: Ints
    action: Ints
    team: Ints


AMOUNTS = (
    *("recovered_minor", "by_itself_minor", "reversals_minor", "cost_millis"),
    *("steps", "attempts", "promises", "promises_kept", "cured"),
)
"""The cells of a row that are sums of movements."""


def movements(facts: Facts, credited: Credits) -> dict[str, tuple[Movement, ...]]:
    """Everything that moved in the period, by the name of the cell that it moved."""
    paid = np.flatnonzero(facts.in_period(facts.payments["at"]))
    back = np.flatnonzero(facts.in_period(facts.reversals["at"]))
    took = np.flatnonzero(facts.in_period(facts.steps["at"]) & ~is_named(facts, "steps", "outcome", NOT_STEPS))
    recovered = _money(facts, credited, "payments", paid, paid)
    is_by_itself = (recovered.journey >= 0) & (credited.last[paid] < 0)
    promised = on_steps(
        facts, "promises", np.flatnonzero(facts.in_period(facts.promises["at"])), credited.teams.of_promises
    )
    is_kept = facts.promises["is_kept"][promised.index] == 1
    return {
        "recovered_minor": (recovered,),
        "by_itself_minor": (part(recovered, is_by_itself),),
        "reversals_minor": (_money(facts, credited, "reversals", back, facts.reversals["payment"][back]),),
        "cost_millis": (_costs(facts, credited),),
        "steps": (on_steps(facts, "steps", took, credited.teams.of_steps),),
        "attempts": _attempts(facts, credited),
        "promises": (promised,),
        "promises_kept": (part(promised, is_kept),),
        "cured": (_cures(facts, credited),),
    }


def part(movement: Movement, which: Bools | Ints) -> Movement:
    """Some of a movement's rows."""
    columns = ("index", "number", "journey", "rung", "action", "team")
    return Movement(movement.table, **{name: getattr(movement, name)[which] for name in columns})


def _money(facts: Facts, credited: Credits, table: str, index: Ints, payment: Ints) -> Movement:
    """Rows of money at the place that their payment is credited to."""
    return at_touch(
        credited,
        table,
        index,
        number=facts.tables[table]["amount_minor"][index],
        journey=credited.journey[payment],
        touch=credited.last[payment],
    )


def at_touch(credited: Credits, table: str, index: Ints, *, number: Ints, journey: Ints, touch: Ints) -> Movement:
    """Rows at the place of the touches (-1 for none) of their journeys (-1 for none) that they are credited to."""
    touches = credited.touches
    return Movement(
        table,
        index,
        number,
        journey,
        rung=np.append(touches.rung, NONE)[touch],
        action=np.append(touches.action, NONE)[touch],
        team=np.append(touches.team, MACHINE)[touch],
    )


def on_steps(facts: Facts, table: str, index: Ints, team: Ints) -> Movement:
    """Rows that count one each, at the step that they are of."""
    rows = facts.tables[table]
    places = {name: rows[name][index] for name in ("journey", "rung", "action")}
    return Movement(table, index, np.ones(len(index), dtype=np.int64), team=team[index], **places)


def _costs(facts: Facts, credited: Credits) -> Movement:
    costs = facts.costs
    return Movement(
        "costs",
        np.arange(len(costs)),
        costs["amount_millis"],
        journey=costs["journey"],
        rung=np.where(costs["journey"] >= 0, costs["rung"], NONE),
        action=np.where(costs["journey"] >= 0, costs["action"], NONE),
        team=credited.teams.of_costs,
    )


def _attempts(facts: Facts, credited: Credits) -> tuple[Movement, ...]:
    left = np.flatnonzero(facts.in_period(facts.attempts["at"]))
    is_call = is_named(facts, "works", "action", frozenset({Action.CALLBACK.value}))
    called = np.flatnonzero(is_call & facts.in_period(facts.works["done_at"]))
    return (
        on_steps(facts, "attempts", left, credited.teams.of_attempts),
        on_steps(facts, "works", called, credited.teams.of_works),
    )


def _cures(facts: Facts, credited: Credits) -> Movement:
    """A cure belongs where its journey's last payment does."""
    journeys = facts.journeys
    is_cured = is_named(facts, "journeys", "closing", frozenset({ClosingReason.CURED.value}))
    index = np.flatnonzero(is_cured & facts.in_period(journeys["closed_at"]))
    last_paid = np.full(len(journeys), NONE, dtype=np.int64)
    owned = np.flatnonzero(credited.journey >= 0)
    last_paid[credited.journey[owned]] = owned  # payments are in order of time: the last one stays
    touch = np.append(credited.last, NONE)[last_paid[index]]
    return at_touch(credited, "journeys", index, number=np.ones(len(index), dtype=np.int64), journey=index, touch=touch)


def is_named(facts: Facts, table: str, column: str, names: frozenset[str]) -> Bools:
    """Which rows of a table have one of these names in a column."""
    codes = [code for code, name in enumerate(facts.names[column]) if name in names]
    return np.asarray(np.isin(facts.tables[table][column], codes))
