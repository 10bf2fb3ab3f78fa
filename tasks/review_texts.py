"""One step for a portfolio: list the texts whose time has come, or remove them."""

from prefect import task

from ledger.portfolios import portfolio_names
from ledger.retention import Review, remove_texts, review_texts
from tasks.repeatable import REPEATABLE
from tasks.surroundings import surroundings


@task(task_run_name="name the portfolios", **REPEATABLE)
def all_portfolios() -> list[str]:
    """The names of all portfolios."""
    with surroundings().ledger.reading() as session:
        return portfolio_names(session)


@task(task_run_name="texts of {portfolio}", **REPEATABLE)
def let_go(portfolio: str, *, dry_run: bool) -> Review:
    """What goes and what stays of a portfolio's texts; without `dry_run` it goes, a batch of people at a time.

    A repeat finds what is left. Raises RemovalIsOff where the lender's setting does not allow a real run.
    """
    around = surroundings()
    treat = review_texts if dry_run else remove_texts
    return treat(around.ledger, portfolio, house=around.house, now=around.clock())
