"""One step: delinquent loans without a journey are given a treatment and a journey."""

from prefect import task

from ledger.opening import loans_without_journey, open_journeys
from ledger.portfolios import portfolio_named
from ledger.unit_costs import units_without_price
from tasks.repeatable import REPEATABLE
from tasks.surroundings import surroundings

BATCH = 200


class NoPrices(RuntimeError):
    """A journey whose steps have no price would cost nothing in every report, so none is opened."""


@task(task_run_name="open journeys", **REPEATABLE)
def open_new_journeys(portfolio: str) -> int:
    """Open a journey for every loan of a portfolio that is past due and has none; returns how many.

    Loans are taken in small transactions, so that a large portfolio does not lock the ledger; a repeat opens no second
    one.
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
        with around.ledger.transaction() as session:
            opened += len(
                open_journeys(
                    session,
                    loans[start : start + BATCH],
                    rules=around.rules,
                    salt=around.experiment,
                    now=around.clock(),
                )
            )
    return opened
