"""Journeys, the ladders that they are pinned to, their assignments, turns and steps."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from ledger.tables.columns import UtcDateTime, new_id


class LadderRow(SQLModel, table=True):
    """A published ladder version, whole, under its content digest. Rows are never changed."""

    __tablename__ = "ladders"

    digest: str = Field(primary_key=True)
    name: str = Field(index=True)
    version: int
    content: str
    published_at: datetime = Field(sa_type=UtcDateTime)


class JourneyRow(SQLModel, table=True):
    """One loan's life on one pinned ladder.

    due_at, waiting_for, waiting_reason: what it waits for now. wake_seq counts the events that may end a wait early;
    the turn keeps the count that it saw. fence grows with every claim of the journey; lease_until is machine time.
    recorded_at, end_recorded_at: when a journey of the past, and its end, were told by an import. watched_until: how
    far that import could see. All three are empty for a journey of ours.
    """

    __tablename__ = "journeys"
    __table_args__ = (
        Index(
            "uq_journeys_one_open_per_loan",
            "loan_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_journeys_state_due_at", "state", "due_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    loan_id: str = Field(foreign_key="loans.id", index=True)
    borrower_id: str = Field(foreign_key="borrowers.id", index=True)
    ladder_digest: str = Field(foreign_key="ladders.digest")
    state: str
    opened_at: datetime = Field(sa_type=UtcDateTime)
    opening_minor: int = Field(sa_type=BigInteger)
    opening_days_past_due: int
    turn_no: int = 0
    rung: str | None = None
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    waiting_for: str | None = None
    waiting_reason: str | None = None
    wake_seq: int = 0
    seen_wake_seq: int = 0
    fence: int = 0
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    flow_run_id: str | None = Field(default=None, index=True)
    closing_reason: str | None = None
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    recorded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    end_recorded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    watched_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AssignmentRow(SQLModel, table=True):
    """Which ladder a loan was given, by which rule, in which arm, and how probable that was: none of it can be
    recovered later.
    """

    __tablename__ = "assignments"

    id: str = Field(default_factory=new_id, primary_key=True)
    journey_id: str = Field(foreign_key="journeys.id", unique=True)
    rule: str
    arm: str
    probability: float
    draw: float
    assigned_at: datetime = Field(sa_type=UtcDateTime)


class TurnRow(SQLModel, table=True):
    """One evaluation of a journey: what was decided, on what position, and whether it has been carried out.

    withhold_share, withhold_draw: of a rung that is withheld at random from a share of journeys, and not from this one.
    """

    __tablename__ = "turns"
    __table_args__ = (UniqueConstraint("journey_id", "turn_no"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    journey_id: str = Field(foreign_key="journeys.id", index=True)
    turn_no: int
    decided_at: datetime = Field(sa_type=UtcDateTime)
    decision: str
    rung: str | None = None
    action: str | None = None
    reason: str
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    waiting_for: str | None = None
    deadline_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    arrears_minor: int = Field(sa_type=BigInteger)
    days_past_due: int
    carried_out_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    withhold_share: float | None = None
    withhold_draw: float | None = None


class StepRow(SQLModel, table=True):
    """How one step ended. Rungs that were passed over are rows too.

    recorded_at: when an import told of it; empty for a step of ours.
    withhold_share, withhold_draw: of a rung that was withheld at random.
    """

    __tablename__ = "steps"
    __table_args__ = (UniqueConstraint("journey_id", "rung", "turn_no"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    journey_id: str = Field(foreign_key="journeys.id", index=True)
    turn_no: int
    rung: str
    action: str
    outcome: str
    reason: str
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    withhold_share: float | None = None
    withhold_draw: float | None = None


class EventRow(SQLModel, table=True):
    """Something that happened to a loan: one link of the loan's chain. Rows are never changed.

    facts: ids, codes, amounts and days, and no personal data. seq: from 1, without gaps. records: the digests of the
    rows that were written with it. hash: over prev_hash and everything else here (`ledger.evidence.canonical`).
    """

    __tablename__ = "events"
    __table_args__ = (Index("uq_events_loan_id_seq", "loan_id", "seq", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    loan_id: str = Field(foreign_key="loans.id")
    journey_id: str | None = Field(default=None, index=True)
    kind: str
    at: datetime = Field(sa_type=UtcDateTime)
    facts: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    seq: int = Field(sa_column_kwargs={"server_default": "0"})
    records: dict[str, str] = Field(sa_column=Column(JSON, nullable=False, server_default="{}"))
    prev_hash: str = Field(sa_column_kwargs={"server_default": ""})
    hash: str = Field(sa_column_kwargs={"server_default": ""})


class WakeUpRow(SQLModel, table=True):
    """The outbox: a journey is to be looked at now. Written with the event that asks for it."""

    __tablename__ = "wake_ups"
    __table_args__ = (
        Index(
            "ix_wake_ups_not_done",
            "nudged_at",
            "id",
            sqlite_where=text("is_done = 0"),
            postgresql_where=text("NOT is_done"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    journey_id: str = Field(foreign_key="journeys.id", index=True)
    reason: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    nudged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    is_done: bool = False
