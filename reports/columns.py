"""The columns of every breakdown's table, in one place, so that no two shapes of the report differ."""

from collections.abc import Callable
from dataclasses import dataclass

from reports.breakdown import Breakdown, Row
from reports.effectiveness import Effectiveness
from reports.figures import amount, ratio, words


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and how a row is written under it; the second argument is the currency."""

    heading: str
    write: Callable[[Row, str], str]


COLUMNS = (
    Column("Recovered", lambda row, currency: amount(row.recovered_minor, currency=currency)),
    Column("By itself", lambda row, currency: amount(row.by_itself_minor, currency=currency)),
    Column("Reversed", lambda row, currency: amount(row.reversals_minor, currency=currency)),
    Column("Cost", lambda row, currency: amount(row.cost_minor, currency=currency)),
    Column("Net", lambda row, currency: amount(row.net_minor, currency=currency)),
    Column("Cost per unit", lambda row, _: ratio(row.cost_per_unit)),
    Column("Journeys", lambda row, _: f"{row.journeys:,}"),
    Column("Steps", lambda row, _: f"{row.steps:,}"),
    Column("Attempts", lambda row, _: f"{row.attempts:,}"),
    Column("Promises (kept)", lambda row, _: f"{row.promises:,} ({row.promises_kept:,})"),
    Column("Cured", lambda row, _: f"{row.cured:,}"),
)

FOOT = "All"


def heading_of(breakdown: Breakdown) -> str:
    """What the first column of a breakdown's table is called."""
    return {
        Breakdown.LADDER: "Ladder version",
        Breakdown.ARM: "Arm",
        Breakdown.RUNG: "Rung",
        Breakdown.CHANNEL: "Channel",
    }[breakdown]


def table_of(effectiveness: Effectiveness, breakdown: Breakdown) -> list[list[str]]:
    """A breakdown's rows as text, the name first, the total last."""
    currency = effectiveness.scope.currency
    return [
        [words(name), *(column.write(row, currency) for column in COLUMNS)]
        for name, row in (
            *((row.name, row) for row in effectiveness.breakdowns[breakdown]),
            (FOOT, effectiveness.total),
        )
    ]
