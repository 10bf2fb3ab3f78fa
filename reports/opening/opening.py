"""Opening the figures of one row of any table of the report; a table that nobody has placed cannot be opened."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.columns import BY
from reports.opening import cohorts, counts, learned, money, waits
from reports.opening.address import CURVES, Address, NoSuchFigure, NotPlaced, figures_of
from reports.opening.ground import Ground
from reports.opening.part import Made, Number

Opener = Callable[[Ground, Mapping[str, Any], str], Mapping[str, Made]]

OPENERS: Mapping[str, Opener] = {
    "headline": money.whole,
    "assumptions": money.of_assumptions,
    "npv": money.of_value,
    "reconciliation": money.of_account,
    "reconciliation_checks": money.of_check,
    "waterfall": money.of_waterfall,
    "cure": cohorts.of_cure,
    "liquidation": cohorts.of_liquidation,
    "time_to_cure": cohorts.of_time_to_cure,
    "roll_money": counts.of_roll,
    "roll_counts": counts.of_roll,
    "sankey": counts.of_link,
    "outcomes": counts.of_outcome,
    "journeys_by_closing_reason": counts.of_closing,
    "incremental": learned.of_incremental,
    "rung_holdouts": learned.of_rung,
    "origination": learned.of_origination,
    "collectors": learned.of_collector,
    "wait_intervals": waits.of_wait,
    "wait_hazards": waits.of_hazard,
}
"""What opens the rows of each table."""
OPENERS_OF_MANY: Mapping[str, Opener] = {
    BY: money.of_split,
    "npv_by_": money.of_value,
    "attribution_": money.of_attribution,
    "cure_by_": cohorts.of_cure,
    "roll_by_": counts.of_roll_by,
    "liquidation_by_": cohorts.of_liquidation,
    "time_to_cure_by_": cohorts.of_time_to_cure,
    CURVES: cohorts.of_curve,
    "rates_": counts.of_rate,
}
"""The same for tables of which there are many, by how their names begin."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A figure, what the report says in it, and what makes it."""

    address: Address
    figure: str
    value: Number
    made: Made

    @property
    def agrees(self) -> bool:
        """Whether what is behind it gives what the report says."""
        return self.value == self.made.again


def open_row(ground: Ground, address: Address, *, figures: Sequence[str] = ()) -> tuple[Opened, ...]:
    """Open some figures of a row, or all of them. Raises NoSuchTable, NoSuchRow, NoSuchFigure or NotPlaced."""
    record = ground.records.at(address)
    shown = figures_of(address.table, record)
    for figure in figures:
        if figure not in shown:
            listed = ", ".join(f"'{each}'" for each in shown)
            raise NoSuchFigure(f"{address.table} has no figure '{figure}'; there are {listed}")
    made = opener_of(address.table)(ground, record, address.table)
    return tuple(
        Opened(address, key, value, _made(made, address.table, key))
        for key, value in shown.items()
        if not figures or key in figures
    )


def opener_of(table: str) -> Opener:
    """What opens a table's rows. Raises NotPlaced."""
    if table in OPENERS:
        return OPENERS[table]
    for beginning, opener in OPENERS_OF_MANY.items():
        if table.startswith(beginning):
            return opener
    raise NotPlaced(f"what is behind {table}? reports.opening.opening.OPENERS does not say")


def _made(made: Mapping[str, Made], table: str, figure: str) -> Made:
    if figure not in made:
        raise NotPlaced(f"what is behind {figure} of {table}? its opener does not say")
    return made[figure]
