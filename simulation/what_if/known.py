"""What is known of a portfolio's people, and of what steps come to and cost: what a life needs beside its ladder."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from domain.action import Action
from domain.step import Outcome
from simulation.what_if.days import Days

ALL = "all"
PROMISED = timedelta(days=7)
"""Until when money is promised where the ledger holds no promise."""


@dataclass(frozen=True, eq=False)
class Known:
    """By segment where enough is known of it, and for `all`.

    after_rung: days after a rung, by its name and segment. after_action: likewise by action, for rungs that nobody has
    taken yet. after_outcome: after steps that ended in a way after which the ladder does not wait. after_opening,
    after_payment: before the first step, and between payments.
    shares: payments as shares of the arrears at opening, in order of size. shares_error: of their mean, relative.
    ends: how often steps of an action end in which way. hours: how long people took for it, in order.
    promised_days: days until promised money is due, in order.
    rung_cost, action_cost: of a step in minor units. made: the outcomes of steps that were taken and cost something.
    """

    after_rung: Mapping[tuple[str, str], Days]
    after_action: Mapping[tuple[Action, str], Days]
    after_outcome: Mapping[Outcome, Days]
    after_opening: Mapping[str, Days]
    after_payment: Days | None
    shares: tuple[float, ...]
    shares_error: float
    ends: Mapping[Action, tuple[tuple[Outcome, float], ...]]
    hours: Mapping[Action, tuple[float, ...]] = field(default_factory=dict)
    promised_days: tuple[int, ...] = ()
    rung_cost: Mapping[str, float] = field(default_factory=dict)
    action_cost: Mapping[Action, float] = field(default_factory=dict)
    made: frozenset[Outcome] = frozenset()
    ladder_waits: frozenset[Outcome] = frozenset()

    def days_after(self, rung: str, action: Action, outcome: Outcome, *, segment: str) -> Days | None:
        """The days after a step; None where it changes nothing, or nothing is known of it."""
        if outcome not in self.made:
            return None
        if outcome not in self.ladder_waits and outcome in self.after_outcome:
            return self.after_outcome[outcome]
        for group in (segment, ALL):
            if (rung, group) in self.after_rung:
                return self.after_rung[rung, group]
        return next((d for g in (segment, ALL) if (d := self.after_action.get((action, g))) is not None), None)

    def days_after_opening(self, segment: str) -> Days | None:
        """The days before the first step."""
        return self.after_opening.get(segment) or self.after_opening.get(ALL)

    def cost_of(self, rung: str, action: Action, outcome: Outcome) -> float:
        """Of one step, in minor units; 0 of a step that was not taken."""
        if outcome not in self.made:
            return 0.0
        return self.rung_cost.get(rung, self.action_cost.get(action, 0.0))

    def ends_as(self, action: Action, *, number: float) -> Outcome | None:
        """How a step ends for a number of 0 to 1; None where it was never taken before."""
        passed = 0.0
        for outcome, share in self.ends.get(action, ()):
            passed += share
            if number < passed:
                return outcome
        return self.ends[action][-1][0] if action in self.ends else None

    def share_of(self, number: float) -> float:
        """A payment for a number of 0 to 1, as a share of the arrears at opening."""
        return self.shares[int(number * len(self.shares))]

    @cached_property
    def mean_share(self) -> float:
        """Of all payments."""
        return sum(self.shares) / len(self.shares)

    def takes(self, action: Action, *, number: float) -> timedelta:
        """How long people take; a day where nobody knows."""
        hours = self.hours.get(action, ())
        return timedelta(hours=hours[int(number * len(hours))]) if hours else timedelta(days=1)

    def promises(self, number: float) -> timedelta:
        """In how many days promised money is due."""
        days = self.promised_days
        return timedelta(days=days[int(number * len(days))]) if days else PROMISED
