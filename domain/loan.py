"""A loan as the lender's book describes it, and the portfolio that it belongs to."""

from dataclasses import dataclass, field
from datetime import date
from typing import NewType

from domain.arrears import Statement

LoanId = NewType("LoanId", str)
PortfolioId = NewType("PortfolioId", str)


@dataclass(frozen=True, slots=True)
class Loan:
    """One loan. `number` is the lender's own number, by which people find it; `id` is ours and opaque.

    attributes: further facts of the lender's file that an origination report may group by (industry, region, vintage,
    channel of origination); never read by a treatment.
    """

    id: LoanId
    number: str
    portfolio: str
    borrower: str
    product: str
    segment: str
    currency: str
    balance_minor: int
    statement: Statement
    originated_on: date | None = None
    attributes: dict[str, str] = field(default_factory=dict)
