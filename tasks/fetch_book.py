"""Two steps: fetch the lender's delinquent loans, and the money that came in, from the lender's own system."""

from datetime import UTC, datetime, timedelta

from prefect import task

from ledger.loan_intake import take_in_loans
from ledger.payment_intake import newest_payment_at, take_in_payments
from ledger.portfolios import portfolio_named
from tasks.repeatable import REPEATABLE
from tasks.surroundings import surroundings

OVERLAP = timedelta(days=3)
"""Payments are asked for from a little before the newest one: late bookings are found, known ones change nothing."""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@task(task_run_name="fetch delinquencies", **REPEATABLE)
def fetch_delinquencies(portfolio: str) -> int:
    """Take in what the lender's system says of delinquent loans; returns how many were new. 0 without such a system."""
    around = surroundings()
    if around.loan_book is None:
        return 0
    rows = list(around.loan_book.delinquencies(portfolio=portfolio, since=LONG_AGO))
    with around.ledger.transaction() as session:
        return take_in_loans(session, portfolio_named(session, portfolio), rows, now=around.clock()).new


@task(task_run_name="fetch payments", **REPEATABLE)
def fetch_payments(portfolio: str) -> int:
    """Take in payments and reversals from the lender's system; returns how many were new. 0 without such a system."""
    around = surroundings()
    if around.loan_book is None:
        return 0
    with around.ledger.reading() as session:
        newest = newest_payment_at(session, portfolio_named(session, portfolio))
    since = LONG_AGO if newest is None else newest - OVERLAP
    rows = list(around.loan_book.payments(portfolio=portfolio, since=since))
    with around.ledger.transaction() as session:
        return take_in_payments(session, portfolio_named(session, portfolio), rows, now=around.clock()).new
