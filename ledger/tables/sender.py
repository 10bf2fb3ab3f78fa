"""Senders: what of each one's rate is left, and who waits for it. One row for all workers, on whatever machine."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from ledger.tables.columns import UtcDateTime


class SenderBucketRow(SQLModel, table=True):
    """One sender's token bucket. rate: units a second; burst: units at once, as the settings said last.

    level: units that were left at `filled_at`. served: the place in the queue of whoever was served last. share: of its
    rate, that it went at from `slowed_at` on, when the vendor last found it too fast.
    """

    __tablename__ = "sender_buckets"

    sender: str = Field(primary_key=True)
    channel: str
    rate: float
    burst: float
    level: float
    filled_at: datetime = Field(sa_type=UtcDateTime)
    served: float = 0.0
    share: float = Field(default=1.0, sa_column_kwargs={"server_default": "1"})
    slowed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SenderWaitRow(SQLModel, table=True):
    """One journey that was put off because a sender had no room.

    line: whose turn it waits in, a portfolio's with a rung's weight. place: its place in the common queue, kept until
    it has left. since: when it was put off first. until: the instant that it was told last.
    """

    __tablename__ = "sender_waits"
    __table_args__ = (Index("ix_sender_waits_queue", "sender", "place", "journey_id", "until", "units"),)

    sender: str = Field(primary_key=True)
    journey_id: str = Field(primary_key=True, foreign_key="journeys.id", index=True)
    rung: str
    line: str
    place: float
    units: int
    since: datetime = Field(sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime)
