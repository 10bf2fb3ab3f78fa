"""Which key a ledger is sealed under, where that key was replaced."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from ledger.tables.columns import UtcDateTime


class KeyMarkRow(SQLModel, table=True):
    """One row for each time that the master key was replaced; the last counts. mark: `Keyring.mark` of the new one."""

    __tablename__ = "key_marks"

    id: int | None = Field(default=None, primary_key=True)
    mark: str
    replaced_at: datetime = Field(sa_type=UtcDateTime)
    replaced_by: str
