"""The skipping clock: simulated now as a row that every process reads."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from ledger.tables.columns import UtcDateTime


class SimulatedClockRow(SQLModel, table=True):
    """One row, or none. Its presence marks the ledger as pretend: real vendors are refused."""

    __tablename__ = "simulated_clock"

    id: int = Field(default=1, primary_key=True)
    now: datetime = Field(sa_type=UtcDateTime)
