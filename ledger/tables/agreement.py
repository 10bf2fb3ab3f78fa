"""What was agreed or asked for: promises, arrangements and holds."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column
from sqlmodel import Field, SQLModel

from ledger.tables.columns import UtcDateTime, new_id


class PromiseRow(SQLModel, table=True):
    """A promise to pay, and how it ended. recorded_at: when an import told of it, else empty."""

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
    recorded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ArrangementRow(SQLModel, table=True):
    """An instalment plan in writing: `instalments` lists {due_on, amount_minor}; `states` is what the writing says."""

    __tablename__ = "arrangements"

    id: str = Field(default_factory=new_id, primary_key=True)
    loan_id: str = Field(foreign_key="loans.id", index=True)
    journey_id: str = Field(foreign_key="journeys.id", index=True)
    work_item_id: str | None = Field(default=None, foreign_key="work_items.id")
    instalments: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    states: list[str] = Field(sa_column=Column(JSON, nullable=False, server_default="[]"))
    state: str
    agreed_at: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class HoldRow(SQLModel, table=True):
    """A pause with a reason; `until` is empty when only a person can lift it.

    scope: the loan (`debt`) or every loan of its borrower (`person`). placed_at: when it became known. began_at: since
    when its days count, where that was earlier. event_at: when the event became known from which
    the hold lasts so many days more; `until` says how long.
    """

    __tablename__ = "holds"

    id: str = Field(default_factory=new_id, primary_key=True)
    loan_id: str = Field(foreign_key="loans.id", index=True)
    reason: str
    scope: str = Field(default="debt", sa_column_kwargs={"server_default": "debt"})
    placed_at: datetime = Field(sa_type=UtcDateTime)
    began_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    placed_by: str | None = None
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    event_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lifted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lifted_by: str | None = None
