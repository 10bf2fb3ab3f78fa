"""Contact, promise and kept rates, by everything that a step or its journey can be grouped by."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from domain.action import Action
from domain.step import Outcome
from reports.breakdown import Breakdown
from reports.crediting import Credits
from reports.facts.facts import Facts
from reports.facts.fetching import Bools
from reports.measures.interval import share_of
from reports.movement import Movement, is_named, on_steps
from reports.placing import Placing
from reports.recovery_curve import DAY
from reports.tally import places

SPEAKING = frozenset({Action.CALLBACK.value, Action.FIELD_VISIT.value})
"""What is tried in order to speak to the borrower."""
SPOKEN = frozenset(
    outcome.value
    for outcome in (
        *(Outcome.PROMISED, Outcome.ARRANGED, Outcome.PAID, Outcome.REFUSED),
        *(Outcome.HARDSHIP, Outcome.DISPUTED, Outcome.DONE),
    )
)
"""Ends of a call or a visit in which it was the borrower who was spoken to."""
NOT_SPOKEN = frozenset(outcome.value for outcome in (Outcome.NO_ANSWER, Outcome.WRONG_NUMBER, Outcome.MESSAGE_LEFT))
"""Ends of one that was made and reached somebody else, or nobody."""
ALL = "all"

TERMS = {
    "contact rate": (
        "calls and visits of the period in which the borrower was spoken to / calls and visits that were made; "
        "messages have no such rate; 95 % interval after Wilson"
    ),
    "promise rate": "promises made on the period's calls and visits / those in which the borrower was spoken to",
    "kept rate": (
        "promises that were kept by the as-of instant / promises made in the period whose day had passed by then, "
        "judged or not; a promise that is not due yet is in neither, also when it was kept early"
    ),
}


@dataclass(frozen=True, slots=True)
class Rate:
    """One row of one breakdown (`by`): numerator of denominator, the rate and its interval."""

    by: str
    name: str
    numerator: int
    denominator: int
    rate: float | None
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True, slots=True)
class Rates:
    """The three rates of every row in which there was something to count."""

    contact: tuple[Rate, ...]
    promise: tuple[Rate, ...]
    kept: tuple[Rate, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """What a rate counts, and of which of it is so."""

    whole: Movement
    is_so: Bools


def rates_of(facts: Facts, credited: Credits, placing: Placing) -> Rates:
    """All three, by every breakdown and in all."""
    return Rates(**{name: tuple(_rates(each, placing)) for name, each in counted_of(facts, credited).items()})


def counted_of(facts: Facts, credited: Credits) -> dict[str, Counted]:
    """What each of the three rates counts."""
    steps, promises = facts.steps, facts.promises
    speaking = is_named(facts, "steps", "action", SPEAKING) & facts.in_period(steps["at"])
    spoken = speaking & is_named(facts, "steps", "outcome", SPOKEN)
    made = spoken | (speaking & is_named(facts, "steps", "outcome", NOT_SPOKEN))
    promised = spoken & is_named(facts, "steps", "outcome", frozenset({Outcome.PROMISED.value}))
    of_steps = credited.teams.of_steps
    contacts = on_steps(facts, "steps", np.flatnonzero(made), of_steps)
    conversations = on_steps(facts, "steps", np.flatnonzero(spoken), of_steps)
    due = facts.in_period(promises["at"]) & (promises["due_on"] < facts.as_of // DAY)
    falling_due = on_steps(facts, "promises", np.flatnonzero(due), credited.teams.of_promises)
    return {
        "contact": Counted(contacts, spoken[contacts.index]),
        "promise": Counted(conversations, promised[conversations.index]),
        "kept": Counted(falling_due, promises["is_kept"][falling_due.index] == 1),
    }


def _rates(each: Counted, placing: Placing) -> Iterator[Rate]:
    """Of what is counted, the share of which it is so: in all, then by each breakdown in reading order."""
    counted, is_so = each.whole, each.is_so
    if not len(counted.index):
        return
    yield _rate(ALL, ALL, int(is_so.sum()), len(is_so))
    for breakdown in Breakdown:
        names = placing.rows[breakdown]
        rows = places(breakdown, counted, placing)
        whole, part = np.bincount(rows, minlength=len(names)), np.bincount(rows[is_so], minlength=len(names))
        for row in np.flatnonzero(whole):
            yield _rate(breakdown.value, names[row], int(part[row]), int(whole[row]))


def _rate(by: str, name: str, numerator: int, denominator: int) -> Rate:
    share = share_of(numerator, denominator)
    return Rate(by, name, numerator, denominator, share.rate, share.ci_low, share.ci_high)
