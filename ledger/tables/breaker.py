"""Breakers: channels, or parts of them, that are out of order."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from ledger.tables.columns import UtcDateTime, new_id


class BreakerRow(SQLModel, table=True):
    """One time that a channel was out of order, from the answer that showed it to the success that ended it.

    channel: an action (`sms`). scope: which part of it (`ledger.scopes`), empty for all of it. vendor, code: who said
    so last, and with what. half_open_at: from when one contact is let through to see; NULL where only a person ends it.
    failed_probes: how many of those were refused like the first. closed_by: `a probe`, or a person.
    """

    __tablename__ = "breakers"
    __table_args__ = (
        Index(
            "uq_breakers_one_open_per_channel",
            "channel",
            "scope",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    channel: str
    scope: str = Field(default="", sa_column_kwargs={"server_default": ""})
    vendor: str
    code: str
    opened_at: datetime = Field(sa_type=UtcDateTime)
    half_open_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failed_probes: int = 0
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_by: str | None = None
