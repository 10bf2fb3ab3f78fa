"""Adding amounts up by place, and turning them into each breakdown's rows, whose cells sum to the total to the unit."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from domain.money import minor_from_millis
from reports.breakdown import NO_STEP, Breakdown, Row
from reports.place import Place, Places

AMOUNTS = (
    "journeys",
    "steps",
    "attempts",
    "promises",
    "promises_kept",
    "cured",
    "recovered_minor",
    "by_itself_minor",
    "reversals_minor",
    "cost_millis",
)
ALWAYS_SHOWN = {Breakdown.RUNG: (NO_STEP,), Breakdown.CHANNEL: (NO_STEP,)}
"""Rows that are there also when they are empty, so that nobody asks where the money without a step went."""


class Tally:
    """The sums so far."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._by_place = defaultdict[Place, Counter[str]](Counter)
        self._journeys = {breakdown: Counter[str]() for breakdown in Breakdown}

    def add(self, place: Place, **amounts: int) -> None:
        """Add amounts (by the names of AMOUNTS) where they belong in every breakdown."""
        self._by_place[place].update(amounts)

    def journeys(self, breakdown: Breakdown, row: str, number: int) -> None:
        """Count journeys in one breakdown only: a journey takes many rungs, so these do not add up across rows."""
        self._journeys[breakdown][row] += number

    def rows(self, breakdown: Breakdown) -> tuple[Row, ...]:
        """The breakdown's rows in reading order."""
        sums = defaultdict[str, Counter[str]](Counter)
        for name in ALWAYS_SHOWN.get(breakdown, ()):
            sums[name].update()
        for place, amounts in self._by_place.items():
            sums[self._places.row(breakdown, place)].update(amounts)
        for name, number in self._journeys[breakdown].items():
            sums[name]["journeys"] += number
        names = sorted(sums, key=self._places.rank)
        cost_minor = minor_from_millis([sums[name]["cost_millis"] for name in names])
        return tuple(_row(name, sums[name], cost_minor=cost) for name, cost in zip(names, cost_minor, strict=True))

    def total(self, name: str, *, journeys: int) -> Row:
        """Everything in one row."""
        amounts = sum(self._by_place.values(), Counter[str]())
        amounts["journeys"] = journeys
        return _row(name, amounts, cost_minor=minor_from_millis([amounts["cost_millis"]])[0])


def _row(name: str, amounts: Mapping[str, int], *, cost_minor: int) -> Row:
    return Row(name=name, cost_minor=cost_minor, **{amount: amounts[amount] for amount in AMOUNTS})
