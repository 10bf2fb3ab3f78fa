"""What an agency earns: its share of what comes in on a loan that it holds, given back where the money goes back."""

from datetime import datetime

from sqlmodel import Session, col, select

from domain.action import Action
from domain.cost import CostUnit
from domain.journey import ClosingReason
from domain.work_item import Disposition, WorkKind
from ledger.situations import OPEN_WORK
from ledger.steps import charge
from ledger.tables.journey import JourneyRow
from ledger.tables.money import CostRow, PaymentRow, ReversalRow
from ledger.tables.work_item import WorkItemRow

BROUGHT_ABOUT = frozenset({Disposition.PROMISE.value, Disposition.ARRANGEMENT.value, Disposition.PAID.value})
"""Results with which an agency ends its work and earns on what comes in because of it, until we work the loan again."""


def earn_commission(session: Session, journey: JourneyRow, payment: PaymentRow, *, now: datetime) -> None:
    """Book the agency's share of a payment, at the rate of the day on which it was received.

    It earns while it holds the loan, when the journey ended with it, and after it reported a promise, an arrangement
    or a payment, until other work on the loan was given out.
    """
    placement = session.exec(
        select(WorkItemRow)
        .where(
            WorkItemRow.journey_id == journey.id,
            WorkItemRow.kind == WorkKind.AGENCY_PLACEMENT.value,
            col(WorkItemRow.told_at).is_(None),
        )
        .order_by(col(WorkItemRow.opened_at).desc())
    ).first()
    if placement is None or payment.received_at < placement.opened_at:
        return
    is_held = placement.state in OPEN_WORK or journey.closing_reason == ClosingReason.AGENCY.value
    if is_held or (placement.disposition in BROUGHT_ABOUT and not _worked_since(session, placement, payment)):
        charge(
            session,
            journey,
            turn_no=placement.turn_no,
            rung=placement.rung,
            action=Action.AGENCY_PLACEMENT,
            unit=CostUnit.AGENCY_COMMISSION,
            quantity=payment.amount_minor,
            now=now,
            incurred_at=payment.received_at,
            payment_id=payment.id,
        )


def give_back_commission(session: Session, payment: PaymentRow, reversal: ReversalRow, *, now: datetime) -> None:
    """Book back what an agency earned on money that was taken back, at the rate at which it earned it."""
    earned = _earned(session, payment)
    if earned is None:
        return
    session.add(
        CostRow(
            loan_id=earned.loan_id,
            journey_id=earned.journey_id,
            rung=earned.rung,
            action=earned.action,
            turn_no=earned.turn_no,
            unit=earned.unit,
            quantity=-reversal.amount_minor,
            price_millis=earned.price_millis,
            amount_millis=-reversal.amount_minor * earned.price_millis,
            currency=earned.currency,
            incurred_at=reversal.reversed_at,
            recorded_at=now,
            corrects_id=earned.id,
            payment_id=payment.id,
        )
    )


def _worked_since(session: Session, placement: WorkItemRow, payment: PaymentRow) -> bool:
    later = select(WorkItemRow.id).where(
        WorkItemRow.journey_id == placement.journey_id,
        WorkItemRow.opened_at > placement.opened_at,
        WorkItemRow.opened_at <= payment.received_at,
        WorkItemRow.turn_no > placement.turn_no,
    )
    return session.exec(later).first() is not None


def _earned(session: Session, payment: PaymentRow) -> CostRow | None:
    commission = select(CostRow).where(
        CostRow.loan_id == payment.loan_id,
        CostRow.unit == CostUnit.AGENCY_COMMISSION.value,
        col(CostRow.corrects_id).is_(None),
    )
    found = session.exec(commission.where(CostRow.payment_id == payment.id)).first()
    if found is not None:
        return found
    # A commission from before payments were named is known by its amount, and was booked with its payment.
    return session.exec(
        commission.where(
            col(CostRow.payment_id).is_(None),
            CostRow.quantity == payment.amount_minor,
            CostRow.incurred_at == payment.recorded_at,
        )
    ).first()
