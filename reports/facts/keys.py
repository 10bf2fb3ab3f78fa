"""One number for one step: its journey, turn and rung, by which tables are joined that tell of the same step."""

import numpy as np

from reports.facts.facts import Facts, Table
from reports.facts.fetching import NONE, Ints


def step_keys(facts: Facts, table: Table) -> Ints:
    """A number for each row's step, the same in all tables of these facts; -1 for a row without a journey or rung."""
    tables = (facts.steps, facts.attempts, facts.works, facts.costs, facts.promises)
    turns = max(int(each["turn"].max(initial=0)) for each in tables) + 1
    rungs = len(facts.names["rung"]) + 1
    keys = (table["journey"] * turns + table["turn"]) * rungs + table["rung"]
    return np.where((table["journey"] < 0) | (table["rung"] < 0), NONE, keys)


def matched(keys: Ints, to: Ints) -> Ints:
    """For each key, the index of the row of `to` with the same one; -1 where there is none, or no key."""
    if not len(to):
        return np.full(len(keys), NONE, dtype=np.int64)
    order = np.argsort(to, kind="stable")
    found = np.minimum(np.searchsorted(to[order], keys), len(to) - 1)
    return np.where((to[order][found] == keys) & (keys >= 0), order[found], NONE)
