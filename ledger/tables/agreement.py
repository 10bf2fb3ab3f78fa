"""What was agreed or asked for: promises, arrangements and holds."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column
from sqlmodel import Field, SQLModel

from ledger.tables.columns import UtcDateTime, new_id


class PromiseRow(SQLModel, table=True):
    """A promise to pay, and how it ended."""

    __tablename__ = "promises"

    id: str = Field(default_factory=new_id, primary_key=True)
    loan_id: str = Field(foreign_key="loans.id", index=True)
    journey_id: str = Field(foreign_key="journeys.id", index=True)
    work_item_id: str | None = Field(default=None, foreign_key="work_items.id")
    amount_minor: int = Field(sa_type=BigInteger)
    due_on: date
    state: str
    made_at: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ArrangementRow(SQLModel, table=True):
    """An instalment plan in writing: `instalments` is a list of {due_on, amount_minor}."""

    __tablename__ = "arrangements"

    id: str = Field(default_factory=new_id, primary_key=True)
    loan_id: str = Field(foreign_key="loans.id", index=True)
    journey_id: str = Field(foreign_key="journeys.id", index=True)
    work_item_id: str | None = Field(default=None, foreign_key="work_items.id")
    instalments: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    state: str
    agreed_at: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class HoldRow(SQLModel, table=True):
    """A pause with a reason; `until` is empty when only a person can lift it."""

    __tablename__ = "holds"

    id: str = Field(default_factory=new_id, primary_key=True)
    loan_id: str = Field(foreign_key="loans.id", index=True)
    reason: str
    placed_at: datetime = Field(sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lifted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
