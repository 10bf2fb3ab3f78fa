"""Money in and money out: payments, reversals, dated unit costs, and what each step cost."""

from datetime import date, datetime

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from ledger.tables.columns import UtcDateTime, new_id


class PaymentRow(SQLModel, table=True):
    """Money received for a loan, in minor units; unique in the lender's world."""

    __tablename__ = "payments"
    __table_args__ = (UniqueConstraint("source", "external_id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    loan_id: str = Field(foreign_key="loans.id", index=True)
    source: str
    external_id: str
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str
    received_at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class ReversalRow(SQLModel, table=True):
    """Money taken back; a row of its own, so that the payment stays as it was."""

    __tablename__ = "reversals"
    __table_args__ = (UniqueConstraint("source", "external_id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    payment_id: str = Field(foreign_key="payments.id", index=True)
    loan_id: str = Field(foreign_key="loans.id", index=True)
    source: str
    external_id: str
    amount_minor: int = Field(sa_type=BigInteger)
    reversed_at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class UnitCostRow(SQLModel, table=True):
    """A price in thousandths of a minor unit, valid from a day until a later row replaces it."""

    __tablename__ = "unit_costs"
    __table_args__ = (UniqueConstraint("unit", "currency", "valid_from_on"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    unit: str
    currency: str
    price_millis: int = Field(sa_type=BigInteger)
    valid_from_on: date
    source: str


class CostRow(SQLModel, table=True):
    """What a step cost: units times the price valid on that day, in thousandths of a minor unit."""

    __tablename__ = "costs"

    id: str = Field(default_factory=new_id, primary_key=True)
    loan_id: str = Field(foreign_key="loans.id", index=True)
    journey_id: str = Field(foreign_key="journeys.id", index=True)
    rung: str
    action: str
    turn_no: int
    unit: str
    quantity: int = Field(sa_type=BigInteger)
    price_millis: int = Field(sa_type=BigInteger)
    amount_millis: int = Field(sa_type=BigInteger)
    currency: str
    incurred_at: datetime = Field(sa_type=UtcDateTime)
