"""What earlier imports of the past told already, so that the same file again changes nothing."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select as select_rows
from sqlmodel import Session, col, select

from ledger.tables.agreement import PromiseRow
from ledger.tables.journey import JourneyRow, StepRow
from ledger.tables.loan import LoanRow, PortfolioRow
from ledger.tables.money import CostRow, PaymentRow, ReversalRow

Key = tuple[str, str]
"""A source and its external id."""


@dataclass(slots=True)
class Known:
    """Ids of steps and promises; money by its keys: payments with loan, amount and id, costs with loan and amount.

    taken_back: what was reversed of a payment, by its id. received: what came in on a loan, for promises of which
    nobody tells whether they were kept. calls: the work of a journey in this import, with its instant.
    """

    rows: set[str]
    payments: dict[Key, tuple[str, int, str]]
    costs: dict[Key, tuple[str, int]]
    reversals: set[Key] = field(default_factory=set)
    taken_back: Counter[str] = field(default_factory=Counter)
    received: dict[str, list[tuple[datetime, int]]] = field(default_factory=dict)
    calls: dict[str, list[tuple[datetime, str]]] = field(default_factory=dict)


def known_in(session: Session, portfolio: PortfolioRow, *, sources: Collection[str]) -> Known:
    """What is known of a portfolio's past, and of the money of these sources."""
    payments = select_rows(
        col(PaymentRow.source),
        col(PaymentRow.external_id),
        col(PaymentRow.loan_id),
        col(PaymentRow.amount_minor),
        col(PaymentRow.id),
    ).where(col(PaymentRow.source).in_(sources))
    costs = select(CostRow.source, CostRow.external_id, CostRow.loan_id, CostRow.amount_millis).where(
        col(CostRow.source).in_(sources)
    )
    promises = (
        select(PromiseRow.id)
        .join(LoanRow, col(LoanRow.id) == col(PromiseRow.loan_id))
        .where(LoanRow.portfolio_id == portfolio.id, col(PromiseRow.recorded_at).is_not(None))
    )
    steps = (
        select(StepRow.id)
        .join(JourneyRow, col(JourneyRow.id) == col(StepRow.journey_id))
        .join(LoanRow, col(LoanRow.id) == col(JourneyRow.loan_id))
        .where(LoanRow.portfolio_id == portfolio.id, col(StepRow.recorded_at).is_not(None))
    )
    known = Known(
        rows={*session.exec(promises).all(), *session.exec(steps).all()},
        payments={(source, key): (loan, minor, row) for source, key, loan, minor, row in session.execute(payments)},
        costs={
            (source, key): (loan, millis) for source, key, loan, millis in session.exec(costs).all() if source and key
        },
    )
    reversals = select(ReversalRow.source, ReversalRow.external_id, ReversalRow.amount_minor, ReversalRow.payment_id)
    for source, key, minor, payment_id in session.exec(reversals).all():
        known.reversals.add((source, key))
        known.taken_back[payment_id] += minor
    received = (
        select(PaymentRow.loan_id, PaymentRow.received_at, PaymentRow.amount_minor)
        .join(LoanRow, col(LoanRow.id) == col(PaymentRow.loan_id))
        .where(LoanRow.portfolio_id == portfolio.id)
    )
    for loan_id, at, minor in session.exec(received).all():
        known.received.setdefault(loan_id, []).append((at, minor))
    return known
