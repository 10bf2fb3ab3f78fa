"""What was learned of a borrower: consents, preferences, notices; rows are never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from ledger.tables.columns import UtcDateTime, new_id


class KnownFactRow(SQLModel, table=True):
    """One fact, in the shape of an entry under `given` of a case file.

    at: when it happened; None for what was always so. known_at: when we learned it, so that a past moment can be
    judged again on what was known then. given: no personal data inside; a number or address is named by its contact
    point's id.
    """

    __tablename__ = "known_facts"

    id: str = Field(default_factory=new_id, primary_key=True)
    borrower_id: str = Field(foreign_key="borrowers.id", index=True)
    at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    known_at: datetime = Field(sa_type=UtcDateTime)
    given: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
