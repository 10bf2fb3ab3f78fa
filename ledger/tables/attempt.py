"""Attempts and the verdicts they were given."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from ledger.tables.columns import UtcDateTime, new_id


class AttemptRow(SQLModel, table=True):
    """One contact with a vendor or desk, written down before it is made.

    The unique key makes a second attempt on the same loan, rung and turn impossible. fence is the journey's fence under
    which it was claimed. sender: which of our numbers or addresses it left by, where that is chosen. text_says: what
    the wording says and what is wrong with it, where a rule asks for that. leaves_at, batch_id: when the vendor lets it
    leave, and by which id it can be cancelled until shortly before; only where that was asked for.
    """

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("journey_id", "rung", "turn_no"),
        Index(
            "ix_attempts_that_left",
            "action",
            "recorded_at",
            sqlite_where=text("claimed_at IS NOT NULL"),
            postgresql_where=text("claimed_at IS NOT NULL"),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    journey_id: str = Field(foreign_key="journeys.id", index=True)
    borrower_id: str = Field(foreign_key="borrowers.id", index=True)
    rung: str
    turn_no: int
    action: str
    contact_point_id: str | None = Field(default=None, foreign_key="contact_points.id", index=True)
    state: str = Field(index=True)
    wording: str | None = None
    wording_digest: str | None = None
    text_digest: str
    text_sealed: bytes
    segments: int = 0
    text_says: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    sender: str | None = None
    vendor: str | None = None
    vendor_id: str | None = Field(default=None, index=True)
    failure: str | None = None
    failure_code: str | None = None
    leaves_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    batch_id: str | None = None
    fence: int
    planned_at: datetime = Field(sa_type=UtcDateTime)
    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    recorded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    receipt_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class VerdictRow(SQLModel, table=True):
    """What one rule said of one attempt at one instant; kept for every rule that was asked, also when it allowed.

    verdict: `allowed`, `deferred`, `forbidden` or `needs_human`; `warned`, `obliged` or `safe_harbor_lost` where the
    rule let it pass with something to be said.
    """

    __tablename__ = "verdicts"

    id: str = Field(default_factory=new_id, primary_key=True)
    attempt_id: str = Field(foreign_key="attempts.id", index=True)
    verdict: str
    rule: str
    pack: str
    citation: str
    message: str
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    until_event: str | None = None
    judged_at: datetime = Field(sa_type=UtcDateTime)
