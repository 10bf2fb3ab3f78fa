"""A ladder and its rungs, as they are once read and checked."""

from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum

from domain.action import Action
from policy.ladders.condition import Condition


class OnDeadline(StrEnum):
    """What happens when work given to people is not done in time: give it out again, or go on to the next rung."""

    NEXT = "next"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class DaysPastDue:
    """The days past due at which a rung may be taken: a journey waits below `at_least`, goes past above `at_most`."""

    at_least: int = 0
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder.

    after: spacing since the rung before it ended (since the journey opened for the first one); planned waits of rungs
        that were passed over are added, so that a missing channel never brings a harsher step forward.
    fallbacks: actions to use, in order, where the rung's own cannot be.
    when: a condition on facts; where it does not hold the rung is passed over.
    deadline, on_deadline: for work given to people.
    tries, again_after: how often a rung that ended without an answer is taken, and how far apart.
    holdout: the share of journeys, drawn at random, for which the rung is withheld to learn what it brings; the spacing
        of the next one counts as if it had been taken.
    """

    name: str
    action: Action
    after: timedelta
    wording: str | None = None
    fallbacks: tuple[Action, ...] = ()
    when: Condition | None = None
    days_past_due: DaysPastDue = field(default_factory=DaysPastDue)
    deadline: timedelta | None = None
    on_deadline: OnDeadline = OnDeadline.NEXT
    tries: int = 1
    again_after: timedelta = timedelta(days=1)
    holdout: float | None = None

    @property
    def actions(self) -> tuple[Action, ...]:
        """The rung's own action, then its fallbacks."""
        return (self.action, *self.fallbacks)


@dataclass(frozen=True, slots=True)
class Ladder:
    """A published strategy. It never changes: a different ladder is a new version with another digest.

    digest: SHA-256 over the canonical JSON of the file's content; journeys are pinned to it.
    hour: the local hour of the borrower at which a wait of whole days ends.
    promise_grace, kept_share: a promise is kept when this share has come in by its day plus the grace.
    finish_after: how long after the last rung an unpaid loan's journey ends as exhausted.
    review_holds_after: how long a hold without an end may rest before a person is asked again.
    """

    name: str
    version: int
    title: str
    digest: str
    rungs: tuple[Rung, ...]
    hour: time
    promise_grace: timedelta
    kept_share: float
    finish_after: timedelta
    review_holds_after: timedelta

    def rung(self, name: str) -> Rung:
        """The rung of that name; KeyError when the ladder has none."""
        for rung in self.rungs:
            if rung.name == name:
                return rung
        raise KeyError(name)
