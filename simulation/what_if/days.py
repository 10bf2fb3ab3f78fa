"""How likely a payment is as the days since something pass, as it was seen."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TAIL = 7
"""Beyond the days that were seen, payments go on as in the last week of them."""


@dataclass(frozen=True, eq=False)
class Days:
    """Payments per loan and day, by whole days since something happened; a day at least.

    paid: payments that each rate rests on, by which it is known more or less well. Instants are days since then.
    """

    rates: tuple[float, ...]
    paid: tuple[int, ...]

    @cached_property
    def _sums(self) -> tuple[float, ...]:
        return (0.0, *accumulate(self.rates))

    @cached_property
    def _tail(self) -> float:
        last = self.rates[-TAIL:]
        return sum(last) / len(last)

    def expected(self, until: float) -> float:
        """Payments expected from the first instant until this one."""
        seen = len(self.rates)
        if until >= seen:
            return self._sums[seen] + (until - seen) * self._tail
        whole = int(until)
        return self._sums[whole] + (until - whole) * self.rates[whole]

    def when(self, expected: float) -> float:
        """The instant at which so many payments were expected; there is one."""
        seen = len(self.rates)
        if expected >= self._sums[seen]:
            return seen + (expected - self._sums[seen]) / self._tail
        whole = bisect_right(self._sums, expected) - 1
        return whole + (expected - self._sums[whole]) / self.rates[whole]

    def surprise(self, since: float, until: float, *, score: Floats, pays: bool) -> None:
        """Add to each day's score how many more payments came than were expected, from one instant until another.

        Summed over lives, times what they brought, it tells how much that would change if the day's rate were larger
        (the score of a Poisson process by the logarithm of the rate). pays: whether a payment came at `until`.
        """
        seen = len(self.rates)
        first, last = int(min(since, seen)), int(min(until, seen))
        if first == last:
            if first < seen:
                score[first] -= (until - since) * self.rates[first]
        else:
            score[first] -= (first + 1 - since) * self.rates[first]
            score[first + 1 : last] -= self._array[first + 1 : last]
            if last < seen:
                score[last] -= (until - last) * self.rates[last]
        beyond = until - max(since, seen)
        if beyond > 0:
            score[-TAIL:] -= beyond * self._array[-TAIL:] / min(TAIL, seen)
        if pays and until < seen:
            score[int(until)] += 1
        elif pays:
            score[-TAIL:] += self._array[-TAIL:] / self._array[-TAIL:].sum()

    @cached_property
    def _array(self) -> Floats:
        return np.array(self.rates)


def seen_days(paid: Floats, exposed: Floats) -> Days:
    """From payments and loan-days by day."""
    return Days(tuple((paid / exposed).tolist()), tuple(paid.astype(np.int64).tolist()))
