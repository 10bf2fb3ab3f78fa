"""Money that came in reaches the journeys it belongs to."""

from prefect import flow

from tasks.fetch_book import fetch_payments


@flow(name="payment_intake", flow_run_name="payments of {portfolio}", persist_result=False)
def payment_intake(portfolio: str) -> int:
    """Fetch payments and reversals and wake their journeys: cured ones end, the others are given time.

    A part payment moves the days past due and starts the spacing of the next rung anew; it never brings a harsher rung.
    Returns how many bookings were new.
    """
    return fetch_payments(portfolio)
