"""Where each loan's chain of events stands, and the signed roots that cover all chains, day by day."""

from datetime import date

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class ChainHeadRow(SQLModel, table=True):
    """The last link of a loan's chain. Whoever appends holds this row, so that a chain never forks."""

    __tablename__ = "chain_heads"

    loan_id: str = Field(foreign_key="loans.id", primary_key=True)
    seq: int
    hash: str


class EvidenceRootRow(SQLModel, table=True):
    """One signed statement about all that was appended up to a point. Rows are never changed.

    day: the UTC day that it closes. upto_event: it covers the events up to this id that earlier days do not. statement:
    the bytes that were signed (`ledger.evidence.roots`). signature: Ed25519, in hex.
    """

    __tablename__ = "evidence_roots"

    day: date = Field(primary_key=True)
    upto_event: int = Field(sa_type=BigInteger)
    statement: str
    signature: str
