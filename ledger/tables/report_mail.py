"""Who is sent the effectiveness report, and each mail of it."""

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from ledger.tables.columns import UtcDateTime, new_id


class ReportSubscriberRow(SQLModel, table=True):
    """One reader of a portfolio's report: a member of staff, no borrower.

    lookup: a keyed digest of the address. data_key, address_sealed: the address under a key of its own; both are empty
    once somebody has unsubscribed, so that the address is forgotten.
    """

    __tablename__ = "report_subscribers"
    __table_args__ = (UniqueConstraint("portfolio_id", "lookup"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    portfolio_id: str = Field(foreign_key="portfolios.id", index=True)
    lookup: bytes
    data_key: bytes
    address_sealed: bytes
    since: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ReportMailRow(SQLModel, table=True):
    """One mail of one period's report to one reader, written down before it is sent; there is never a second one.

    state: as an attempt's. lease_until: until then (real time) the run that claimed it may still be sending.
    """

    __tablename__ = "report_mails"
    __table_args__ = (UniqueConstraint("subscriber_id", "from_on", "to_on"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    subscriber_id: str = Field(foreign_key="report_subscribers.id", index=True)
    from_on: date
    to_on: date
    as_of: datetime = Field(sa_type=UtcDateTime)
    state: str = Field(index=True)
    vendor: str | None = None
    vendor_id: str | None = Field(default=None, index=True)
    failure: str | None = None
    failure_code: str | None = None
    planned_at: datetime = Field(sa_type=UtcDateTime)
    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    recorded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    receipt_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
