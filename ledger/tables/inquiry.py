"""Inquiries: what the vendors are asked about contacts of unknown fate."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from ledger.tables.columns import UtcDateTime


class InquiryRow(SQLModel, table=True):
    """The question what became of one attempt. Each ask and each answer is an event besides.

    requested_at: when the request left, from which the schedule counts. asks: how often the vendor was asked.
    next_ask_at: None once the fate is known or a person was asked.
    """

    __tablename__ = "inquiries"

    attempt_id: str = Field(foreign_key="attempts.id", primary_key=True)
    requested_at: datetime = Field(sa_type=UtcDateTime)
    asks: int = 0
    next_ask_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
