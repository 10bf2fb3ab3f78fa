"""Sweeps: how far the messages that came in were read from a vendor's own list."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from ledger.tables.columns import UtcDateTime


class SweepRow(SQLModel, table=True):
    """One vendor's list of what came in.

    swept_at: when it was last read to its end. asked_at, code: when the vendor last said that it does not reach our
    webhook, and with what; the list is then read at once.
    """

    __tablename__ = "sweeps"

    vendor: str = Field(primary_key=True)
    swept_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    code: str | None = None
