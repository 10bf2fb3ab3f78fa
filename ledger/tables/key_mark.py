"""Which key a ledger is sealed under."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from ledger.tables.columns import UtcDateTime

FIRST = 0
"""The number of the row of a ledger's first key; those of later ones are counted by the database."""


class KeyMarkRow(SQLModel, table=True):
    """One row for the first key, and one for each time that it was replaced; the last counts. mark: `Keyring.mark`.

    replaced_at, replaced_by: of the first row, since when the ledger knows its key, and nobody.
    """

    __tablename__ = "key_marks"

    id: int | None = Field(default=None, primary_key=True)
    mark: str
    replaced_at: datetime = Field(sa_type=UtcDateTime)
    replaced_by: str
