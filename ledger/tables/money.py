"""Money in and money out: payments, reversals, dated unit costs, and what each step cost."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint
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
    """What was spent on a loan: units times the price valid on that day, in thousandths of a minor unit.

    journey_id is empty for a cost outside any journey, rung and action for one outside any step; turn_no is then 0.
    source, external_id: where it was booked from outside. corrects_id: the cost that this one corrects; its amount is
    what is added, or less than zero. payment_id: the payment that earned a commission. fixed_cost_id: the month's
    amount of which this is a share. recorded_at: when it became known; empty where that was when it was incurred.
    """

    __tablename__ = "costs"
    __table_args__ = (Index("uq_costs_source_external_id", "source", "external_id", unique=True),)

    id: str = Field(default_factory=new_id, primary_key=True)
    loan_id: str = Field(foreign_key="loans.id", index=True)
    journey_id: str | None = Field(default=None, foreign_key="journeys.id", index=True)
    rung: str | None = None
    action: str | None = None
    turn_no: int = 0
    unit: str
    quantity: int = Field(sa_type=BigInteger)
    price_millis: int = Field(sa_type=BigInteger)
    amount_millis: int = Field(sa_type=BigInteger)
    currency: str
    incurred_at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    source: str | None = None
    external_id: str | None = None
    corrects_id: str | None = Field(default=None, foreign_key="costs.id", index=True)
    payment_id: str | None = Field(default=None, foreign_key="payments.id", index=True)
    fixed_cost_id: str | None = Field(default=None, foreign_key="fixed_costs.id", index=True)


class FixedCostRow(SQLModel, table=True):
    """What a portfolio cost in a month whatever was done in it, such as a licence; costs are its shares.

    month_on: the first day of the month. amount_minor: less than zero where it takes back a part of an earlier one.
    """

    __tablename__ = "fixed_costs"
    __table_args__ = (UniqueConstraint("source", "external_id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    portfolio_id: str = Field(foreign_key="portfolios.id", index=True)
    unit: str
    month_on: date
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str
    source: str
    external_id: str
    recorded_at: datetime = Field(sa_type=UtcDateTime)
