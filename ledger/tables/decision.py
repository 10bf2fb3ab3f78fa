"""Joint answers: what all packs together said of an attempt or a call, and everything needed to say it again."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from ledger.tables.columns import UtcDateTime, new_id


class PackRow(SQLModel, table=True):
    """A pack as it was used, whole, under its content digest. Rows are never changed."""

    __tablename__ = "packs"

    digest: str = Field(primary_key=True)
    name: str = Field(index=True)
    version: str
    content: str
    kept_at: datetime = Field(sa_type=UtcDateTime)


class DecisionRow(SQLModel, table=True):
    """One answer to one contact that was about to be made: of an attempt, or of a call that a person wanted to make.

    asked: the question. zones: where the person may have been. rule, citation, message: what decided; empty where all
    rules allowed it. until, until_event: from when, or after what, it may be asked again. warnings, obligations,
    safe_harbor_lost: what was said beside it. packs: {label, digest} of each, in their order. set_aside: rules that a
    person overrode, with who, and the work item that says why. judged_at: the instant of the answer, later than that
    of any contact before it. rules_asked: how many rules had anything to say about such a contact.
    """

    __tablename__ = "decisions"

    id: str = Field(default_factory=new_id, primary_key=True)
    borrower_id: str = Field(foreign_key="borrowers.id", index=True)
    attempt_id: str | None = Field(default=None, foreign_key="attempts.id", index=True)
    work_item_id: str | None = Field(default=None, foreign_key="work_items.id", index=True)
    loan_id: str = Field(foreign_key="loans.id")
    contact_point_id: str | None = Field(default=None, foreign_key="contact_points.id")
    judged_at: datetime = Field(sa_type=UtcDateTime)
    answer: str
    rule: str = ""
    citation: str = ""
    message: str = ""
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    until_event: str | None = None
    asked: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    zones: list[str] = Field(sa_column=Column(JSON, nullable=False))
    warnings: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    obligations: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    safe_harbor_lost: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    overridable_by: list[str] = Field(sa_column=Column(JSON, nullable=False))
    set_aside: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    packs: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    collector_role: str
    facts_hash: str
    rules_asked: int
