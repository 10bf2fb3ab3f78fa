"""The spells of a loan's past: from one entering to its end, each a journey that nobody ever carries out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from domain.journey import JourneyState
from ledger.tables.journey import JourneyRow, StepRow
from ledger.tables.loan import LoanRow, PortfolioRow


@dataclass(slots=True)
class Spell:
    """One journey of the past. values: its row, where it is new in this import. turn_no: of its last step."""

    id: str
    loan_id: str
    opened_at: datetime
    closed_at: datetime | None
    closing_reason: str | None
    turn_no: int
    values: dict[str, Any] | None = None


def spells_of(session: Session, portfolio: PortfolioRow) -> dict[str, list[Spell]]:
    """The spells that earlier imports told of, by loan, in order of time."""
    last = (
        select(StepRow.journey_id, func.max(StepRow.turn_no).label("turn_no"))
        .where(col(StepRow.recorded_at).is_not(None))
        .group_by(col(StepRow.journey_id))
        .subquery()
    )
    query = (
        select(JourneyRow, func.coalesce(last.c.turn_no, 0))
        .join(LoanRow, col(LoanRow.id) == col(JourneyRow.loan_id))
        .outerjoin(last, last.c.journey_id == col(JourneyRow.id))
        .where(LoanRow.portfolio_id == portfolio.id, JourneyRow.state == JourneyState.PAST.value)
        .order_by(col(JourneyRow.opened_at))
    )
    found: dict[str, list[Spell]] = {}
    for row, turn_no in session.exec(query).all():
        spell = Spell(row.id, row.loan_id, row.opened_at, row.closed_at, row.closing_reason, turn_no)
        found.setdefault(row.loan_id, []).append(spell)
    return found


def worked_since(session: Session, portfolio: PortfolioRow) -> dict[str, datetime]:
    """When the first journey of ours opened, by loan: the past lies before it."""
    query = (
        select(JourneyRow.loan_id, func.min(JourneyRow.opened_at))
        .join(LoanRow, col(LoanRow.id) == col(JourneyRow.loan_id))
        .where(LoanRow.portfolio_id == portfolio.id, JourneyRow.state != JourneyState.PAST.value)
        .group_by(col(JourneyRow.loan_id))
    )
    return dict(session.exec(query).all())


def spell_at(spells: Sequence[Spell], at: datetime | None) -> Spell:
    """The spell that had begun last; the first one for what came before all, the last one where no day is told."""
    if at is None:
        return spells[-1]
    begun = [spell for spell in spells if spell.opened_at <= at]
    return begun[-1] if begun else spells[0]
