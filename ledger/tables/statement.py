"""Statements: what the lender's book said of a loan, each time that it said something new."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index
from sqlmodel import Field, SQLModel

from ledger.tables.columns import UtcDateTime, new_id


class StatementRow(SQLModel, table=True):
    """One reading of one loan; the loan's own row holds the newest. Rows are never changed.

    as_of_on: the day of which it speaks. recorded_at: when it became known. Money in minor units.
    """

    __tablename__ = "statements"
    __table_args__ = (Index("ix_statements_loan_id_recorded_at", "loan_id", "recorded_at"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    loan_id: str = Field(foreign_key="loans.id")
    as_of_on: date
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    balance_minor: int = Field(sa_type=BigInteger)
    arrears_minor: int = Field(sa_type=BigInteger)
    instalment_minor: int = Field(sa_type=BigInteger)
    past_due_since_on: date
    product: str
    segment: str
    originated_on: date | None = None
    attributes: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
