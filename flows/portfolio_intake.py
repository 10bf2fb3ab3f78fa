"""New delinquencies become journeys."""

from prefect import flow

from tasks.fetch_book import fetch_delinquencies
from tasks.open_journeys import open_new_journeys
from tasks.start_runs import start_runs


@flow(name="portfolio_intake", flow_run_name="intake of {portfolio}", persist_result=False)
def portfolio_intake(portfolio: str) -> int:
    """Fetch the lender's delinquent loans, open a journey for each that has none, and start its run.

    Any part may be repeated: a loan has one open journey, and a journey one run. Returns how many runs were started.
    """
    fetch_delinquencies(portfolio)
    open_new_journeys(portfolio)
    return start_runs(portfolio)
