"""Crediting money to steps: every payment belongs to one journey at most, and within it to the touches before it.

A payment belongs to the loan's journey that had opened last when it was received; by last touch it is credited to the
last touch at or before that instant. A journey that ended because nothing was owed any more, or because the loan left
our hands, has no claim on what comes in later.
"""

from dataclasses import dataclass

import numpy as np

from domain.journey import ClosingReason
from reports.facts.facts import Facts
from reports.facts.fetching import NONE, Bools, Ints
from reports.facts.grouping import last_at_or_before
from reports.facts.keys import step_keys
from reports.teams import Teams, teams_of
from reports.touch import HANDS_OVER, TOUCHES

ENDS_THE_CLAIM = frozenset({ClosingReason.CURED, ClosingReason.WITHDRAWN, ClosingReason.DECEASED, ClosingReason.SOLD})


@dataclass(frozen=True, slots=True, eq=False)
class Touches:
    """Steps that reached the borrower or handed the loan over, in order of journey and instant; columns of one length.

    at: from when a touch can be credited.
    """

    journey: Ints
    at: Ints
    rung: Ints
    action: Ints
    team: Ints

    def __len__(self) -> int:
        return len(self.journey)


@dataclass(frozen=True, slots=True, eq=False)
class Credits:
    """What each payment is credited to: its journey, its last touch and the first touch of that journey.

    journey is -1 for a payment outside any journey, last and first are -1 where no touch came before it.
    is_undelivered: steps of which a receipt says that they did not arrive.
    """

    touches: Touches
    teams: Teams
    is_undelivered: Bools
    journey: Ints
    first: Ints
    last: Ints

    def touched_before(self, instant: int, journeys: int) -> Bools:
        """Which of the journeys had been touched before an instant (microseconds)."""
        found = np.zeros(journeys, dtype=np.bool_)
        found[self.touches.journey[self.touches.at < instant]] = True
        return found


def credits_of(facts: Facts) -> Credits:
    """Credit every payment on record."""
    teams = teams_of(facts)
    undelivered = _undelivered(facts)
    touches = _touches(facts, teams, undelivered)
    journey = _owners(facts)
    at = facts.payments["at"]
    last = last_at_or_before(touches.journey, touches.at, journey, at)
    first = np.where(last >= 0, np.searchsorted(touches.journey, journey, side="left"), NONE)
    return Credits(touches, teams, undelivered, journey, first, last)


def _owners(facts: Facts) -> Ints:
    journeys, payments = facts.journeys, facts.payments
    order = np.lexsort((journeys["opened_at"], journeys["loan"]))  # stable: of two at one instant the later number
    found = last_at_or_before(journeys["loan"][order], journeys["opened_at"][order], payments["loan"], payments["at"])
    owner = np.append(order, NONE)[found]
    ends = [code for code, name in enumerate(facts.names["closing"]) if name in ENDS_THE_CLAIM]
    closed_at = np.append(journeys["closed_at"], NONE)[owner]
    closing = np.append(journeys["closing"], NONE)[owner]
    is_over = np.isin(closing, ends) & (closed_at >= 0) & (closed_at < payments["at"])
    return np.where(is_over, NONE, owner)


def _undelivered(facts: Facts) -> Bools:
    attempts = facts.attempts
    lost = attempts["is_undelivered"] == 1
    keys = step_keys(facts, attempts)[lost]
    return np.asarray(np.isin(step_keys(facts, facts.steps), keys))


def _touches(facts: Facts, teams: Teams, undelivered: Bools) -> Touches:
    steps, works = facts.steps, facts.works
    touching = [code for code, name in enumerate(facts.names["outcome"]) if name in TOUCHES]
    handing = [code for code, name in enumerate(facts.names["action"]) if name in HANDS_OVER]
    reached = np.isin(steps["outcome"], touching) & ~undelivered
    handed = np.isin(works["action"], handing)
    columns = {
        name: np.concatenate([steps[name][reached], works[name][handed]])
        for name in ("journey", "at", "rung", "action")
    }
    team = np.concatenate([teams.of_steps[reached], teams.of_works[handed]])
    order = np.lexsort((columns["rung"], columns["at"], columns["journey"]))
    return Touches(team=team[order], **{name: values[order] for name, values in columns.items()})
