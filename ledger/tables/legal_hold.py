"""Legal holds: nothing of a person's records is removed while one is in force."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from ledger.tables.columns import UtcDateTime, new_id


class LegalHoldRow(SQLModel, table=True):
    """Who asked that a person's records be kept, when and why; loan_id: where it was asked about one loan.

    It covers everything of the person in that portfolio, also where one loan gave rise to it. The reason may name
    people and is sealed.
    """

    __tablename__ = "legal_holds"

    id: str = Field(default_factory=new_id, primary_key=True)
    borrower_id: str = Field(foreign_key="borrowers.id", index=True)
    loan_id: str | None = Field(default=None, foreign_key="loans.id")
    reason_sealed: bytes
    placed_by: str
    placed_at: datetime = Field(sa_type=UtcDateTime)
    lifted_by: str | None = None
    lifted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
