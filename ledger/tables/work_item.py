"""Work items: what waits for a person."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from ledger.tables.columns import UtcDateTime, new_id


class WorkItemRow(SQLModel, table=True):
    """A callback, visit, referral, placement or question, from the day it was opened to what came of it.

    team: of whoever recorded the result, as it was that day. arrears_reason: why the borrower fell behind.
    told_at: when an import of the past told of it; empty for work of ours.
    """

    __tablename__ = "work_items"

    id: str = Field(default_factory=new_id, primary_key=True)
    loan_id: str = Field(foreign_key="loans.id", index=True)
    journey_id: str = Field(foreign_key="journeys.id", index=True)
    attempt_id: str | None = Field(default=None, foreign_key="attempts.id", index=True)
    hold_id: str | None = Field(default=None, foreign_key="holds.id")
    kind: str
    rung: str
    turn_no: int
    state: str = Field(index=True)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    deadline_at: datetime = Field(sa_type=UtcDateTime)
    taken_by: str | None = None
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    disposition: str | None = None
    minutes: int | None = None
    team: str | None = None
    arrears_reason: str | None = None
    note_sealed: bytes | None = None
    recorded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
