"""Legal holds: nothing of a person's records is removed while one is in force."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from ledger.tables.columns import UtcDateTime, new_id


class LegalHoldRow(SQLModel, table=True):
    """Who asked that a person's records be kept, when and why, and the same of its end.

    It covers everything of the person in that portfolio, also where one loan (`loan_id`) gave rise to it. Reasons may
    name people and are sealed.
    """

    __tablename__ = "legal_holds"

    id: str = Field(default_factory=new_id, primary_key=True)
    borrower_id: str = Field(foreign_key="borrowers.id", index=True)
    loan_id: str | None = Field(default=None, foreign_key="loans.id")
    reason_sealed: bytes
    placed_by: str
    placed_at: datetime = Field(sa_type=UtcDateTime)
    lifted_because_sealed: bytes | None = None
    lifted_by: str | None = None
    lifted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
