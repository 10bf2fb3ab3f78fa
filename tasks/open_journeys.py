"""One step: delinquent loans without a journey are given a treatment and a journey."""

from collections.abc import Sequence

from prefect import task

from ledger.opening import CannotBeWorked, loans_without_journey, open_journeys
from ledger.portfolios import portfolio_named
from ledger.unit_costs import units_without_price
from tasks.repeatable import REPEATABLE
from tasks.run_log import run_log
from tasks.surroundings import Surroundings, surroundings

BATCH = 200


class NoPrices(RuntimeError):
    """A journey whose steps have no price would cost nothing in every report, so none is opened."""


@task(task_run_name="open journeys", **REPEATABLE)
def open_new_journeys(portfolio: str) -> int:
    """Open a journey for every loan of a portfolio that is past due and has none; returns how many.

    Loans are taken in small transactions, so that a large portfolio does not lock the ledger; a repeat opens no second
    one. A loan that cannot be worked is logged, and the others are opened.
    """
    around = surroundings()
    with around.ledger.reading() as session:
        row = portfolio_named(session, portfolio)
        loans = loans_without_journey(session, row)
        unpriced = units_without_price(session, currency=row.currency, on=around.clock().date())
    if unpriced:
        units = ", ".join(unit.value for unit in unpriced)
        raise NoPrices(f"no price in {row.currency} for: {units}; add them with `duecourse costs add`")
    opened = 0
    for start in range(0, len(loans), BATCH):
        part = loans[start : start + BATCH]
        try:
            opened += _open(around, part)
        except CannotBeWorked:
            opened += sum(_open_alone(around, loan) for loan in part)
    return opened


def _open_alone(around: Surroundings, loan: str) -> int:
    """Open one loan's journey; a row that cannot be worked is told, and the loans beside it are."""
    try:
        return _open(around, [loan])
    except CannotBeWorked as error:
        run_log().warning("no journey was opened: %s", error)
        return 0


def _open(around: Surroundings, loans: Sequence[str]) -> int:
    with around.ledger.transaction() as session:
        opened = open_journeys(session, loans, rules=around.rules, salt=around.experiment, now=around.clock())
        return len(opened)
