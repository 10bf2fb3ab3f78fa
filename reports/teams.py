"""Which collector team did a step: the one that its work item names, and none where no person was at work."""

from dataclasses import dataclass

import numpy as np

from reports.facts.facts import Facts, Table
from reports.facts.fetching import Ints
from reports.facts.keys import matched, step_keys

UNNAMED, MACHINE = -2, -1
"""Codes beside those of named teams: a person of no team that was named, and no person at all."""


@dataclass(frozen=True, slots=True, eq=False)
class Teams:
    """The team of each row of a table: a code of a team's name, UNNAMED or MACHINE."""

    of_works: Ints
    of_steps: Ints
    of_attempts: Ints
    of_costs: Ints
    of_promises: Ints


def teams_of(facts: Facts) -> Teams:
    """Match every step, contact, cost and promise to its work item."""
    works = np.where(facts.works["team"] >= 0, facts.works["team"], UNNAMED)
    keys = step_keys(facts, facts.works)

    def of(table: Table) -> Ints:
        return np.append(works, MACHINE)[matched(step_keys(facts, table), keys)]

    return Teams(works, of(facts.steps), of(facts.attempts), of(facts.costs), of(facts.promises))
