"""Two steps: fetch the lender's delinquent loans, and the money that came in, from the lender's own system."""

from datetime import UTC, datetime, timedelta

from prefect import task

from connectors.book_row import LeftOut
from ledger.loan_intake import take_in_loans
from ledger.payment_intake import newest_payment_at, take_in_payments
from ledger.portfolios import portfolio_named
from tasks.repeatable import REPEATABLE
from tasks.run_log import run_log
from tasks.surroundings import surroundings

OVERLAP = timedelta(days=30)
"""Payments are asked for from a month before the newest one: late bookings are found, known ones change nothing."""
AT_ONCE = 500
"""So many rows are written in one transaction, so that journeys are not locked for as long as a whole book takes."""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@task(task_run_name="fetch delinquencies", **REPEATABLE)
def fetch_delinquencies(portfolio: str) -> int:
    """Take in what the lender's system says of delinquent loans; returns how many were new. 0 without such a system.

    They are written a slice at a time; what a failure left out, a repeat finds. A row that no loan of the portfolio can
    have is left out and logged with its reason, and the others come in.
    """
    around = surroundings()
    if around.loan_book is None:
        return 0
    with around.ledger.reading() as session:
        currency = portfolio_named(session, portfolio).currency
    rows = []
    today = around.clock().date()
    for loan in around.loan_book.delinquencies(portfolio=portfolio, since=LONG_AGO, today=today, left_out=_tell):
        if loan.currency == currency:
            rows.append(loan)
        else:
            reason = f"it is in {loan.currency}, the portfolio in {currency}"
            _tell(LeftOut(loan.number, "the row", reason))
    new = 0
    for start in range(0, len(rows), AT_ONCE):
        with around.ledger.transaction() as session:
            part = rows[start : start + AT_ONCE]
            new += take_in_loans(session, portfolio_named(session, portfolio), part, now=around.clock()).new
    return new


@task(task_run_name="fetch payments", **REPEATABLE)
def fetch_payments(portfolio: str) -> int:
    """Take in payments and reversals from the lender's system; returns how many were new. 0 without such a system.

    They are written a slice at a time, the oldest first, so that a repeat finds what a failure left out; the first
    time, when everything there ever was comes in, all at once. What cannot be booked is logged with its reason.
    """
    around = surroundings()
    if around.loan_book is None:
        return 0
    with around.ledger.reading() as session:
        newest = newest_payment_at(session, portfolio_named(session, portfolio), now=around.clock())
    since = LONG_AGO if newest is None else newest - OVERLAP
    rows = sorted(
        around.loan_book.payments(portfolio=portfolio, since=since),
        key=lambda row: (row.received_at, row.reverses is not None),
    )
    new, at_once = 0, AT_ONCE if newest is not None else max(len(rows), 1)
    for start in range(0, len(rows), at_once):
        with around.ledger.transaction() as session:
            part = rows[start : start + at_once]
            taken = take_in_payments(session, portfolio_named(session, portfolio), part, now=around.clock())
        new += taken.new
        for payment, reason in taken.refused:
            run_log().warning("payment %r of %r was not booked: %s", payment.external_id, payment.source, reason)
    return new


def _tell(left_out: LeftOut) -> None:
    run_log().warning("%s; it was left out", left_out)
