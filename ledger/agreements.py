"""Judging promises and arrangements of all journeys, when nobody else has looked at them."""

from datetime import datetime

from sqlmodel import Session, col, select

from domain.arrangement import ArrangementState
from domain.journey import JourneyState
from domain.promise import PromiseState
from ledger.settling import settle
from ledger.tables.agreement import ArrangementRow, PromiseRow
from ledger.tables.journey import JourneyRow
from ledger.waking import wake


def judge_agreements(session: Session, *, now: datetime) -> int:
    """Settle every open journey with an open promise or arrangement, and wake those where something changed."""
    promised = select(PromiseRow.loan_id).where(PromiseRow.state == PromiseState.OPEN.value)
    arranged = select(ArrangementRow.loan_id).where(ArrangementRow.state == ArrangementState.ACTIVE.value)
    journeys = session.exec(
        select(JourneyRow)
        .where(
            JourneyRow.state == JourneyState.OPEN.value,
            col(JourneyRow.loan_id).in_(promised) | col(JourneyRow.loan_id).in_(arranged),
        )
        .order_by(col(JourneyRow.id))
    ).all()
    settled = 0
    for journey in journeys:
        changed = settle(session, journey, now=now)
        if changed:
            wake(session, journey.id, reason="an agreement was judged", now=now)
        settled += changed
    return settled
