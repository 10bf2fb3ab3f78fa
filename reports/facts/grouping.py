"""Finding the row before another one within its group, for whole columns at once."""

import numpy as np

from reports.facts.fetching import NONE, Ints

EXACT = 2.0**53
"""Up to here a float holds every whole number."""


def last_at_or_before(groups: Ints, instants: Ints, of_groups: Ints, at: Ints) -> Ints:
    """For each of `at`, the index of the last row of its group at or before it; -1 where there is none.

    groups, instants: the rows, in order of group and then of instant; of rows at one instant the last one is taken.
    """
    count = len(groups)
    if not count:
        return np.full(len(at), NONE, dtype=np.int64)
    ranks = np.unique(np.concatenate([instants, at]), return_inverse=True)[1].reshape(-1).astype(np.int64)
    span = int(ranks.max(initial=0)) + 1
    found = np.searchsorted(groups * span + ranks[:count], of_groups * span + ranks[count:], side="right") - 1
    return np.where((found >= 0) & (groups[found] == of_groups), found, NONE)


def first_in_group(groups: Ints, of_groups: Ints) -> Ints:
    """The index of the first row of each group asked for, in rows sorted by group; -1 where the group has none."""
    if not len(groups):
        return np.full(len(of_groups), NONE, dtype=np.int64)
    found = np.minimum(np.searchsorted(groups, of_groups, side="left"), len(groups) - 1)
    return np.where(groups[found] == of_groups, found, NONE)


def spread(counts: Ints) -> tuple[Ints, Ints]:
    """For groups of so many members: the group of each member, and the member's place in it, from 0."""
    group = np.repeat(np.arange(len(counts)), counts)
    begins = np.cumsum(counts) - counts
    return group, np.arange(len(group)) - begins[group]


def summed(groups: Ints, numbers: Ints, count: int) -> Ints:
    """The sum of the numbers of each group, exactly; groups are numbered from 0 to less than `count`."""
    if float(np.abs(numbers.astype(np.float64)).sum()) < EXACT:
        return np.rint(np.bincount(groups, numbers, minlength=count)).astype(np.int64)
    sums = np.zeros(count, dtype=np.int64)
    np.add.at(sums, groups, numbers)  # several times as slow
    return sums


def distinct(numbers: Ints) -> Ints:
    """The different numbers, in order; by sorting, which is several times as fast as numpy's hashing for millions."""
    if not len(numbers):
        return numbers
    ordered = np.sort(numbers)
    return np.asarray(ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])])
