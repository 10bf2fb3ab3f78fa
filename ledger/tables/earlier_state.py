"""Earlier states: how a step or an attempt stood before something was learned that changed it."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from ledger.tables.columns import UtcDateTime, new_id


class EarlierStateRow(SQLModel, table=True):
    """From `since_at` until `until_at` the row was in this state: a step's outcome, or an attempt's state.

    Rows are never changed. With them a report as of a past day can be given again.
    """

    __tablename__ = "earlier_states"
    __table_args__ = (Index("ix_earlier_states_row_id", "row_id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    row_id: str
    state: str
    since_at: datetime = Field(sa_type=UtcDateTime)
    until_at: datetime = Field(sa_type=UtcDateTime)
