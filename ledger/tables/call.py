"""Calls with borrowers and third parties, by either side."""

from datetime import datetime

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from ledger.tables.columns import UtcDateTime, new_id


class CallRow(SQLModel, table=True):
    """One call. A call of ours is reserved before anybody dials, and keeps its row whatever came of it.

    recipient: `consumer`, or `third_party:` and a word that is no name. counted_to, discussed: ids of loans. at: when
    it was made or reserved. known_at: when we learned of it. recorded_at: when its outcome became known; until then
    the outcome is `reserved`.
    """

    __tablename__ = "calls"

    id: str = Field(default_factory=new_id, primary_key=True)
    borrower_id: str = Field(foreign_key="borrowers.id", index=True)
    work_item_id: str | None = Field(default=None, foreign_key="work_items.id", index=True)
    contact_point_id: str | None = Field(default=None, foreign_key="contact_points.id")
    recipient: str
    direction: str
    counted_to: list[str] = Field(sa_column=Column(JSON, nullable=False))
    discussed: list[str] = Field(sa_column=Column(JSON, nullable=False))
    outcome: str
    at: datetime = Field(sa_type=UtcDateTime)
    known_at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    by: str
