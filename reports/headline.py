"""The report's title, its first figures, and the sentence that says when nothing in it is real."""

from dataclasses import dataclass

from domain.money import Money
from reports.effectiveness import Effectiveness
from reports.figures import long_day, ratio
from reports.scope import Scope

PRETEND = "Pretend borrowers, simulated time"
PRETEND_WHY = "This ledger is on the skipping clock: nobody was contacted and no money moved."


@dataclass(frozen=True, slots=True)
class Figure:
    """One headline figure and what it is."""

    label: str
    text: str


def title_of(scope: Scope) -> str:
    """What the report is called."""
    return f"Strategy effectiveness: {scope.portfolio}"


def period_of(scope: Scope) -> str:
    """Its days and its knowledge."""
    days = f"{long_day(scope.from_on)} to {long_day(scope.to_on)}"
    return f"{days} (UTC), as on record on {long_day(scope.as_of.date())} at {scope.as_of:%H:%M} UTC"


def headline_of(effectiveness: Effectiveness) -> tuple[Figure, ...]:
    """The figures that a reader wants first."""
    total, currency = effectiveness.total, effectiveness.scope.currency
    return (
        Figure("Recovered", str(Money(total.recovered_minor, currency))),
        Figure("Reversed", str(Money(total.reversals_minor, currency))),
        Figure("Cost", str(Money(total.cost_minor, currency))),
        Figure("Net", str(Money(total.net_minor, currency))),
        Figure("Cost per unit recovered", ratio(total.cost_per_unit)),
        Figure("Loans entered", f"{total.journeys:,}"),
        Figure("Journeys cured", f"{total.cured:,}"),
    )
