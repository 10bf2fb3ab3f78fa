"""Portfolios and the loans in them, as the lender's book last described them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from ledger.tables.columns import UtcDateTime, new_id


class PortfolioRow(SQLModel, table=True):
    """A lender's set of loans in one currency, worked under the same compliance packs.

    collector_role: who collects (`first_party`, `servicer`, `third_party`, `debt_buyer`). A pack that does not bind
    that role is kept as house policy.
    """

    __tablename__ = "portfolios"

    id: str = Field(default_factory=new_id, primary_key=True)
    name: str = Field(unique=True)
    currency: str
    lender: str
    help_phone: str
    pay_url: str
    packs: list[str] = Field(sa_column=Column(JSON, nullable=False))
    collector_role: str = Field(default="first_party", sa_column_kwargs={"server_default": "first_party"})
    created_at: datetime = Field(sa_type=UtcDateTime)


class LoanRow(SQLModel, table=True):
    """One loan. The statement columns change only when a newer book comes in; payments live in rows of their own.

    limitation_on: the last day on which the debt can be taken to court. validation_notice_on: when its validation
    notice was mailed. history_only: an import of the past told of it, and the lender's book has not brought it in: no
    journey is opened for it.
    """

    __tablename__ = "loans"
    __table_args__ = (UniqueConstraint("portfolio_id", "number"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    portfolio_id: str = Field(foreign_key="portfolios.id")
    number: str = Field(index=True)
    borrower_id: str = Field(foreign_key="borrowers.id", index=True)
    product: str
    segment: str
    currency: str
    balance_minor: int = Field(sa_type=BigInteger)
    arrears_minor: int = Field(sa_type=BigInteger)
    instalment_minor: int = Field(sa_type=BigInteger)
    past_due_since_on: date
    as_of_on: date
    originated_on: date | None = None
    limitation_on: date | None = None
    validation_notice_on: date | None = None
    attributes: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    deceased: bool = False
    withdrawn: bool = False
    history_only: bool | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)


class ImportRow(SQLModel, table=True):
    """One reading of one file: what was read, kept and rejected."""

    __tablename__ = "imports"

    id: str = Field(default_factory=new_id, primary_key=True)
    portfolio_id: str = Field(foreign_key="portfolios.id")
    kind: str
    file_name: str
    file_digest: str
    rows_read: int
    rows_new: int
    rows_changed: int
    rows_rejected: int
    finished_at: datetime = Field(sa_type=UtcDateTime)
