"""The inbox: what vendors told us, kept before it is acted upon."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from ledger.tables.columns import UtcDateTime, new_id


class InboxRow(SQLModel, table=True):
    """One receipt or reply, unique by the vendor's own event id; a repeat is dropped at the door."""

    __tablename__ = "inbox"
    __table_args__ = (UniqueConstraint("vendor", "event_id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    vendor: str
    event_id: str
    kind: str
    attempt_id: str | None = Field(default=None, index=True)
    contact_lookup: bytes | None = Field(default=None, index=True)
    status: str
    code: str | None = None
    received_at: datetime = Field(sa_type=UtcDateTime)
    applied_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
