"""Rows of the lender's book as they come in, from a file or from the lender's own system.

These are the only values of the domain that carry personal data in the clear; every such field stays out of `repr`, so
that it cannot reach a log by accident.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from domain.arrears import Statement
from domain.borrower import ContactKind
from domain.cost import CostUnit

MOST_MINOR = 10**15
"""More than any loan; a sum of thousands of such amounts is still a number that a database can hold."""


@dataclass(frozen=True, slots=True)
class BookContact:
    """A way to reach the borrower: phones in E.164, emails lower-cased, addresses as one line."""

    kind: ContactKind
    text: str = field(repr=False)
    is_verified: bool = False


@dataclass(frozen=True, slots=True)
class BookLoan:
    """One loan of the lender's book with its borrower.

    borrower_number: the lender's customer number; loans with the same one belong to the same person.
    balance_minor: everything outstanding; the statement's arrears are the overdue part of it. Both in minor units.
    limitation_on: the last day on which the debt can be taken to court. validation_notice_on: when the notice that lets
    the borrower dispute the debt was mailed.
    timezone: IANA name; language: BCP 47; jurisdiction: ISO 3166-1 or -2.
    """

    number: str
    borrower_number: str
    borrower_name: str = field(repr=False)
    contacts: tuple[BookContact, ...] = field(repr=False)
    timezone: str
    language: str
    jurisdiction: str
    product: str
    segment: str
    currency: str
    balance_minor: int
    statement: Statement
    originated_on: date | None = None
    limitation_on: date | None = None
    validation_notice_on: date | None = None
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BookPayment:
    """Money received (positive), or taken back (`reverses` names the payment's external id; the amount is positive).

    (source, external_id) is unique in the lender's world and makes an import repeatable.
    """

    loan_number: str
    source: str
    external_id: str
    amount_minor: int
    currency: str
    received_at: datetime
    reverses: str | None = None


@dataclass(frozen=True, slots=True)
class BookCost:
    """A cost that was billed, in thousandths of a minor unit; (source, external_id) is unique in the lender's world.

    loan_number: None for what a portfolio cost in a month whatever was done in it; it is allocated over the month's
    journeys. corrects: the external id of the cost that this one corrects; the amount is then what is added to it, or
    less than zero. quantity: how many units it was billed for.
    """

    loan_number: str | None
    source: str
    external_id: str
    unit: CostUnit
    quantity: int
    amount_millis: int
    currency: str
    incurred_at: datetime
    corrects: str | None = None
