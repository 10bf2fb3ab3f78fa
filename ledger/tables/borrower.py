"""Borrowers and their contact points; every name, number and address is encrypted under the borrower's own key."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from ledger.tables.columns import UtcDateTime, new_id


class BorrowerRow(SQLModel, table=True):
    """A person. Throwing `data_key` away makes everything sealed under it unreadable for good; a mark
    then stands in its place.
    """

    __tablename__ = "borrowers"
    __table_args__ = (UniqueConstraint("portfolio_id", "number"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    portfolio_id: str = Field(foreign_key="portfolios.id")
    number: str
    name_sealed: bytes
    data_key: bytes
    timezone: str
    language: str
    jurisdiction: str
    created_at: datetime = Field(sa_type=UtcDateTime)


class ContactPointRow(SQLModel, table=True):
    """One number or address. `lookup` is a keyed HMAC, by which an inbound message finds its borrower.

    added_at: when it became known; None in a ledger from before this was kept.
    """

    __tablename__ = "contact_points"
    __table_args__ = (UniqueConstraint("borrower_id", "kind", "lookup"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    borrower_id: str = Field(foreign_key="borrowers.id", index=True)
    kind: str
    text_sealed: bytes
    lookup: bytes = Field(index=True)
    state: str
    provenance: str
    verified_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    added_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)
