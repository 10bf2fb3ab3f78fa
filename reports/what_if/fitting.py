"""What the ledger has seen of payments, steps and costs, as the simulator takes it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeVar

import numpy as np
from sqlmodel import Session

from domain.action import Action
from domain.cost import CostUnit
from domain.step import Outcome
from ledger.unit_costs import unit_costs
from reports.experiments.confidence_sequence import Floats
from reports.facts.facts import Facts
from reports.facts.fetching import Ints
from reports.facts.grouping import last_at_or_before
from reports.learning.payment_hazard import ALL, LADDER_WAITS, TAKEN, AfterRung, Hazards
from simulation.what_if.days import Days, seen_days
from simulation.what_if.known import Known

LEAST_LOANS, LEAST_OF_SEGMENT, LEAST_PAYERS = 30, 100, 30
PARTS = 400
"""Payments stand for themselves in so many groups by size, each with its own mean: so the mean stays what it was."""
HOUR = 3600 * 1_000_000
DAY = 24 * HOUR

MADE = frozenset(Outcome(name) for name in TAKEN)
"""Outcomes of steps that were taken."""
ENDS = MADE | {Outcome.LAPSED}
"""How a step can end that was begun. Deferrals and bans are for the packs, and overtaking is for payments."""


class TooLittleIsKnown(ValueError):
    """There is not enough in the ledger to say how people pay."""


TYPICAL_UNITS: dict[Action, tuple[CostUnit, int]] = {
    Action.SMS: (CostUnit.SMS_SEGMENT, 1),
    Action.EMAIL: (CostUnit.EMAIL, 1),
    Action.CHAT: (CostUnit.CHAT_MESSAGE, 1),
    Action.CALLBACK: (CostUnit.COLLECTOR_MINUTE, 9),
    Action.VERIFY_CONTACTS: (CostUnit.COLLECTOR_MINUTE, 15),
    Action.FIELD_VISIT: (CostUnit.FIELD_VISIT, 1),
    Action.LEGAL_REFERRAL: (CostUnit.LEGAL_FILING, 1),
}
"""What a step takes of its unit where the portfolio has never taken one; the middle of the pretend world's minutes."""


def prices_of(session: Session, *, currency: str, on: date) -> dict[Action, float]:
    """What a step of each action would cost by the price list of a day, in minor units; not for placements."""
    valid = {
        price.unit: price.price_millis / 1000  # in order of their days, so that the newest stays
        for price in unit_costs(session)
        if price.currency == currency and price.valid_from_on <= on
    }
    return {action: valid[unit] * number for action, (unit, number) in TYPICAL_UNITS.items() if unit in valid}


def known_of(
    facts: Facts, hazards: Hazards, *, like: Iterable[str], prices: Mapping[Action, float] | None = None
) -> Known:
    """Fit everything to the period of these facts.

    like: digests of the ladders whose rungs are taken for those of the same names. prices: of a step of an action that
    was never taken, in minor units. Raises TooLittleIsKnown.
    """
    digests, actions = set(like), _actions_of(facts)
    by_rung, by_action = (
        defaultdict[tuple[str, str], AfterRung](AfterRung),
        defaultdict[tuple[Action, str], AfterRung](AfterRung),
    )
    for (digest, rung, segment), after in sorted(hazards.after.items()):
        if digest in digests:
            _add(by_rung[rung, segment], after)
        _add(by_action[actions[rung], segment], after)
    shares, error = _shares(facts)
    return Known(
        after_rung=_days(by_rung),
        after_action=_days(by_action),
        after_outcome={
            Outcome(k[0]): d for k, d in _days({(k, ALL): v for k, v in sorted(hazards.outcome.items())}).items()
        },
        after_opening={k[0]: d for k, d in _days({(s, s): v for s, v in sorted(hazards.opening.items())}).items()},
        after_payment=_days({(ALL, ALL): hazards.payment}).get((ALL, ALL)),
        shares=shares,
        shares_error=error,
        ends=_ends(facts),
        hours=_hours(facts),
        promised_days=_promised_days(facts),
        rung_cost=_rung_cost(hazards, digests),
        action_cost=dict(prices or {}) | _action_cost(facts),
        made=MADE,
        ladder_waits=LADDER_WAITS,
    )


Name = TypeVar("Name", bound=str)


def _add(there: AfterRung, more: AfterRung) -> None:
    there.loans += more.loans
    there.paid = there.paid + more.paid
    there.exposed = there.exposed + more.exposed


def _days(known: Mapping[tuple[Name, str], AfterRung]) -> dict[tuple[Name, str], Days]:
    """Of those of which enough was seen, in the order in which they stand."""
    found = {}
    for (name, segment), after in known.items():
        seen = after.seen_days
        if seen and after.loans >= (LEAST_LOANS if segment == ALL else LEAST_OF_SEGMENT):
            found[name, segment] = seen_days(after.paid[:seen], after.exposed[:seen])
    return found


def _actions_of(facts: Facts) -> dict[str, Action]:
    """What most steps of a rung were, by the rung's name."""
    rungs, actions = facts.names["rung"], facts.names["action"]
    counts = _crossed(facts.steps["rung"], facts.steps["action"], len(rungs), len(actions))
    return {rung: Action(actions[int(row.argmax())]) for rung, row in zip(rungs, counts, strict=True)}


def _crossed(first: Ints, second: Ints, rows: int, columns: int) -> Ints:
    """How often each pair of codes comes; codes of nothing are left out."""
    there = (first >= 0) & (second >= 0)
    codes = first[there] * columns + second[there]
    return np.bincount(codes, minlength=rows * columns).reshape(rows, columns)


def _shares(facts: Facts) -> tuple[tuple[float, ...], float]:
    """Payments within journeys as shares of the arrears at opening, and the relative standard error of their mean."""
    journeys, payments = facts.journeys, facts.payments
    order = np.lexsort((journeys["opened_at"], journeys["loan"]))
    last = last_at_or_before(journeys["loan"][order], journeys["opened_at"][order], payments["loan"], payments["at"])
    journey = np.append(order, -1)[last]
    opening = journeys["opening_minor"][journey]
    closed = journeys["closed_at"][journey]
    inside = (last >= 0) & (opening > 0) & ((closed < 0) | (closed >= payments["at"])) & facts.in_period(payments["at"])
    shares: Floats = np.sort(payments["amount_minor"][inside] / opening[inside])
    if len(shares) < LEAST_PAYERS:
        raise TooLittleIsKnown(
            f"only {len(shares)} payments came while a journey was open;"
            f" at least {LEAST_PAYERS} are needed to say how people pay"
        )
    error = float(shares.std(ddof=1) / shares.mean() / np.sqrt(len(shares)))
    return tuple(float(part.mean()) for part in np.array_split(shares, min(PARTS, len(shares)))), error


def _ends(facts: Facts) -> dict[Action, tuple[tuple[Outcome, float], ...]]:
    actions, outcomes = facts.names["action"], facts.names["outcome"]
    steps = facts.steps
    here = facts.in_period(steps["at"])
    counts = _crossed(steps["action"][here], steps["outcome"][here], len(actions), len(outcomes))
    ends = {}
    for action, row in zip(actions, counts, strict=True):
        found = {name: int(n) for name, n in zip(outcomes, row, strict=True) if n and name in {o.value for o in ENDS}}
        if found:
            total = sum(found.values())
            ends[Action(action)] = tuple((Outcome(name), number / total) for name, number in found.items())
    return ends


def _hours(facts: Facts) -> dict[Action, tuple[float, ...]]:
    works, actions = facts.works, facts.names["action"]
    done = works["done_at"] >= works["at"]
    found = {}
    for code, name in enumerate(actions):
        taken = (works["done_at"] - works["at"])[done & (works["action"] == code)]
        if len(taken):
            found[Action(name)] = tuple(float(h) for h in _parts(taken / HOUR))
    return found


def _promised_days(facts: Facts) -> tuple[int, ...]:
    ahead = facts.promises["due_on"] - facts.promises["at"] // DAY
    ahead = ahead[ahead >= 0]
    return tuple(round(float(days)) for days in _parts(ahead.astype(np.float64))) if len(ahead) else ()


def _parts(values: Floats) -> list[float]:
    """Twenty of them that stand for all, in order."""
    return [float(part.mean()) for part in np.array_split(np.sort(values), min(20, len(values)))]


def _rung_cost(hazards: Hazards, digests: set[str]) -> dict[str, float]:
    spent: Counter[str] = Counter()
    steps: Counter[str] = Counter()
    for (digest, rung), number in hazards.steps.items():
        if digest in digests:
            steps[rung] += number
            spent[rung] += hazards.cost_millis.get((digest, rung), 0)
    return {rung: spent[rung] / 1000 / number for rung, number in steps.items()}


def _action_cost(facts: Facts) -> dict[Action, float]:
    actions, outcomes = facts.names["action"], facts.names["outcome"]
    here = facts.in_period(facts.steps["at"])
    counts = _crossed(facts.steps["action"][here], facts.steps["outcome"][here], len(actions), len(outcomes))
    made = counts[:, [name in TAKEN for name in outcomes]].sum(axis=1)
    known = facts.costs["action"] >= 0
    spent = np.bincount(
        facts.costs["action"][known], weights=facts.costs["amount_millis"][known], minlength=len(actions)
    )
    return {
        Action(name): float(spent[code]) / 1000 / int(made[code]) for code, name in enumerate(actions) if made[code]
    }
